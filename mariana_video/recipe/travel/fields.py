"""What of each kind's recipe travels with a result, and what of that holds only for the source that it was made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mariana_video.recipe.group import Group
from mariana_video.recipe.kind import Kind
from mariana_video.recipe.kinds import DiveRecipe, FilmRecipe, PictureRecipe, ProgressionRecipe, SheetRecipe
from mariana_video.recipe.reading import declared

KINDS: Mapping[str, type[Kind]] = {
    "video": FilmRecipe,
    "image": PictureRecipe,
    "zoom": DiveRecipe,
    "progress": ProgressionRecipe,
    "layers": SheetRecipe,
}
"""The kinds of work whose results carry a recipe, by their commands."""

FILES = ("mask", "guide", "palette", "weights", "flow_weights", "shots")
"""Options that name a file: of those only a checksum travels."""

COMPARED = ("columns", "rows")
"""Options whose texts may name files."""

_STAYING = ("storage", "output", "played", "sounding", "travelling", "farming")  # groups that change no pixel
_OWN = ("device", "memory", "overwrite", "sheet", "plot", *FILES)  # of this machine alone, or names of its files
_OF_SOURCE = ("span", "where", "begins", "still", "tiles")  # groups that say which part of a source
_SIZED = ("size",)


def travelling(kind: type[Kind]) -> Mapping[str, Sequence[str]]:
    """The options that travel, by their groups' names."""
    return {
        name: [option for option in declared(group) if option not in _OWN]
        for name, group in kind.groups().items()
        if name not in _STAYING
    }


def taken_over(name: str, group: type[Group], same: bool) -> Sequence[str]:
    """The options of a group that another work takes over, files among them; `same` where its kind and source are."""
    if name in _STAYING or (name in _OF_SOURCE and not same):
        return ()
    own = {*_OWN, *([] if same else _SIZED)} - set(FILES)
    return [option for option in declared(group) if option not in own]


def compares_files(text: str) -> bool:
    """Whether a text of --columns or --rows sets files side by side, or networks that are files."""
    name, _, values = text.partition("=")
    option = name.strip().lstrip("-").replace("-", "_")
    return option in FILES or (option == "network" and any(mark in values for mark in ("/", "\\", "@", ".")))
