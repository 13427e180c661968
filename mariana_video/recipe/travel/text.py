"""A recipe as the text that travels with a result: all that changes a pixel, and no name of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from mariana_video.recipe.group import Group
from mariana_video.recipe.kind import Kind
from mariana_video.recipe.kinds import SheetRecipe
from mariana_video.recipe.progression import Progress, compared
from mariana_video.recipe.reading import declared
from mariana_video.recipe.toml import Written, to_text
from mariana_video.recipe.travel.fields import COMPARED, KINDS, compares_files, travelling
from mariana_video.recipe.values.networks import Networks, Said, is_path
from mariana_video.recipe.values.objective import Objective

HEAD = "mariana"  # the table of what the recipe was made with
MARK = "# a recipe of mariana; `--recipe FILE` goes by it"
"""The line that such a text begins with."""

_FIRST = f"{MARK}\n\n"
_OWN = "own"


@dataclass(frozen=True)
class Origin:
    """What a result was made with, beside the recipe.

    `version` is the program's, `source` a checksum that knows the source again, or the word of one that is made up, and
    `computed` the number format ("" where nobody knows them). `weights` and `files` are checksums by the names of
    networks and options; `brought` are the networks whose weights came from files of one's own.
    """

    version: str
    source: str = ""
    weights: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    brought: tuple[str, ...] = ()
    computed: str = ""


def travelling_text(command: str, recipe: Kind, origin: Origin) -> str:
    """The text (TOML, all of it ASCII, so that every container holds it) of a `recipe` of `mariana COMMAND`."""
    head: dict[str, Written] = {"kind": command, "version": origin.version}
    head |= {"source": origin.source} if origin.source else {}
    head |= {"computed": origin.computed} if origin.computed else {}
    head |= {"brought": list(origin.brought)} if origin.brought else {}
    tables: dict[str, Mapping[str, Written]] = {HEAD: head}
    tables |= {
        f"{HEAD}.{name}": dict(values)
        for name, values in (("weights", origin.weights), ("files", origin.files))
        if values
    }
    return _FIRST + _ascii(to_text({**tables, **_groups(recipe)}))


def travelling_names(recipe: Kind) -> dict[str, str]:
    """What each network that a recipe says is called in its text, by what its terms call it.

    A name that somebody gave it travels; a file's own name is one of his machine, and becomes `own`, `own2` and so on.
    """
    said = list(_networks(recipe))
    kept = {one.name for one in said if not is_path(one.what) or (one.own and not is_path(one.own))}
    free = (name for number in count(1) if (name := f"{_OWN}{number}" if number > 1 else _OWN) not in kept)
    names: dict[str, str] = {}
    for one in said:
        if one.name not in names:
            names[one.name] = one.name if one.name in kept else next(free)
    return names


def _networks(recipe: Kind) -> Iterator[Said]:
    """All networks that a recipe says, those that it sets side by side among them."""
    for group in (getattr(recipe, name) for name in recipe.groups()):
        for value in (getattr(group, option) for option in declared(type(group))):
            yield from value.said if isinstance(value, Networks) else ()
        texts = (group.columns, group.rows) if isinstance(group, Progress) else ()
        for option, words in (compared(text) for text in texts if text is not None):
            for word in words if option == "network" else ():
                yield from Networks.of(word).said


def brought_by(networks: Networks, names: Mapping[str, str]) -> tuple[str, ...]:
    """The networks whose weights come from files, by the `names` that travel."""
    return tuple(names[one.name] for one in networks.said if one.weights or is_path(one.what))


def _groups(recipe: Kind) -> dict[str, dict[str, Written]]:
    kept, names, kinds = travelling(type(recipe)), travelling_names(recipe), recipe.groups()
    tables = {}
    for name, values in _normal(recipe).tables().items():
        home = name.partition(".")[0]
        if home in kept:
            told = {one: _told(kinds[home], one, value, names) for one, value in values.items() if one in kept[home]}
            tables[name] = {option: value for option, value in told.items() if value is not None}
    return {name: values for name, values in tables.items() if values}


def _normal(recipe: Kind) -> Kind:
    """A recipe of which nothing counts as said, so that one text stands for one look, whoever said what of it.

    On a sheet it counts: channels have steps and sizes of their own where nobody says any.
    """
    if isinstance(recipe, SheetRecipe):
        return recipe
    return type(recipe)(*(getattr(recipe, name).saying(()) for name in recipe.groups()))


def _told(group: type[Group], option: str, value: Written, names: Mapping[str, str]) -> Written | None:
    """A value without any file's name; None where nothing is left of it."""
    if option == "network":
        return ", ".join(str(_named(one, names)) for one in Networks.of(value).said)
    if declared(group)[option].kind is Objective:
        return str(Objective.of(value).renamed(names))
    if option in COMPARED:
        return _compared(str(value), names)
    return value


def _compared(text: str, names: Mapping[str, str]) -> str | None:
    """What is set side by side, without the names of files; None where that is files."""
    if compares_files(text):
        return None
    option, words = compared(text)
    if option != "layers":
        return text
    return text.partition("=")[0] + "=" + ",".join(str(Objective.of(word).renamed(names)) for word in words)


def _named(one: Said, names: Mapping[str, str]) -> Said:
    """A network as terms call it in the text, without its file."""
    return Said(names[one.name]) if is_path(one.what) else Said(one.what, one.own)


def _ascii(text: str) -> str:
    """Letters beyond ASCII stand in TOML's strings alone, where they can be told by their numbers."""
    return "".join(one if one.isascii() else f"\\U{ord(one):08x}" for one in text)


def kind_of(recipe: Kind) -> str:
    """The command that a recipe is of."""
    return next(command for command, kind in KINDS.items() if isinstance(recipe, kind))
