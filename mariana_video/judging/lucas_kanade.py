"""Dense Lucas-Kanade: optical flow by local least squares over a pyramid, for judging what other estimators made.

Lucas and Kanade, "An iterative image registration technique", IJCAI 1981; the pyramid after Bouguet, "Pyramidal
implementation of the Lucas Kanade feature tracker", 2000. Each pixel's window is weighted by how well it fits already
(Geman-McClure), so that a window across a motion border follows one side of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_SMALLEST = 12  # pixels: the short side of the coarsest level
_WINDOW = 2.0  # pixels: sigma of the window, on every level
_ROUNDS = 6  # steps a level
_OUTLIER = 12.0  # of 255: a residual of that size counts a quarter
_RIDGE = 4.0  # flat ground keeps what the coarser level says
_FARTHEST = 1.0  # pixels a step: beyond it the linearisation holds no more


@dataclass(frozen=True)
class _Level:
    first: Array
    second: Array
    slope: tuple[Array, Array]  # of the first picture, along x and y


def lucas_kanade(first: Array, second: Array) -> Array:
    """The flow H×W×2 (pixels, x then y) on `first`, pointing to `second`; both H×W in 0…255."""
    levels = _levels(first, second)
    flow = np.zeros((*levels[-1].first.shape, 2), np.float32)
    for level in reversed(levels):
        flow = _enlarged(flow, level.first.shape)
        for _ in range(_ROUNDS):
            flow = _stepped(level, flow)
    return flow


def sample(picture: Array, flow: Array) -> Array:
    """`picture` (H×W or H×W×C) at x + `flow` (H×W×2, pixels), bilinear, its border repeated."""
    height, width = flow.shape[:2]
    x = flow[..., 0] + np.arange(width, dtype=np.float32)
    y = flow[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _levels(first: Array, second: Array) -> list[_Level]:
    levels = [_level(first, second)]
    while min(levels[-1].first.shape) >= 2 * _SMALLEST:
        levels.append(_level(_halved(levels[-1].first), _halved(levels[-1].second)))
    return levels


def _level(first: Array, second: Array) -> _Level:
    dx, dy = (np.asarray(cv2.Scharr(first, cv2.CV_32F, *along, scale=1 / 32), np.float32) for along in ((1, 0), (0, 1)))
    return _Level(first, second, (dx, dy))


def _halved(picture: Array) -> Array:
    return np.asarray(cv2.pyrDown(picture), np.float32)


def _enlarged(flow: Array, shape: tuple[int, ...]) -> Array:
    height, width = flow.shape[:2]
    if (height, width) == shape:
        return flow
    factors = np.array([shape[1] / width, shape[0] / height], np.float32)
    return np.asarray(cv2.resize(flow, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR) * factors, np.float32)


def _stepped(level: _Level, flow: Array) -> Array:
    """One Gauss-Newton step of every pixel's window, outliers taken out by a median over 5×5 pixels."""
    dx, dy = level.slope
    rest = sample(level.second, flow) - level.first
    weight = np.float32(1) / (1 + (rest / np.float32(_OUTLIER)) ** 2) ** 2
    xx, xy, yy = _window(weight * dx * dx), _window(weight * dx * dy), _window(weight * dy * dy)
    xt, yt = _window(weight * dx * rest), _window(weight * dy * rest)
    determinant = (xx + _RIDGE) * (yy + _RIDGE) - xy * xy
    step = np.stack([(yy + _RIDGE) * xt - xy * yt, (xx + _RIDGE) * yt - xy * xt], -1) / -determinant[..., None]
    length = np.linalg.norm(step, axis=-1, keepdims=True)
    moved = flow + step * np.minimum(1, _FARTHEST / np.maximum(length, 1e-6))
    return np.dstack([cv2.medianBlur(np.ascontiguousarray(moved[..., i], np.float32), 5) for i in (0, 1)])


def _window(values: Array) -> Array:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), _WINDOW))
