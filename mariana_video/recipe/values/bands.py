"""How much each band of a picture's detail counts, as people write it: `0.7,1,1`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mariana_video.errors import UsageError

_MOST = 100.0


@dataclass(frozen=True)
class Bands:
    """Weights of the finest detail, of the next coarser, and of all that is coarser still; none below 0, not all 0."""

    fine: float
    middle: float
    coarse: float

    @classmethod
    def of(cls, value: Any) -> Bands:
        """Weights from their text or from three numbers. Raises UsageError on anything else."""
        if isinstance(value, Bands):
            return value
        parts = value.split(",") if isinstance(value, str) else value
        try:
            weights = [float(part) for part in parts]
        except (TypeError, ValueError):
            weights = []
        if (
            len(weights) != 3
            or not all(math.isfinite(one) and 0 <= one <= _MOST for one in weights)
            or not any(weights)
        ):
            raise UsageError(f"--bands {value}: give three numbers from 0 to {_MOST:g}, not all 0, as in 0.7,1,1")
        return cls(*weights)

    @property
    def weights(self) -> tuple[float, float, float]:
        """(fine, middle, coarse)."""
        return self.fine, self.middle, self.coarse

    def __str__(self) -> str:
        return ",".join(f"{weight:g}" for weight in self.weights)
