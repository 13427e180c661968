"""The page's knobs, read from the declarations of the recipe: their names, help, bounds, choices and defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args, get_origin

from mariana_video.recipe.camera import Camera, Dive
from mariana_video.recipe.group import Group
from mariana_video.recipe.job import Storage
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Carry, Span
from mariana_video.recipe.progression import Progress
from mariana_video.recipe.reading import declared, helps
from mariana_video.recipe.travel.fields import FILES
from mariana_video.recipe.values.schedule import Schedule

Value = str | float | bool
Shape = Literal["slider", "choice", "yes", "text"]

_WIDEST = 10.0  # what goes further is written: a slider would have no place for what is wanted
_STEPS = 100  # of a slider
_NOT_HERE = (*FILES, "columns", "rows", "plot")  # they name files


@dataclass(frozen=True)
class Knob:
    """An option as the page shows it. `home` is the group that it is declared in, `default` what it is if left alone.

    A slider goes from `low` to `high`; `choices` are all that may be chosen.
    """

    name: str
    home: type[Group]
    shape: Shape
    help: str
    default: Value
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    choices: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What stands over it."""
        return _LABELS.get(self.name, self.name.replace("_", " ").capitalize())


_LABELS = {
    "motif_size": "Size of motifs",
    "carry": "How steady",
    "layers": "What is dreamed",
    "duration": "Length",
    "crf": "Quality (crf)",
    "pan_x": "Pan to the right",
    "pan_y": "Pan down",
}
_OPEN = {"motif_size": 0.26}  # where the slider of an open number stands: what the usual network makes of it


def knob(home: type[Group], name: str) -> Knob:
    """The knob of a declared option."""
    option, said = declared(home)[name], getattr(home(), name)
    text = _help(home, name)
    if option.kind is bool:
        return Knob(name, home, "yes", text, bool(said))
    if get_origin(option.kind) is Literal:
        return Knob(name, home, "choice", text, said or "", choices=("",) * option.optional + get_args(option.kind))
    bounds = option.bounds
    number = _OPEN.get(name) if said is None else _number(said)
    if name != "seed" and bounds is not None and bounds.high <= _WIDEST and bounds.low >= 0 and number is not None:
        step = 1.0 if bounds.whole or option.kind is int else (bounds.high - bounds.low) / _STEPS
        return Knob(name, home, "slider", text, number, bounds.low, bounds.high, min(step, 0.05) if step < 1 else step)
    return Knob(name, home, "text", text, "" if said is None else str(said))


def _help(home: type[Group], name: str) -> str:
    kind: Any = home  # mypy takes no class for hashable
    return helps(kind).get(name, "")


def _number(value: Any) -> float | None:
    if isinstance(value, Schedule):
        return value.constant()
    return float(value) if isinstance(value, int | float) else None


def _rest(home: type[Group], *besides: str) -> tuple[Knob, ...]:
    return tuple(knob(home, name) for name in declared(home) if name not in (*_NOT_HERE, *besides))


def _length() -> Knob:
    """A film's length and a dive's are one knob, which stands open: each work has a usual one of its own."""
    both = f"Of a film: {_help(Span, 'duration')} Of a dive: {_help(Dive, 'duration')}"
    return replace(knob(Dive, "duration"), help=both, default="")


EIGHT: tuple[Knob, ...] = (
    knob(Dream, "strength"), knob(Dream, "motif_size"), knob(Carry, "carry"), knob(Dream, "layers"),
    knob(Dream, "network"), knob(Camera, "zoom"), _length(), knob(Dream, "seed"),
)  # fmt: skip
"""Those that are always to be seen."""

_SHOWN = tuple(one.name for one in EIGHT)

FOLDED: Mapping[str, tuple[Knob, ...]] = {
    "More of the look": _rest(Dream, *_SHOWN),
    "More of the motion": _rest(Carry, *_SHOWN),
    "Part, size and file": (
        knob(Span, "start"), knob(Span, "size"), knob(Storage, "sound"), knob(Storage, "crf"),
    ),
    "More of the camera": (*_rest(Camera, *_SHOWN), *_rest(Dive, *_SHOWN, "size", "rate", "loop")),
    "More of the steps": _rest(Progress, "size", "rate", "zoom"),
}  # fmt: skip
"""The others, by what stands over them."""

ALL: Mapping[str, Knob] = {one.name: one for one in (*EIGHT, *(one for part in FOLDED.values() for one in part))}
"""Every knob by the name of its option."""

LOOK = ("dream", "carry", "camera", "dive")
"""The groups of which a look is made, as its text calls them."""

HOMES: Mapping[type[Group], str] = {Dream: "dream", Carry: "carry", Camera: "camera", Dive: "dive"}
"""The tables of a look by the groups that stand in them."""

_OF_THE_WORK = ("duration", "size")


def is_of_look(one: Knob) -> bool:
    """Whether a knob is part of a look, in place of one work."""
    return one.home in HOMES and one.name not in _OF_THE_WORK


def is_seen(one: Knob) -> bool:
    """Whether a knob changes a single dreamed frame: how it moves, how long and how large it is does not."""
    return one.home is Dream
