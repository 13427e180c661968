"""Fields in numpy: what flow, settling and visibility have in common."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Bytes = NDArray[np.uint8]


@lru_cache(maxsize=4)
def _grid(height: int, width: int) -> Array:
    """H×W×2: every pixel's own place, x then y."""
    y, x = np.mgrid[:height, :width]
    return np.dstack([x, y]).astype(np.float32)


def places(flow: Array) -> Array:
    """x + flow, H×W×2, pixels."""
    return flow + _grid(*flow.shape[:2])


def sample(picture: NDArray[Any], flow: Array) -> Array:
    """`picture` (H×W or H×W×C float32) at x + `flow` (H×W×2, pixels), bilinear, border clamped."""
    warped = cv2.remap(picture, places(flow), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    return np.asarray(warped, np.float32)


def at_shape(picture: NDArray[Any], shape: tuple[int, int]) -> NDArray[Any]:
    """`picture` (H×W or H×W×C) shrunk by area or enlarged bilinearly to `shape` (height, width)."""
    if picture.shape[:2] == shape:
        return picture
    shrinks = shape[0] <= picture.shape[0] and shape[1] <= picture.shape[1]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(picture, shape[::-1], interpolation=way).reshape(*shape, *picture.shape[2:])


def flow_at_shape(flow: Array, shape: tuple[int, int]) -> Array:
    """A flow for a picture of another size: its arrows grow or shrink with the picture."""
    factor = np.array([shape[1] / flow.shape[1], shape[0] / flow.shape[0]], np.float32)
    return np.asarray(at_shape(flow, shape) * factor, np.float32)


def box(picture: NDArray[Any], side: int) -> Array:
    """Mean over side×side pixels."""
    return np.asarray(cv2.boxFilter(picture, cv2.CV_32F, (side, side)), np.float32)


def blur(picture: NDArray[Any], sigma: float) -> Array:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


def length(field: Array) -> Array:
    """Lengths of the vectors of an H×W×2 field.

    cv2.magnitude's last bit differs from call to call with the same arrays (OpenCV 5.0.0): a film would differ from run
    to run.
    """
    x, y = field[..., 0], field[..., 1]
    return np.asarray(np.sqrt(x * x + y * y), np.float32)


def loop_error(there: Array, back: Array) -> Array:
    """Forward-backward error, H×W pixels: how far the way there and back ends from where it began."""
    return length(there + sample(back, there))


def ramp(value: Array, low: float, high: float) -> Array:
    """0 below `low`, 1 above `high`, straight between (high may be the smaller: then it falls)."""
    return np.asarray(np.clip((value - low) / (high - low), 0, 1), np.float32)
