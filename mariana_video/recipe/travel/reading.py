"""Recipes that travelled, read from texts that anybody may have written: they name no file, and keep to the bounds."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from mariana_video import __version__
from mariana_video.errors import UsageError
from mariana_video.recipe.job import Precision
from mariana_video.recipe.kind import UNSAID, Kind
from mariana_video.recipe.kinds import DiveRecipe, FilmRecipe
from mariana_video.recipe.reading import declared
from mariana_video.recipe.toml import read_text
from mariana_video.recipe.travel.fields import COMPARED, FILES, KINDS, compares_files, travelling
from mariana_video.recipe.travel.looks import kind_for, looks_like, tables_for
from mariana_video.recipe.travel.text import HEAD, Origin, kind_of
from mariana_video.recipe.values.networks import NAME, Networks, is_path

LONGEST = 60_000
"""Characters of a recipe that travels: JPEG and MOV hold no longer ones."""

_HEAD = ("kind", "version", "source", "computed", "brought", "weights", "files")
_CHECKSUM = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"\d{1,6}(\.\d{1,6}){0,3}[\w.+-]{0,20}", re.ASCII)
_SOURCE = re.compile(r"[0-9a-f]{64}|[a-z]{1,20}")
_SHOWN = 60  # characters of what was found that are quoted


@dataclass(frozen=True)
class Travelled:
    """A `recipe` as it was found, and what it was made with; of files it holds nothing but checksums."""

    recipe: Kind
    origin: Origin

    @property
    def command(self) -> str:
        """The command that it is a recipe of."""
        return kind_of(self.recipe)


def read_travelled(text: str, usual: type[Kind] | None = None) -> Travelled:
    """What a text says that travelled, or was written by hand: without [mariana] it is of the `usual` kind.

    A look, which has [look] in place of [mariana], is for every kind: what holds for the `usual` one is taken of it.

    Raises UsageError on anything that does not travel: unknown names, values out of their bounds, names of files.
    """
    if len(text) > LONGEST:
        raise UsageError(f"a recipe has at most {LONGEST} characters, and this one has {len(text)}")
    tables = dict(read_text(text.removeprefix("\ufeff")))
    if not tables:
        raise UsageError("it holds no recipe: there is nothing in it")
    if looks_like(tables):
        wanted = kind_for(usual)
        made = {one: _recipe(one, tables_for(one, tables)) for one in (FilmRecipe, DiveRecipe, wanted)}
        return Travelled(made[wanted], Origin(""))
    head = tables.pop(HEAD, None)
    if head is None and usual is not None:
        return Travelled(_recipe(usual, tables), Origin(""))
    if not isinstance(head, Mapping):
        raise UsageError(f"it has no [{HEAD}], which says what it is a recipe of; add it, with kind = 'video' or so")
    command = head.get("kind")
    kind = KINDS.get(command) if isinstance(command, str) else None
    if kind is None:
        raise UsageError(f"{_shown(command)} is no kind of work; there are {', '.join(KINDS)}")
    try:
        return Travelled(_recipe(kind, tables), _origin(head))
    except UsageError as error:
        version = head.get("version")
        if not _matches(_VERSION, version) or not is_newer(str(version)):
            raise
        raise UsageError(f"made by mariana {version}, and this is {__version__}: {error}") from None


def is_newer(version: str) -> bool:
    """Whether a version of the program is newer than this one."""
    return _numbers(version) > _numbers(__version__)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(one) for one in re.findall(r"\d+", version)[:3])


def _recipe(kind: type[Kind], tables: Mapping[str, Any]) -> Kind:
    known = travelling(kind)
    spelled: dict[str, dict[str, Any]] = {}
    for name, table in tables.items():
        if name not in known:
            raise UsageError(f"no [{name[:_SHOWN]}] travels with a recipe of this kind; it has {', '.join(known)}")
        if not isinstance(table, Mapping):
            raise UsageError(f"{name} = {_shown(table)}: [{name}] is a table of options")
        spelled[name] = _spelled(table)
        for option in _options(spelled[name]):
            _check_travels(name, option, known[name])
    recipe = kind.of_tables(spelled)
    for group in (getattr(recipe, name) for name in known):
        for option in declared(type(group)):
            _check_names_no_file(option, getattr(group, option))
    return recipe


def _spelled(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table whose options may be spelled as on the command line: `motif-size` is `motif_size`."""
    made: dict[str, Any] = {}
    for given, value in table.items():
        name = given.replace("-", "_")
        if name in made:
            raise UsageError(
                f"{name[:_SHOWN]} is there twice, also as {name[:_SHOWN].replace('_', '-')}; leave one out"
            )
        made[name] = _spelled(value) if name == UNSAID and isinstance(value, Mapping) else value
    return made


def _options(table: Mapping[str, Any]) -> Iterator[str]:
    yield from (name for name in table if name != UNSAID)
    unsaid = table.get(UNSAID, {})
    yield from unsaid if isinstance(unsaid, Mapping) else ()


def _check_travels(group: str, option: str, known: Sequence[str]) -> None:
    if option in FILES:
        raise UsageError(f"{option} names a file, which no recipe that travels may; say --{option.replace('_', '-')}")
    if option not in known:
        near = difflib.get_close_matches(option, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        raise UsageError(f"no {option[:_SHOWN]} travels in [{group}]; {hint}")


def _check_names_no_file(option: str, value: object) -> None:
    if option in COMPARED and value is not None and compares_files(str(value)):
        raise UsageError(f"{option} names files, which no recipe that travels may; say --{option}")
    for one in value.said if isinstance(value, Networks) else ():
        if one.weights or is_path(one.what) or not NAME.fullmatch(one.what) or not NAME.fullmatch(one.own or "a"):
            raise UsageError(f"its network {_shown(str(one))} is no name; a recipe that travels may name no file")


def _origin(head: Mapping[str, Any]) -> Origin:
    for name in head:
        if name not in _HEAD:
            raise UsageError(f"no {name[:_SHOWN]} stands in [{HEAD}]; there are {', '.join(_HEAD)}")
    brought = head.get("brought", [])
    if not isinstance(brought, list) or not all(isinstance(one, str) and NAME.fullmatch(one) for one in brought):
        raise UsageError(f"brought = {_shown(brought)}: it is a list of networks' names")
    weights = _checksums(head, "weights")
    unknown = [name for name in brought if name not in weights]
    if unknown:
        raise UsageError(f"the network {unknown[0]} was brought, and no checksum of its weights stands in the recipe")
    files = _checksums(head, "files")
    for name in files:
        if name not in (*FILES, *COMPARED):
            raise UsageError(f"no option {name[:_SHOWN]} reads a file; there are {', '.join(FILES)}")
    source, version = head.get("source", ""), head.get("version")
    if not _matches(_VERSION, version) or (source != "" and not _matches(_SOURCE, source)):
        raise UsageError(f"its version and source are {_shown(version)} and {_shown(source)}, which can't be")
    computed = head.get("computed", "")
    if computed not in ("", *get_args(Precision)):
        raise UsageError(f"computed = {_shown(computed)}: it is one of {', '.join(get_args(Precision))}")
    return Origin(str(version), str(source), weights, files, tuple(brought), str(computed))


def _checksums(head: Mapping[str, Any], name: str) -> dict[str, str]:
    found = head.get(name, {})
    if not isinstance(found, Mapping) or not all(_matches(_CHECKSUM, one) for one in found.values()):
        raise UsageError(f"[{HEAD}.{name}] holds checksums alone, 64 letters and digits each")
    return {str(key): str(value) for key, value in found.items()}


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _shown(value: object) -> str:
    return repr(value)[:_SHOWN]
