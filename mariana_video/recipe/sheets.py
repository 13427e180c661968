"""The options of a sheet of a network's layers, or of a layer's channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from mariana_video.recipe.groups import FIRST
from mariana_video.recipe.options import Group, from_text
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.schedule import Bounds
from mariana_video.recipe.values.size import Size


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

    overwrite: Annotated[bool, Parameter(negative=())] = False
    """Replace OUTPUT where it exists, and begin anew where a sheet was begun otherwise; else both are refused."""
