"""How large the values of a picture are, in float64 by numpy: torch's own sums differ with the number of threads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

_SUMMED = 8192  # values that numpy turns into float64 at a time
_ONCE = 64 * _SUMMED
_EIGHT = 8  # numpy's own sums add eight at a time


def rms(values: Tensor) -> float:
    """The RMS of all `values`."""
    flat = _flat(values)
    return float(np.sqrt(_squares(flat) / np.float64(flat.size)))


def mean_size(values: Tensor) -> float:
    """The mean of |v|."""
    flat, total = _flat(values), np.float64(0)
    for first in range(0, flat.size, _ONCE):
        total = np.add.reduce(np.abs(flat[first : first + _ONCE]), dtype=np.float64, initial=total)
    return float(total / flat.size)


def _squares(flat: NDArray[np.float32]) -> np.float64:
    """Σ v², halved as numpy's pairwise sum halves it: the same bits, with little in float64 at a time."""
    if flat.size <= _ONCE:
        return np.float64(np.sum(np.square(flat, dtype=np.float64)))
    half = flat.size // 2
    half -= half % _EIGHT
    return np.float64(_squares(flat[:half]) + _squares(flat[half:]))


def _flat(values: Tensor) -> NDArray[np.float32]:
    """All of them, as they lie in memory."""
    flat: NDArray[np.float32] = values.detach().cpu().numpy().ravel(order="K")
    return flat
