"""Every option that changes a pixel, declared once.

A field's type, default, bounds and the docstring under it are what the command line, Python, refusals and the docs
read. Numbers that an artist could want to move along a film are `Schedule`s.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from mariana_video.recipe.group import FIRST, MOTION, PART, WHERE, Group, from_text, shared_out
from mariana_video.recipe.look import Dream
from mariana_video.recipe.reading import declared
from mariana_video.recipe.values.file import InputFile
from mariana_video.recipe.values.schedule import Bounds, Schedule
from mariana_video.recipe.values.size import Size
from mariana_video.recipe.values.time import Length, Time

_NUMBER = from_text(Schedule)
_FILE = from_text(InputFile)
_FIRST = Parameter(group=FIRST)


@Parameter(name="*", group=MOTION)
@dataclass(frozen=True)
class Carry(Group):
    """How a dream goes on from frame to frame."""

    carry: Annotated[Schedule, Bounds(0, 1), _NUMBER, _FIRST] = Schedule("0.8")
    """How much of the dream is kept over 1/25 s of film: 0 is a new dream every frame, 1 is glued to the picture."""

    mix: Annotated[Schedule, Bounds(0, 1), _NUMBER] = Schedule("1")
    """How much of the dream is laid over the source in the result; the dream itself stays the same."""

    temporal_weight: Annotated[Schedule, Bounds(0, 1000), _NUMBER] = Schedule("0")
    """How hard the ascent is pulled to the dream before, warped (LucidDream's loss); it needs several --steps. With
    --carry 0 every frame begins at its source, takes --first-steps, and only the pull holds them together."""

    momentum: Annotated[Schedule, Bounds(0, 0.95), _NUMBER] = Schedule("0.65")
    """How much of what the steps of 1/25 s of film change goes on in the next 1/25 s: more is smoother and slower."""

    jitter_hold: Annotated[Length, Bounds(0), from_text(Length)] = Length(Fraction(12, 25))
    """For how long the --jitter stays the same (`0.48`, `480ms`): a new one takes back some of the last one's dream."""

    carried: Literal["change", "frame"] = "change"
    """What is carried: the dream's `change` to its frame (the scene stays readable) or the dreamed `frame` itself."""

    flashes: Literal["held", "kept"] = "held"
    """Whether a film that would flash more often than WCAG 2.3.1 calls safe is `held` back where it would."""

    flow: Literal["dis", "farneback", "raft", "none"] = "dis"
    """How motion is found; `none` lets the dream stay put while the picture moves. (`mariana measure` judges by
    `farneback`, too: give it --flow-weights for films that were made with that.)"""

    flow_weights: Annotated[InputFile | None, _FILE] = None
    """A weights file for `--flow raft`, in place of torchvision's download."""

    flow_scale: Annotated[float, Bounds(0, 1, above=True)] = 1.0
    """At which part of the size motion is looked for; 0.5 is quicker and coarser."""


@Parameter(name="*", group=PART)
@dataclass(frozen=True)
class Shooting(Group):
    """How a film's frames follow each other, and where its shots begin."""

    rate: Annotated[float | None, Bounds(0, 1000, above=True)] = None
    """Frames a second of a folder of numbered pictures. Default: 25."""

    cut_threshold: Annotated[float, Bounds(0, 255, above=True)] = 27.0
    """How different a frame must be from the one before to begin a new shot, dreamed anew; lower finds more cuts."""


@Parameter(name="*", group=PART)
@dataclass(frozen=True)
class Span(Shooting):
    """Which part of a film, and how large."""

    start: Annotated[Time | None, Bounds(0), from_text(Time), _FIRST] = None
    """Where to begin: `90` (seconds), `2s`, `1:02.5`, `2min`, or `75%` of the film."""

    duration: Annotated[Time | None, Bounds(0, above=True), from_text(Time), _FIRST] = None
    """How much to take, written likewise. Default: to the end."""

    size: Annotated[Size | None, from_text(Size), _FIRST] = None
    """`640x360`, or `640x` and `x360` to keep the shape. Default: the source's."""

    shots: Annotated[InputFile | None, _FILE] = None
    """A list of the film's shots, as `mariana shots` makes it, with settings for each. When it is changed, the same
    command dreams the changed shots alone."""

    split: Annotated[Length | None, Bounds(2), from_text(Length)] = None
    """Part shots that are longer into pieces of at most so long, each dreamed anew and faded into from the one before
    over a second: a --farm makes them beside each other. Default: a shot is one piece, and steadier."""

    hdr_peak: Annotated[float, Bounds(203, 10000)] = 1015.0
    """Up to which brightness, in nits, an HDR source keeps its detail where it is brought down to ordinary range."""


@Parameter(name="*", group=WHERE)
@dataclass(frozen=True)
class Where(Group):
    """Where in the picture is dreamed."""

    mask: Annotated[InputFile | None, _FILE] = None
    """A picture, or a film that runs beside it, stretched over the film's: white says where to dream, black where
    never, grey how much."""


@dataclass(frozen=True)
class Recipe:
    """All that changes a pixel of a film."""

    dream: Dream = Dream()
    carry: Carry = Carry()
    span: Span = Span()
    where: Where = Where()


def needs_clock(recipe: Recipe) -> bool:
    """Whether a recipe's schedules can be asked only where the whole clock of a film is known, and its cuts."""
    values = (getattr(group, name) for group in (recipe.dream, recipe.carry) for name in declared(type(group)))
    return any(getattr(value, "needs_clock", False) for value in values)


def recipe(**options: Any) -> Recipe:
    """A recipe from options by name: `recipe(strength=1.5, layers="conv3_3", carry=0.9)`.

    Numbers may be given as numbers or as schedules' text. Raises UsageError on an unknown name (with the nearest known
    one), on a value of another kind and on one outside its bounds.
    """
    return Recipe(*shared_out(options, Dream, Carry, Span, Where))
