"""The options of a step progression: which steps of one dream are shown, and what is laid side by side."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from mariana_video.errors import UsageError
from mariana_video.recipe.group import FILE, FIRST, PART, Group, from_text
from mariana_video.recipe.look import Ascent
from mariana_video.recipe.values.schedule import Bounds, Schedule
from mariana_video.recipe.values.size import Size
from mariana_video.recipe.values.time import Length

_NUMBER = from_text(Schedule)
_FIRST = Parameter(group=FIRST)


@Parameter(name="*", group=PART)
@dataclass(frozen=True)
class Progress(Group):
    """Which steps are shown, how long, and what stands beside each other."""

    every: Annotated[int | None, Bounds(1, 100000)] = None
    """Show every N-th step."""

    frames: Annotated[int | None, Bounds(2, 100000), _FIRST] = None
    """How many steps are shown, close together at first and ever further apart. Default: 48, on a contact sheet 12."""

    rate: Annotated[float, Bounds(0, 240, above=True), Parameter(group=FILE)] = 12.0
    """Pictures a second."""

    hold: Annotated[Length, Bounds(0, 3600), from_text(Length)] = Length(Fraction(3, 2))
    """How long the last picture stays: `1.5` (seconds), `2s`, `500ms`."""

    size: Annotated[Size | None, from_text(Size), _FIRST] = None
    """`640x360`, or `640x` and `x360` to keep the shape. Default: SOURCE's, no larger than suits OUTPUT."""

    zoom: Annotated[Schedule, Bounds(0.01, 100), _NUMBER] = Schedule("1")
    """How many times larger the picture becomes in a second, while it is dreamed."""

    label: Annotated[bool, Parameter(negative=())] = False
    """Write step, octave and score into each picture; contact sheets always have them."""

    columns: Annotated[str | None, _FIRST] = None
    """Side by side: an option and its values, `"step-size=0.01,0.5"`."""

    rows: str | None = None
    """Below each other: an option and its values, `"network=vgg16,mariana"`."""

    plot: Annotated[Path | None, Parameter(group=FILE)] = None
    """How the picture converges: a drawing (.png, .svg, .pdf) or a table (.csv) of score, change and structure."""


@dataclass(frozen=True)
class Variant:
    """One place of a comparison: what is written beside it, and its options."""

    title: str
    dream: Ascent


def variants(dream: Ascent, text: str | None, option: str) -> tuple[Variant, ...]:
    """The variants of `dream` that `--columns` or `--rows` (`option`) asks for, in order; without text `dream` itself.

    Raises UsageError on anything but a known option, = and at least one value.
    """
    if text is None:
        return (Variant("", dream),)
    name, equals, values = text.partition("=")
    field = name.strip().lstrip("-").replace("-", "_")
    known = [one.name for one in fields(Ascent) if one.name != "first_steps"]
    if not equals or field not in known:
        names = ", ".join(one.replace("_", "-") for one in known)
        raise UsageError(f"--{option} {text!r}: write an option and its values, step-size=0.01,0.5; there are {names}")
    words = [word.strip() for word in _apart(values)]
    if not all(words):
        raise UsageError(f"--{option} {text!r}: a value is missing between two commas")
    option = name.strip().lstrip("-")
    made = [dream.but(**{field: word}) for word in words]
    shown = [" + ".join(one.network.names) for one in made] if field == "network" else words
    return tuple(Variant(f"{option}: {title}", one) for title, one in zip(shown, made, strict=True))


def compared(text: str) -> tuple[str, tuple[str, ...]]:
    """The option that a text of --columns or --rows compares, with _ for -, and its values as they are written."""
    name, _, values = text.partition("=")
    return name.strip().lstrip("-").replace("-", "_"), tuple(_apart(values))


def _apart(text: str) -> list[str]:
    """`text` parted at its commas, those within brackets left alone."""
    parts, depth = [""], 0
    for character in text:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts
