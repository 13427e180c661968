"""How alike two hallucinations are: their correlation over some pixels, the mean of each channel taken out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

_NOTHING = 1e-10  # mean square under which there is no hallucination: a thousandth of a step of 8 bits


def correlation(one: Array, other: Array, where: Mask) -> float:
    """ρ of two H×W×C changes over the pixels of `where` (H×W), pooled over channels: −1…1.

    nan where neither changes anything there; 0 where only one does.
    """
    first, second = (_centred(picture[where]) for picture in (one, other))
    powers = float(np.square(first).mean()), float(np.square(second).mean())
    if max(powers) < _NOTHING:
        return float("nan")
    if min(powers) < _NOTHING:
        return 0.0
    return float((first * second).mean() / (powers[0] * powers[1]) ** 0.5)


def _centred(values: Array) -> NDArray[np.float64]:
    exact = values.astype(np.float64)
    return np.asarray(exact - exact.mean(0))
