"""The tables of docs/OPTIONS.md, from the options' own declarations.

python docs/options.py > docs/OPTIONS.md
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from mariana_video.recipe.group import Group
from mariana_video.recipe.kind import Kind
from mariana_video.recipe.kinds import (
    BenchRecipe,
    DiveRecipe,
    EvaluateRecipe,
    ExploreRecipe,
    FilmRecipe,
    MeasureRecipe,
    PictureRecipe,
    ProgressionRecipe,
    SheetRecipe,
    ShotsRecipe,
)
from mariana_video.recipe.reading import Declared, declared, helps
from mariana_video.recipe.values.schedule import Schedule
from mariana_video.training.epochs.options import TrainingRecipe

KINDS: dict[str, type[Kind]] = {
    "video": FilmRecipe,
    "shots": ShotsRecipe,
    "image": PictureRecipe,
    "explore": ExploreRecipe,
    "zoom": DiveRecipe,
    "progress": ProgressionRecipe,
    "layers": SheetRecipe,
    "measure": MeasureRecipe,
    "train": TrainingRecipe,
    "evaluate": EvaluateRecipe,
    "bench": BenchRecipe,
}
_HIDDEN = {("progress", "first_steps")}  # --steps says it there
_HEAD = """# Options

Every option of every command, its default, and what it may be. *Moves* says that it may change along the film
([how](GUIDE.md#numbers-that-change-along-the-film)). `mariana COMMAND --help` shows the same; in Python they are called
by the same names ([how](PYTHON.md)).

(This page is made from the options' declarations: `python docs/options.py > docs/OPTIONS.md`.)
"""


def page() -> Iterator[str]:
    """The page, line by line."""
    yield from _HEAD.splitlines()
    for command, kind in KINDS.items():
        yield from ("", f"## mariana {command}", "", "| option | default | may be | |", "|---|---|---|---|")
        for group in kind.groups().values():
            yield from _rows(command, group)


def _rows(command: str, group: type[Group]) -> Iterator[str]:
    hashable: Any = group
    told, usual = helps(hashable), group()
    for name, option in declared(group).items():
        if (command, name) not in _HIDDEN:
            cells = (f"`--{option.name}`", _default(getattr(usual, name)), _values(option), told[name])
            yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _default(value: Any) -> str:
    if value is None or value == () or isinstance(value, bool):
        return {True: "on", False: "off"}.get(value, "") if isinstance(value, bool) else ""
    return f"`{value}`"


def _values(option: Declared) -> str:
    if get_origin(option.kind) is Literal:
        return ", ".join(f"`{one}`" for one in get_args(option.kind))
    words = "" if option.bounds is None else str(option.bounds)
    whole = "whole, " if option.bounds is not None and (option.bounds.whole or option.kind is int) else ""
    return (whole + words) + ("; *moves*" if option.kind is Schedule else "")


if __name__ == "__main__":
    print("\n".join(page()))
