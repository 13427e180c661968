"""A time as people write it: `90`, `1.5`, `2s`, `250ms`, `2min`, `1:02.5`, `01:02:03`; of a clip also `75%`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

from mariana_video.errors import UsageError
from mariana_video.recipe.values.schedule import Bounds

_NUMBER = r"[0-9]*\.?[0-9]+|[0-9]+\."
_BARE = re.compile(rf"-?(?:{_NUMBER})(?:e[+-]?[0-9]{{1,2}})?|-?[0-9]{{1,18}}/[0-9]{{1,18}}", re.IGNORECASE)
_CLOCK = re.compile(r"(?:([0-9]+):)?([0-9]+):([0-9]{1,2}(?:\.[0-9]*)?)")
_WORDS = re.compile(
    rf"(?:({_NUMBER})\s*h)?\s*(?:({_NUMBER})\s*m(?:in)?)?\s*(?:({_NUMBER})\s*s)?\s*(?:({_NUMBER})\s*ms)?", re.IGNORECASE
)
_PERCENT = re.compile(rf"({_NUMBER})\s*%")
_UNITS = (Fraction(3600), Fraction(60), Fraction(1), Fraction(1, 1000))
_LONGEST = 40  # characters
_EXAMPLES = "90, 1.5s, 250ms, 2min or 1:02.5"


@dataclass(frozen=True)
class Time:
    """A time in a clip, exact: `amount` in seconds after its first picture, or in percent of its length."""

    amount: Fraction
    percent: bool = False

    @classmethod
    def of(cls, value: Any) -> Self:
        """A time from a number of seconds or a text. Raises UsageError, with examples, on anything else."""
        if isinstance(value, cls):
            return value
        if isinstance(value, Time):
            return cls.of(str(value))
        if isinstance(value, str):
            return cls._read(value.strip(), value)
        if isinstance(value, int | Fraction) and not isinstance(value, bool):
            return cls(Fraction(value))
        if isinstance(value, float) and abs(value) < float("inf"):
            return cls(Fraction(repr(float(value))))  # as it was written: 0.1 is a tenth
        raise cls._unreadable(repr(value))

    @classmethod
    def _read(cls, text: str, given: str) -> Self:
        if len(text) > _LONGEST or not text:
            raise cls._unreadable(repr(given[:_LONGEST]))
        if _BARE.fullmatch(text) and not re.search(r"/0+$", text):
            return cls(Fraction(text))
        if found := _PERCENT.fullmatch(text):
            return cls._part(Fraction(found[1]), given)
        if found := _CLOCK.fullmatch(text):
            hours, minutes, seconds = (Fraction(part or 0) for part in found.groups())
            if seconds >= 60 or (found[1] is not None and minutes >= 60):
                raise UsageError(f"{given!r}: after a colon, minutes and seconds are below 60")
            return cls(3600 * hours + 60 * minutes + seconds)
        if found := _WORDS.fullmatch(text):
            parts = zip(found.groups(), _UNITS, strict=True)
            return cls(sum((Fraction(part) * unit for part, unit in parts if part), Fraction(0)))
        raise cls._unreadable(repr(given))

    @classmethod
    def _part(cls, amount: Fraction, given: str) -> Self:
        if amount > 100:
            raise UsageError(f"{given!r}: a part of a clip is at most 100%")
        return cls(amount, True)

    @classmethod
    def _unreadable(cls, given: str) -> UsageError:
        return UsageError(f"can't read {given} as a time: write {_EXAMPLES}, or 75% of the clip")

    def __str__(self) -> str:
        """The one text of this time, whatever it was written as: `62.5`, `75%`."""
        return _written(self.amount) + "%" * self.percent

    def check(self, name: str, bounds: Bounds) -> None:
        """Refuses a time outside `bounds`, which are in seconds. Raises UsageError."""
        bounds = replace(bounds, high=100) if self.percent else bounds
        if not bounds.hold(float(self.amount)):
            raise UsageError(f"--{name} {self}: give {'percents' if self.percent else 'seconds'} {bounds}")

    def seconds(self, length: Fraction | None = None) -> Fraction:
        """It in seconds, in a clip that is `length` seconds long. Raises UsageError for a part of an unknown length."""
        if not self.percent:
            return self.amount
        if length is None:
            raise UsageError(f"{self} of a clip that doesn't say how long it is: give seconds")
        return self.amount * length / 100


class Length(Time):
    """How long something lasts, exact, in seconds: there is no clip that it could be a part of."""

    @classmethod
    def _part(cls, amount: Fraction, given: str) -> Self:  # noqa: ARG003
        raise UsageError(f"{given!r}: there is no clip here that this could be a part of; write {_EXAMPLES}")

    @classmethod
    def _unreadable(cls, given: str) -> UsageError:
        return UsageError(f"can't read {given} as a time: write {_EXAMPLES}")


def _written(number: Fraction) -> str:
    """A number without needless zeros; as a fraction where its decimals have no end."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return str(number)
    digits = 0
    while (number * 10**digits).denominator != 1:
        digits += 1
    whole = Decimal(int(number * 10**digits)).scaleb(-digits)
    return format(whole, "f")
