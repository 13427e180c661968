"""Chance for looks: what is drawn hangs on numbers and a word alone, never on what was drawn before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from zlib import crc32

from mariana_video.dream.plain.noise import chance

T = TypeVar("T")


@dataclass(frozen=True)
class Between:
    """A number between two bounds, drawn by its logarithm and rounded to so many significant `digits`."""

    low: float
    high: float
    digits: int = 2


class Dice:
    """Chance of its own for a `word` and numbers, such as a seed and the number of a look."""

    def __init__(self, word: str, *key: int) -> None:
        self._chance = chance(*key, crc32(word.encode()))

    def below(self, share: float) -> bool:
        """Whether something that happens in this `share` of all cases (0…1) does."""
        return float(self._chance.random()) < share

    def one(self, choices: Sequence[T], weights: Sequence[float] = ()) -> T:
        """One of `choices`, each as often as its weight says (none: all alike)."""
        counts = weights or [1.0] * len(choices)
        place = float(self._chance.random()) * sum(counts)
        for choice, count in zip(choices, counts, strict=True):
            place -= count
            if place < 0:
                return choice
        return choices[-1]

    def shuffled(self, choices: Sequence[T]) -> list[T]:
        """All of `choices` in another order."""
        return [choices[int(place)] for place in self._chance.permutation(len(choices))]

    def number(self, between: Between) -> float:
        """A number `between` two others."""
        low, high = math.log(between.low), math.log(between.high)
        drawn = math.exp(low + float(self._chance.random()) * (high - low))
        return significant(drawn, between.digits)

    def normal(self) -> float:
        """A number around 0, mostly between -1 and 1."""
        return float(self._chance.standard_normal())


def significant(number: float, digits: int) -> float:
    """A number rounded to so many significant digits."""
    return float(f"{number:.{digits}g}")
