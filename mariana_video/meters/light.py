"""Linear light and back: what a coded sRGB value is as light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

WEIGHTS = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Of red, green and blue light in relative luminance (WCAG 2.2)."""


def to_linear(coded: NDArray[np.floating]) -> Array:
    """Light 0…1 of sRGB values 0…1 (IEC 61966-2-1)."""
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_coded(linear: NDArray[np.floating]) -> Array:
    """The way back."""
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055).astype(np.float32)
