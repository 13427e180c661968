"""A recipe gone by: what of one that travelled holds for another work, as far as that does not say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from mariana_video.recipe.group import Group
from mariana_video.recipe.kind import Kind
from mariana_video.recipe.kinds import SheetRecipe
from mariana_video.recipe.look import Ascent, Dream
from mariana_video.recipe.reading import declared
from mariana_video.recipe.travel.fields import FILES, taken_over
from mariana_video.recipe.travel.reading import Travelled
from mariana_video.recipe.values.file import InputFile

K = TypeVar("K", bound=Kind)
_SHORT = 12  # letters of a checksum that tell files apart
_HOMES = {"dream": "ascent", "ascent": "dream"}  # the same group, as two kinds of work call it


def taken(asked: K, travelled: Travelled, source: str) -> K:
    """`asked`, with what it does not say itself taken over from a recipe that `travelled`.

    `source` knows SOURCE again, as `Origin.source` does: of the very source that the recipe was made of, its part, size
    and mask hold, too; of any other its look alone. What is taken over does not count as said.
    """
    same = is_same(asked, travelled, source)
    groups = {name: _group(name, getattr(asked, name), travelled, same) for name in asked.groups()}
    return type(asked)(**groups)


def is_same(asked: Kind, travelled: Travelled, source: str) -> bool:
    """Whether a recipe is of the same kind of work and of the very same source."""
    return type(asked) is type(travelled.recipe) and bool(source) and source == travelled.origin.source


def other_files(asked: Kind, travelled: Travelled, same: bool) -> Iterator[str]:
    """The options that say another file than the recipe was made with, in words."""
    for option, group in files_needed(asked, travelled, same):
        file = getattr(group, option)
        if isinstance(file, InputFile) and file.is_file() and file.checksum() != travelled.origin.files[option]:
            yield f"--{option.replace('_', '-')}"


def _group(name: str, group: Group, travelled: Travelled, same: bool) -> Group:
    theirs = getattr(travelled.recipe, name, None) or getattr(travelled.recipe, _HOMES.get(name, ""), None)
    if theirs is None:
        return group
    options = [one for one in taken_over(name, type(group), same) if one not in FILES and one in declared(type(theirs))]
    values = {one: getattr(theirs, one) for one in options}
    if isinstance(group, Dream) and type(group) is not type(theirs):
        values = _with_steps(theirs, values)
    made = group.taking({one: value for one, value in values.items() if one not in group.said})
    # On a sheet it counts what is said: without that, channels have steps and sizes of their own.
    return made.saying({*group.said, *theirs.said} & {*group.said, *values}) if _is_sheet(travelled, same) else made


def _is_sheet(travelled: Travelled, same: bool) -> bool:
    return same and isinstance(travelled.recipe, SheetRecipe)


def _with_steps(theirs: Group, values: Mapping[str, Any]) -> dict[str, Any]:
    """Steps of a progression are those of a picture, and not those of a film that goes on from frame to frame."""
    kept = {one: value for one, value in values.items() if one not in ("steps", "first_steps")}
    if isinstance(theirs, Ascent):
        return {**kept, "first_steps": theirs.steps}
    first = theirs.first_steps if isinstance(theirs, Dream) else None
    return kept if first is None else {**kept, "steps": first}


def files_needed(asked: Kind, travelled: Travelled, same: bool) -> Iterator[tuple[str, Group]]:
    """The options whose files the recipe was made with, and goes by here, with their groups."""
    for name in asked.groups():
        group = getattr(asked, name)
        taken_here = taken_over(name, type(group), same)
        yield from ((option, group) for option in travelled.origin.files if option in taken_here)
