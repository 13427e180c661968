"""Optical flow between two frames, with visibility: dense motion from the pictures themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from mariana_video.errors import MotionError
from mariana_video.motion.motion import Motion
from mariana_video.motion.visibility import visibility

Array = NDArray[np.float32]
Method = Literal["dis", "farneback", "raft", "none"]
METHODS: tuple[Method, ...] = ("dis", "farneback", "raft", "none")


@dataclass(frozen=True)
class View:
    """What optical flow looks at: `grey` uint8 H×W, and `rgb` float32 H×W×3 in 0 … 1 where there is one."""

    grey: NDArray[np.uint8]
    rgb: Array | None = None


Dense = Callable[[View, View], Array]  # (a, b) → H×W×2 on a, pointing to b


class Estimator:
    """An estimator with its buffers and weights, used by one thread at a time."""

    def __init__(self, method: Method = "dis", weights: Path | None = None, *, scale: float = 1.0) -> None:
        """method: which; weights: RAFT's file; scale: size at which flow is computed (0.5 = half)."""
        self.method = method
        self.scale = scale
        self._dense = _dense(method, weights)

    def between(self, current: View, previous: View) -> Motion:
        """The motion from `previous` to `current`, on the current frame (see Motion)."""
        shape = current.grey.shape[0], current.grey.shape[1]
        if current.grey.shape != previous.grey.shape:
            raise MotionError(
                f"frames of {current.grey.shape} and {previous.grey.shape} (height, width) given, "
                "but flow needs two of one size"
            )
        if self._dense is None:
            return Motion.still(shape)
        back, forth = self._dense(current, previous), self._dense(previous, current)
        visible = visibility(back, forth, _grey(current), _grey(previous))
        flow = torch.from_numpy(np.ascontiguousarray(back.transpose(2, 0, 1)))[None]
        return Motion(flow, torch.from_numpy(visible)[None, None])


def estimator(method: Method = "dis", weights: Path | None = None, *, scale: float = 1.0) -> Estimator:
    return Estimator(method, weights, scale=scale)


def between(
    current: View,
    previous: View,
    method: Method = "dis",
    *,
    scale: float = 1.0,
    weights: Path | None = None,
) -> Motion:
    """The motion from `previous` to `current` by a fresh Estimator: for a single pair."""
    return Estimator(method, weights, scale=scale).between(current, previous)


def _grey(view: View) -> Array:
    return view.grey.astype(np.float32) * np.float32(1 / 255)


def _dense(method: Method, weights: Path | None) -> Dense | None:
    if method == "none":
        return None
    if method == "dis":
        return _dis()
    if method == "farneback":
        return _farneback
    if method == "raft":
        from mariana_video.motion.raft import raft

        return raft(weights)
    raise MotionError(f"flow {method!r} given, but there are {', '.join(METHODS)}")


def _dis() -> Dense:
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def dense(a: View, b: View) -> Array:
        return np.asarray(dis.calc(a.grey, b.grey, None))

    return dense


def _farneback(a: View, b: View) -> Array:
    return np.asarray(cv2.calcOpticalFlowFarneback(a.grey, b.grey, None, 0.5, 5, 21, 5, 7, 1.5, 0))
