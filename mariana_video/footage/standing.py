"""For how long each frame's picture has stood still: a title, a slide, a held frame."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CELL = 8  # pixels of a small picture
_MOVED = 3.0  # of 255, a cell's mean difference: what coding leaves of a picture that stands is below it


def standing_by() -> Callable[[Fraction, NDArray[np.uint8] | None], Fraction]:
    """Finds for how many seconds a frame's picture has stood, given every frame's pts and small picture in turn.

    Small pictures are H×W×3 (uint8); None is one that is not known, and counts as moving. A picture is compared with
    the first of those that stand, so what slowly fades moves in the end. A camera's noise moves, too.
    """
    first: NDArray[np.uint8] | None = None
    since = Fraction(0)

    def stood(time: Fraction, small: NDArray[np.uint8] | None) -> Fraction:
        nonlocal first, since
        if first is None or small is None or not _alike(first, small):
            first, since = small, time
        return time - since

    return stood


def _alike(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    if np.array_equal(one, other):
        return True
    apart = cv2.absdiff(one, other).astype(np.float32).mean(2)
    cells = -(-apart.shape[1] // _CELL), -(-apart.shape[0] // _CELL)
    return float(cv2.resize(apart, cells, interpolation=cv2.INTER_AREA).max()) < _MOVED
