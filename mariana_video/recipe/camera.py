"""The options of a dive: how the camera moves, and what the film is to be."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal

from cyclopts import Parameter

from mariana_video.recipe.group import FILE, FIRST, LOOK, MOTION, Group, from_text
from mariana_video.recipe.values.schedule import Bounds, Schedule
from mariana_video.recipe.values.size import Size
from mariana_video.recipe.values.time import Length

_NUMBER = from_text(Schedule)
_FIRST = Parameter(group=FIRST)


@Parameter(name="*", group=MOTION)
@dataclass(frozen=True)
class Camera(Group):
    """How the camera moves: speeds are per second, so that a film looks alike at any rate."""

    zoom: Annotated[Schedule, Bounds(0.01, 100), _NUMBER, _FIRST] = Schedule("1.5")
    """How many times larger the picture becomes in a second; below 1 the camera goes out."""

    rotate: Annotated[Schedule, Bounds(-3600, 3600), _NUMBER] = Schedule("0")
    """Degrees a second by which the picture turns, clockwise."""

    pan_x: Annotated[Schedule, Bounds(-10, 10), _NUMBER] = Schedule("0")
    """How far the camera moves to the right in a second, in widths of the picture."""

    pan_y: Annotated[Schedule, Bounds(-10, 10), _NUMBER] = Schedule("0")
    """How far the camera moves down in a second, in heights of the picture."""

    centre_x: Annotated[Schedule, Bounds(0, 1), _NUMBER] = Schedule("0.5")
    """What the camera goes in on, from 0 (the left edge) to 1 (the right one)."""

    centre_y: Annotated[Schedule, Bounds(0, 1), _NUMBER] = Schedule("0.5")
    """What the camera goes in on, from 0 (the upper edge) to 1 (the lower one)."""


@Parameter(name="*", group=LOOK)
@dataclass(frozen=True)
class Dive(Group):
    """What film the dive becomes."""

    duration: Annotated[Length, Bounds(0, 36000, above=True), from_text(Length), _FIRST] = Length(Fraction(8))
    """How long the film is: `8` (seconds), `8s`, `1:02.5`, `2min`."""

    rate: Annotated[float, Bounds(0, 240, above=True), Parameter(group=FILE)] = 25.0
    """Frames a second."""

    size: Annotated[Size | None, from_text(Size), _FIRST] = None
    """`640x360`, or `640x` and `x360` to keep the shape. Default: SOURCE's, no larger than suits OUTPUT."""

    loop: Annotated[Literal["source", "structure"] | None, _FIRST] = None
    """A loop without a seam: at `source` the dive finds SOURCE again, at `structure` it never shows it."""

    keep: Annotated[Schedule, Bounds(0, 1, above=True), _NUMBER] = Schedule("1")
    """How much of the dream's detail is kept over 1/25 s of film; below 1 it is forgotten and dreamed anew."""

    channel_cycle: Annotated[Length, Bounds(0), from_text(Length), Parameter(alias="--wander")] = Length(Fraction(5))
    """The dive's journey: after so long (`2`, `2s`, `500ms`) other channels of the layers lead; 0 keeps the first."""

    grain: Annotated[Schedule, Bounds(0, 1), _NUMBER] = Schedule("0")
    """Fresh noise, against one motif everywhere: from 0, none, to 1, as much as the dream survives."""
