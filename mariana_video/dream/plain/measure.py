"""How large the values of a picture are, in float64 by numpy: torch's own sums differ with the number of threads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

_SUMMED = 8192  # values that numpy turns into float64 at a time
_ONCE = 64 * _SUMMED
_EIGHT = 8  # numpy's own sums add eight at a time


Values = Callable[[int, int], NDArray[np.float32]]
"""Values from one place to another, as they lie in memory or on disk: so need not all be read at once."""


def rms(values: Tensor) -> float:
    """The RMS of all `values`."""
    flat = _flat(values)
    return rms_of(flat.size, lambda first, last: flat[first:last])


def mean_size(values: Tensor) -> float:
    """The mean of |v|."""
    flat = _flat(values)
    return mean_size_of(flat.size, lambda first, last: flat[first:last])


def rms_of(count: int, values: Values) -> float:
    """The RMS of the first `count` of `values`."""
    return float(np.sqrt(_squares(values, 0, count) / np.float64(count)))


def mean_size_of(count: int, values: Values) -> float:
    """The mean of |v| of the first `count` of `values`."""
    total = np.float64(0)
    for first in range(0, count, _ONCE):
        part = values(first, min(count, first + _ONCE))
        total = np.add.reduce(np.abs(part), dtype=np.float64, initial=total)
    return float(total / count)


def _squares(values: Values, first: int, last: int) -> np.float64:
    """Σ v², halved as numpy's pairwise sum halves it: the same bits, with little in float64 at a time."""
    if last - first <= _ONCE:
        return np.float64(np.sum(np.square(values(first, last), dtype=np.float64)))
    half = (last - first) // 2
    half -= half % _EIGHT
    return np.float64(_squares(values, first, first + half) + _squares(values, first + half, last))


def _flat(values: Tensor) -> NDArray[np.float32]:
    """All of them, as they lie in memory."""
    flat: NDArray[np.float32] = values.detach().cpu().numpy().ravel(order="K")
    return flat
