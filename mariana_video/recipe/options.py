"""Every option that changes a pixel, declared once.

A field's type, default, bounds and the docstring under it are what the command line, Python, refusals and the docs
read. Numbers that an artist could want to move along a film are `Schedule`s.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

from cyclopts import Parameter

from mariana_video.errors import UsageError
from mariana_video.recipe.objective import Objective
from mariana_video.recipe.schedule import Bounds, Schedule
from mariana_video.recipe.size import Size


def from_text(kind: Any) -> Parameter:
    """How the command line makes a `kind` of one word: by its constructor, never by its fields."""

    def convert(_type: Any, tokens: Sequence[Any]) -> Any:
        return kind(tokens[0].value)

    return Parameter(converter=convert, accepts_keys=False, n_tokens=1)


_NUMBER = from_text(Schedule)
_ATOM = Parameter(negative=())


def bounds_of(group: type[Group]) -> Mapping[str, Bounds]:
    """The declared bounds of a group's numbers, by field."""
    hashable: Any = group
    return _bounds(hashable)


@cache
def _bounds(group: Any) -> Mapping[str, Bounds]:
    hints = get_type_hints(group, include_extras=True)
    found = {
        name: [m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Bounds)] for name, hint in hints.items()
    }
    return {name: bounds[0] for name, bounds in found.items() if bounds}


class Group:
    """A group of options that checks itself against its declared bounds as it is made (UsageError)."""

    def __post_init__(self) -> None:
        for name, bounds in bounds_of(type(self)).items():
            value = getattr(self, name)
            option = name.replace("_", "-")
            if isinstance(value, Schedule):
                value.check(option, bounds)
            elif value is not None:
                bounds.check(option, value)


@Parameter(name="*")
@dataclass(frozen=True)
class Dream(Group):
    """What is dreamed, and how strongly."""

    network: Annotated[str, _ATOM] = "mariana"
    """What dreams: a network's name (`mariana networks` lists them) or a weights file."""

    weights: Path | None = None
    """A weights file for `vgg16` or `inception_v3`, in place of torchvision's download."""

    layers: Annotated[Objective | None, from_text(Objective)] = None
    """What to excite: `"conv3_3 + 0.5*conv4_2"`; `conv4_3[17]` is one channel, `all` is every layer.
    Default: what suits the network."""

    strength: Annotated[Schedule, Bounds(0, 10), _NUMBER] = Schedule("1")
    """The one dial for those who want no other: 0.5 is a light dream, 2 a heavy one."""

    steps: Annotated[Schedule, Bounds(0, 1000), _NUMBER] = Schedule("1")
    """Steps of ascent in a frame that goes on from the dream before it; 0 gives the source back."""

    first_steps: Annotated[Schedule | None, Bounds(0, 10000), _NUMBER] = None
    """Steps an octave where nothing is carried: a picture, a first frame, a cut. Default: 10, or 0 at `--steps 0`."""

    step_size: Annotated[Schedule | None, Bounds(0, 10), _NUMBER] = None
    """How far one step changes a pixel on average, in a picture of 0…1. Default: what suits the network."""

    step_rule: Literal["mean", "tutorial"] = "mean"
    """`mean` moves a pixel by --step-size on average; `tutorial` steps as TensorFlow's DeepDream tutorial does."""

    octaves: Annotated[int | None, Bounds(1, 20)] = None
    """How many sizes of the picture are dreamed on. Default: up to 3, as many as the network can see."""

    octave_scale: Annotated[float, Bounds(1, 4, above=True)] = 1.5
    """Each octave is so many times smaller than the one above."""

    jitter: Annotated[int, Bounds(0, 512)] = 16
    """The picture is shifted by up to so many pixels before a step, so that no grid of the network shows."""

    seed: Annotated[int, Bounds(0, 2**63 - 1)] = 0
    """Another number, another dream; the same number, the same dream."""

    def first(self) -> Schedule:
        """The steps an octave where nothing is carried."""
        if self.first_steps is not None:
            return self.first_steps
        return Schedule("0" if self.steps.constant() == 0 else "10")


@Parameter(name="*")
@dataclass(frozen=True)
class Ascent(Dream):
    """What is dreamed, step by step, on a single picture."""

    steps: Annotated[Schedule, Bounds(0, 10000), _NUMBER] = Schedule("60")
    """Steps on each octave; several hundred show a picture become structure."""

    first_steps: Annotated[Schedule | None, Bounds(0, 10000), Parameter(parse=False)] = None

    def first(self) -> Schedule:
        """The steps an octave."""
        return self.steps


@Parameter(name="*")
@dataclass(frozen=True)
class Carry(Group):
    """How a dream goes on from frame to frame."""

    carry: Annotated[Schedule, Bounds(0, 1), _NUMBER] = Schedule("0.8")
    """How much of the dream is kept over 1/25 s of film: 0 is a new dream every frame, 1 is glued to the picture."""

    mix: Annotated[Schedule, Bounds(0, 1), _NUMBER] = Schedule("1")
    """How much of the dream is laid over the source in the result; what is carried stays whole."""

    temporal_weight: Annotated[Schedule, Bounds(0, 1000), _NUMBER] = Schedule("0")
    """How hard the ascent is pulled to the dream before, warped (LucidDream's loss); it wants several --steps. With
    --carry 0 every frame begins at its source, and only the pull holds them together."""

    carried: Literal["change", "frame"] = "change"
    """What is carried: the dream's `change` to its frame (the scene stays readable) or the dreamed `frame` itself."""

    flow: Literal["dis", "farneback", "raft", "none"] = "dis"
    """How motion is found; `none` lets the dream stay put while the picture moves."""

    flow_weights: Path | None = None
    """A weights file for `--flow raft`, in place of torchvision's download."""

    flow_scale: Annotated[float, Bounds(0, 1, above=True)] = 1.0
    """Motion is found on a picture so many times the size; 0.5 suits 1080p and above."""


@Parameter(name="*")
@dataclass(frozen=True)
class Span(Group):
    """Which part of a film, and how large."""

    start: Annotated[float | None, Bounds(0)] = None
    """Where to begin, in seconds."""

    duration: Annotated[float | None, Bounds(0, above=True)] = None
    """How many seconds to take. Default: to the end."""

    size: Annotated[Size | None, from_text(Size.of)] = None
    """`640x360`, or `640x` and `x360` to keep the shape. Default: the source's."""

    rate: Annotated[float | None, Bounds(0, 1000, above=True)] = None
    """Frames a second of a folder of numbered pictures. Default: 25."""


@Parameter(name="*")
@dataclass(frozen=True)
class Where(Group):
    """Where in the picture is dreamed."""

    mask: Path | None = None
    """A picture, stretched over the film's: white says where to dream, black where never, grey how much."""


@dataclass(frozen=True)
class Recipe:
    """All that changes a pixel of a film."""

    dream: Dream = Dream()
    carry: Carry = Carry()
    span: Span = Span()
    where: Where = Where()


_READERS: Mapping[str, Any] = {
    "layers": Objective,
    "size": Size.of,
    "weights": Path,
    "flow_weights": Path,
    "mask": Path,
}


def recipe(**options: Any) -> Recipe:
    """A recipe from options by name: `recipe(strength=1.5, layers="conv3_3", carry=0.9)`.

    Numbers may be given as numbers or as schedules' text. Raises UsageError on an unknown name (with the nearest known
    one) and on a value outside its bounds.
    """
    groups: dict[str, type[Group]] = {"dream": Dream, "carry": Carry, "span": Span, "where": Where}
    homes = {field.name: (home, field.default) for home, group in groups.items() for field in fields(group)}  # type: ignore[arg-type]  # each group is a dataclass
    given: dict[str, dict[str, Any]] = {home: {} for home in groups}
    for name, value in options.items():
        if name not in homes:
            near = difflib.get_close_matches(name, homes, 1)
            raise UsageError(
                f"unknown option {name!r}: "
                + (f"did you mean {near[0]!r}?" if near else f"there are {', '.join(homes)}")
            )
        home, default = homes[name]
        if name in _READERS and value is not None and not isinstance(value, Objective):
            value = _READERS[name](value)
        elif isinstance(default, Schedule) or name in ("first_steps", "step_size"):
            value = None if value is None else Schedule.of(value)
        given[home][name] = value
    return Recipe(**{home: group(**given[home]) for home, group in groups.items()})  # type: ignore[arg-type]
