"""Options of single pictures and of many on a sheet: which frame of a source, how large, how many.

Their groups are put together by `kinds`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from mariana_video.recipe.group import FIRST, PART, Group, from_pair, from_text
from mariana_video.recipe.values.file import RecipeFile
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.schedule import Bounds
from mariana_video.recipe.values.size import Size
from mariana_video.recipe.values.time import Length, Time

_AT = from_text(Annotated[Time, Bounds(0)])
_FLAG = Parameter(negative=())


@Parameter(name="*", group=PART)
@dataclass(frozen=True)
class Begins(Group):
    """Which picture of SOURCE."""

    at: Annotated[Time | None, _AT] = None
    """The frame of a video that is on the screen then: `90` (seconds), `1:02.5`, `75%`. Default: its first."""


@Parameter(name="*", group=FIRST)
@dataclass(frozen=True)
class Still(Group):
    """Which picture of SOURCE, how large, and whether it may replace another."""

    at: Annotated[Time | None, _AT] = None
    """The frame of a video that is on the screen then: `90` (seconds), `1:02.5`, `75%`. What moves along the film is
    as `mariana video` has it there, in a film of the whole video. Default: its first."""

    size: Annotated[Size | None, from_text(Size)] = None
    """`640x360`, or `640x` and `x360` to keep the shape. Default: the source's."""

    overwrite: Annotated[bool, _FLAG] = False
    """Replace pictures that exist; otherwise that is refused."""


@Parameter(name="*", group=FIRST)
@dataclass(frozen=True)
class Tiles(Group):
    """What the pictures of a sheet are to show, and how they are laid out."""

    sheet: str | None = None
    """A sheet of what every layer dreams on this SOURCE: a picture, a video or an animation (its frame --at), or the
    word `noise` or `grey`."""

    channels: Annotated[Objective | None, from_text(Objective)] = None
    """A sheet of what each channel of a layer dreams from grey, its motif: `conv4_3`, or some of them,
    `"conv4_3[17] + conv4_3[40]"`. Here --first-steps is 30 and --motif-size what the layer sees, if not said."""

    size: Annotated[Size | None, from_text(Size)] = None
    """Of each picture: `320x240`, or `320x` and `x240` to keep the shape. Default: 320 pixels on the longer side; for
    channels as many as the layer sees, and 96 at least."""

    columns: Annotated[int | None, Bounds(1, 1000)] = None
    """How many pictures stand side by side. Default: as many as make the sheet a little wider than high."""

    overwrite: Annotated[bool, _FLAG] = False
    """Replace OUTPUT where it exists, and begin anew where a sheet was begun otherwise; else both are refused."""


@Parameter(name="*", group=FIRST)
@dataclass(frozen=True)
class Exploring(Group):
    """Which looks are made of SOURCE, how many, and how they are shown."""

    count: Annotated[int, Bounds(1, 1000)] = 24
    """How many pictures. A larger one later adds to those that are there."""

    like: Annotated[RecipeFile | None, from_text(RecipeFile), Parameter(alias="--recipe")] = None
    """A look to explore around, said as --recipe says one. The first picture is that look, the others vary it."""

    blend: Annotated[tuple[RecipeFile, RecipeFile] | None, from_pair(tuple[RecipeFile, RecipeFile])] = None
    """Two looks to walk between, said likewise: the first picture is the one, the last the other. Where OUTPUT is
    called as a film, a film in which the look walks."""

    size: Annotated[Size | None, from_text(Size)] = None
    """`640x360`, or `640x` and `x360` to keep the shape. Default: of each picture 320 pixels on the longer side, of a
    film the source's."""

    columns: Annotated[int | None, Bounds(1, 1000)] = None
    """How many pictures stand side by side on the sheet. Default: as many as make it a little wider than high."""

    duration: Annotated[Length | None, Bounds(0, 36000, above=True), from_text(Length)] = None
    """How long a film is: `8` (seconds), `1:02.5`, `2min`. Default: that of SOURCE, and of a picture 8 seconds."""
