"""Which pixels of the current frame were seen in the previous one, softly."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
PLATEAU = 0.7  # pixels of forward-backward error that still count as none
FALL = 0.7  # further pixels over which trust falls to 1/e


def sample(picture: Array, flow: Array) -> Array:
    """`picture` (H×W or H×W×C) at x + `flow` (H×W×2, pixels), bilinear, border clamped."""
    height, width = flow.shape[:2]
    x = flow[..., 0] + np.arange(width, dtype=np.float32)
    y = flow[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    return cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def visibility(back: Array, forth: Array, current: Array, previous: Array) -> Array:
    """Soft visibility 0 … 1 (H×W float32) of the current frame's pixels in the previous frame.

    back: H×W×2, defined on the current frame, pointing to the previous one. forth: the other way round.
    current, previous: the two frames, H×W, 0 … 1.
    """
    loop = back + sample(forth, back)
    error = np.sqrt((loop * loop).sum(-1))
    geometric = np.exp(-np.square(np.maximum(error - PLATEAU, 0) / FALL))
    visible = geometric * photometric(current, sample(previous, back)) * within(back)
    visible = cv2.erode(visible, np.ones((3, 3), np.uint8))
    return cv2.GaussianBlur(visible, (0, 0), 0.8)


def within(flow: Array) -> Array:
    """1 where x + flow lies in the picture, else 0."""
    height, width = flow.shape[:2]
    x = flow[..., 0] + np.arange(width, dtype=np.float32)
    y = flow[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    return ((x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)).astype(np.float32)


def photometric(current: Array, carried: Array) -> Array:
    """1 where the carried picture agrees with the current one, falling softly with their difference."""
    difference = cv2.GaussianBlur(np.abs(current - carried), (0, 0), 1.5)
    return np.exp(-np.square(np.maximum(difference - 0.03, 0) / 0.05))
