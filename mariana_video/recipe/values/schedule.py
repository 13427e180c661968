"""A number along the frames. A constant is the trivial schedule; every number an artist could want to move is one."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from mariana_video.errors import UsageError
from mariana_video.recipe.values.expression import Value, compile_expression
from mariana_video.recipe.values.keys import Key, around, mixed, read_keys
from mariana_video.recipe.values.timeline import SIGNALS, START, Instant

_NAMED = re.compile(rf"\b(?:{'|'.join(SIGNALS)})\b")
_MOVES = re.compile(rf"\b(?:{'|'.join(('t', 'sec', *SIGNALS))})\b")


@dataclass(frozen=True)
class Bounds:
    """What a number may be: `low` to `high`, the ends included unless `above` excludes the lower one.

    With `whole`, what is written down as a number is a whole one; between two keys of a schedule it is rounded.
    """

    low: float = -math.inf
    high: float = math.inf
    above: bool = False
    whole: bool = False

    def check(self, name: str, value: float, where: str = "") -> float:
        """`value`, or a UsageError that names the option, the value and the bounds."""
        if self.hold(value):
            return value
        raise UsageError(f"--{name} {value:g}{where}: give a number {self}")

    def hold(self, value: float) -> bool:
        """Whether `value` lies within them."""
        outside = value <= self.low if self.above else value < self.low
        return math.isfinite(value) and not outside and value <= self.high

    def __str__(self) -> str:
        lower = f"above {self.low:g}" if self.above else f"of at least {self.low:g}"
        if math.isinf(self.high):
            return lower if math.isfinite(self.low) else "that is finite"
        return f"above {self.low:g} and up to {self.high:g}" if self.above else f"from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Schedule:
    """A number along the frames, kept as the text it was written in: `0.5`, `0:(1.2), 60:(1.5)`, `0.1*sin(t/10)`.

    Between two keys the value goes straight from the one to the other (an expression is blended likewise), before the
    first and past the last key their own value holds. `t` is the frame number and `sec` the time in seconds, by the
    film's own clock.
    """

    text: str
    _keys: tuple[tuple[Key, Value], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keys = read_keys(self.text)
        values = tuple((key, compile_expression(key.text, self.text, key.place)) for key in keys)
        object.__setattr__(self, "_keys", values)

    @classmethod
    def of(cls, value: Any) -> Schedule:
        """A schedule from a number, a text or a schedule. Raises UsageError on anything else."""
        if isinstance(value, Schedule):
            return value
        if isinstance(value, str):
            return cls(value)
        if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
            raise UsageError(f"{value!r} is no number: give one, or a text such as '0:(0.5), 2s:(1.5)'")
        return cls(repr(value) if isinstance(value, int) else repr(float(value)))

    def __str__(self) -> str:
        return self.text

    def __call__(self, instant: Instant) -> float:
        """The value at `instant`. May be nan: `Bounds.check` refuses that."""
        value, following, weight = around(self._keys, instant)
        if weight == 0:
            return value(instant)
        return (1 - weight) * value(instant) + weight * following(instant)

    def check(self, name: str, bounds: Bounds) -> None:
        """Refuses keys that are plain numbers outside `bounds`, before a film is begun.

        Raises UsageError. What an expression comes to is checked frame by frame, by `Bounds.check`.
        """
        for key, value in self._keys:
            if not _MOVES.search(key.text):
                number = bounds.check(name, value(START))
                if bounds.whole and number != round(number):
                    raise UsageError(f"--{name} {number:g}: give a whole number {bounds}")

    @property
    def needs_clock(self) -> bool:
        """Whether a frame's number and time are too little to ask it with: it names a signal, or mixes its keys."""
        return any(_NAMED.search(key.text) for key, _ in self._keys) or mixed(self._keys)

    def constant(self) -> float | None:
        """The number that it always is, or None where it moves."""
        if len(self._keys) > 1 or _MOVES.search(self._keys[0][0].text):
            return None
        return self._keys[0][1](START)
