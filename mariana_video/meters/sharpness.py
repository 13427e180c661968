"""Sharpness as the energy of the Laplacian: what a blur takes away first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def laplacian_energy(picture: NDArray[np.float32]) -> float:
    """Mean square of the five-point Laplacian of a picture (H×W or H×W×C, any range), its outermost pixels left out.

    0 where every pixel is the mean of its neighbours, and where the picture has no inside (under 3 pixels).
    Subbarao, Choi and Nikzad, "Focusing techniques", Optical Engineering 32, 1993.
    """
    if min(picture.shape[:2]) < 3:
        return 0.0
    around = picture[:-2, 1:-1] + picture[2:, 1:-1] + picture[1:-1, :-2] + picture[1:-1, 2:]
    return float(np.square(around - 4 * picture[1:-1, 1:-1]).mean(dtype=np.float64))
