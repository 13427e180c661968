"""A recipe as the text that travels with a result: all that changes a pixel, and no name of a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mariana_video.recipe.kind import Kind
from mariana_video.recipe.toml import Written, to_text
from mariana_video.recipe.travel.fields import COMPARED, KINDS, compares_files, travelling
from mariana_video.recipe.values.networks import Networks, Said, is_path

HEAD = "mariana"  # the table of what the recipe was made with
MARK = "# a recipe of mariana; `--recipe FILE` goes by it"
"""The line that such a text begins with."""

_FIRST = f"{MARK}\n\n"
_NOT_IN_A_NAME = re.compile(r"[^\w.-]+")


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


def brought_by(networks: Networks) -> tuple[str, ...]:
    """The networks whose weights come from files, by the names that travel."""
    return tuple(_named(one).name for one in networks.said if one.weights or is_path(one.what))


def _groups(recipe: Kind) -> dict[str, dict[str, Written]]:
    kept = travelling(type(recipe))
    tables = {}
    for name, values in recipe.tables().items():
        options = kept.get(name.partition(".")[0])
        if options is not None:
            told = {option: _told(option, value) for option, value in values.items() if option in options}
            tables[name] = {option: value for option, value in told.items() if value is not None}
    return {name: values for name, values in tables.items() if values}


def _told(option: str, value: Written) -> Written | None:
    """A value without any file's name; None where nothing is left of it."""
    if option == "network":
        return ", ".join(str(_named(one)) for one in Networks.of(value).said)
    if option in COMPARED and compares_files(str(value)):
        return None
    return value


def _named(one: Said) -> Said:
    """A network as terms call it, without its file."""
    if not is_path(one.what):
        return Said(one.what, one.own)
    name = one.own or _NOT_IN_A_NAME.sub("-", one.name).strip("-")
    name = name.replace(".", "-") if is_path(name) else name
    return Said(name if re.match(r"[A-Za-z_]", name) else f"network-{name}")


def travelling_name(networks: Networks, name: str) -> str:
    """What a network that terms call `name` is called in a text that travels."""
    return next((_named(one).name for one in networks.said if one.name == name), name)


def _ascii(text: str) -> str:
    """Letters beyond ASCII stand in TOML's strings alone, where they can be told by their numbers."""
    return "".join(one if one.isascii() else f"\\U{ord(one):08x}" for one in text)


def kind_of(recipe: Kind) -> str:
    """The command that a recipe is of."""
    return next(command for command, kind in KINDS.items() if isinstance(recipe, kind))
