"""How much each band of a picture's detail counts, as people write it: `0.7,1,1`, also along the frames."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from mariana_video.errors import UsageError
from mariana_video.recipe.values.keys import Key, around, mixed, read_keys
from mariana_video.recipe.values.timeline import Instant

_MOST = 100.0

Weights = tuple[float, float, float]
"""Of the finest detail, of the next coarser, and of all that is coarser still."""


@dataclass(frozen=True)
class Bands:
    """Weights of three bands along the frames, kept as the text: none is below 0, and not all are 0.

    Between two keys, `0:(0.7,1,1), 2s:(1,1,0)`, they go straight from the one to the other.
    """

    text: str
    _keys: tuple[tuple[Key, Weights], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_keys", tuple((key, _weights(key.text, self.text)) for key in read_keys(self.text)))

    @classmethod
    def of(cls, value: Any) -> Bands:
        """Weights from their text or from three numbers. Raises UsageError on anything else."""
        if isinstance(value, Bands | str):
            return value if isinstance(value, Bands) else cls(value)
        try:
            parts = [f"{float(part):g}" for part in value]
        except (TypeError, ValueError):
            raise _refused(value) from None
        return cls(",".join(parts))

    @property
    def constant(self) -> bool:
        """True where they are the same along all of a film."""
        return len(self._keys) == 1

    def at(self, instant: Instant) -> Weights:
        """(fine, middle, coarse) at `instant`."""
        now, later, passed = around(self._keys, instant)
        fine, middle, coarse = ((1 - passed) * a + passed * b for a, b in zip(now, later, strict=True))
        return fine, middle, coarse

    @property
    def needs_clock(self) -> bool:
        """Whether a frame's number and time are too little to ask it with: some keys are frames, others seconds."""
        return mixed(self._keys)

    def __str__(self) -> str:
        return self.text


def _weights(text: str, whole: str) -> Weights:
    try:
        fine, middle, coarse = (float(part) for part in text.split(","))
    except ValueError:
        raise _refused(whole) from None
    weights = fine, middle, coarse
    if not all(math.isfinite(one) and 0 <= one <= _MOST for one in weights) or not any(weights):
        raise _refused(whole)
    return weights


def _refused(value: Any) -> UsageError:
    return UsageError(f"--bands {value!s:.60}: give three numbers from 0 to {_MOST:g}, not all 0, as in 0.7,1,1")
