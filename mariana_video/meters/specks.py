"""Specks: the finest grain of colour in a dream, where it is strongest."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE = 9  # pixels of the median that is no grain
_STRONGEST = 0.01  # of all pixels


def grain(change: NDArray[np.float32]) -> float:
    """How strong the finest grain of colour is in a dream's `change` (H×W×3, dream less source).

    The chroma of each pixel less the median of its 9×9 neighbours, as the mean of the strongest 1 % of all pixels: neon
    specks on a face raise it, motifs don't.
    """
    colour = change - change.mean(-1, keepdims=True)
    levels = np.clip(colour * 255 + 128, 0, 255).astype(np.uint8)  # OpenCV's wider medians know nothing else
    around = np.dstack([cv2.medianBlur(np.ascontiguousarray(levels[..., n]), _SIDE) for n in range(3)])
    strength = np.sqrt(np.square((levels.astype(np.float32) - around) / 255).sum(-1)).ravel()
    count = max(1, round(strength.size * _STRONGEST))
    return float(np.partition(strength, -count)[-count:].mean(dtype=np.float64))
