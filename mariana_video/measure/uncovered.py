"""Ground that something fast has just left: where ghosts of a carried dream would show."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

_FAST = 4.0  # pixels a frame
_HIT = 0.3  # of a pixel: less than that has come to a place where nothing has come
_CHANGED = 8 / 255  # the picture must have changed there, or nothing has left


def newly_uncovered(forth: Array, trusted: Mask, change: Array) -> Mask:
    """The pixels (H×W) of the current frame that what moved more than 4 px has just uncovered.

    forth: H×W×2, pixels, on the previous frame, pointing to the current one. trusted: where it is known.
    change: H×W, how much the picture itself changed at each place, 0…1.

    A place is uncovered where nothing of the previous frame comes to lie (Sundaram, Brox and Keutzer, "Dense point
    trajectories by GPU-accelerated large displacement optical flow", ECCV 2010, use the same idea for tracking), and
    what was there moved fast. One pixel of the border of the hole is left out: flow is soft there.
    """
    fast = trusted & (np.linalg.norm(forth, axis=-1) > _FAST)
    empty = (landed(forth) < _HIT) & fast & (cv2.GaussianBlur(change, (0, 0), 1.0) > _CHANGED)
    return np.asarray(cv2.morphologyEx(empty.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0)


def landed(forth: Array) -> Array:
    """How much of the previous frame comes to lie on each pixel (H×W): each pixel is laid down bilinearly."""
    height, width = forth.shape[:2]
    x = forth[..., 0] + np.arange(width, dtype=np.float32)
    y = forth[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    across, down = x - left, y - top
    count = np.zeros(height * width)
    for right, low, weight in (
        (0, 0, (1 - across) * (1 - down)),
        (1, 0, across * (1 - down)),
        (0, 1, (1 - across) * down),
        (1, 1, across * down),
    ):
        column, row = left + right, top + low
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        count += np.bincount(row[inside] * width + column[inside], weight[inside], height * width)
    return count.reshape(height, width).astype(np.float32)
