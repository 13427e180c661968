"""Sizes: fitting, turning upright, resizing."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Turn = tuple[int, int, int, int]
"""(a, b, c, d), each −1, 0 or 1: a stored pixel (x, y) is shown at (a·x + c·y, b·x + d·y)."""

UPRIGHT: Turn = (1, 0, 0, 1)

MOST_PIXELS = 1 << 28
"""A picture larger than this (16 384 × 16 384) is refused rather than let fill the memory."""


def fitted(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """`size` shrunk in proportion until no side is longer than `longest`; never enlarged."""
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def turned(picture: Floats, turn: Turn) -> Floats:
    """A stored picture (H×W or H×W×C) as shown."""
    a, b, c, d = turn
    if a == 0:
        picture = picture.swapaxes(0, 1)
        across, down = c, b
    else:
        across, down = a, d
    if down < 0:
        picture = picture[::-1]
    if across < 0:
        picture = picture[:, ::-1]
    return np.ascontiguousarray(picture)


def resized(picture: Floats, size: tuple[int, int], *, clip: bool = True) -> Floats:
    """A float picture (H×W or H×W×C) at `size` (width, height): averaged when smaller, Lanczos when larger.

    Within 0…1, unless it is half done and nothing is to `clip` it yet.
    """
    import cv2

    if (picture.shape[1], picture.shape[0]) == size:
        return picture
    smaller = size[0] <= picture.shape[1] and size[1] <= picture.shape[0]
    made = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LANCZOS4)
    found = np.asarray(made, np.float32)
    return np.clip(found, 0, 1) if clip else found
