"""Optical flow between two frames, with visibility: dense motion from the pictures themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import torch

from mariana_video.errors import MotionError
from mariana_video.motion.farneback import farneback
from mariana_video.motion.fields import Array, Bytes, at_shape, flow_at_shape, length, loop_error, sample
from mariana_video.motion.motion import Motion
from mariana_video.motion.settle import detail, settle, standing
from mariana_video.motion.view import View
from mariana_video.motion.visibility import visibility

Method = Literal["dis", "farneback", "raft", "none"]
METHODS: tuple[Method, ...] = ("dis", "farneback", "raft", "none")
SMALLEST = 16  # pixels a side: below this the estimators fail, and pictures are enlarged for them
LEARNED_DOUBT = 0.2  # pixels: a network's two ways agree a little more often than they are right


Dense = Callable[[View, View], Array]  # (a, b) → H×W×2 on a, pointing to b


class Estimator:
    """An estimator of motion that keeps its buffers and weights; used by one thread at a time."""

    def __init__(self, method: Method = "dis", weights: Path | None = None, *, scale: float = 1.0) -> None:
        """method: see METHODS; weights: RAFT's file (None = torchvision's download).

        scale: size at which flow is computed: 0.5 = at half the width and height, a quarter of the cost.
        Raises MotionError for an unknown method, and where RAFT's weights can't be had.
        """
        self._dense = _dense(method, weights)
        self._learned = method == "raft"
        self._scale = scale

    def between(self, current: View, previous: View) -> Motion:
        """The motion from `previous` to `current`, on the current frame (see Motion)."""
        if current.shape != previous.shape:
            raise MotionError(
                f"frames of {current.shape} and {previous.shape} (height, width) given, but flow needs two of one size"
            )
        if self._dense is None or current.same(previous):
            return Motion.still(current.shape)
        back = self._flow(self._dense, current, previous)
        forth = self._flow(self._dense, previous, current)
        still = standing(current.grey, previous.grey)
        back[still] = forth[still] = 0
        check = _doubted if self._learned else _settled
        back, forth, doubt = check(back, forth, current.grey, previous.grey)
        visible = visibility(back, forth, _picture(current), _picture(previous), doubt)
        flow = torch.from_numpy(np.ascontiguousarray(back.transpose(2, 0, 1)))[None]
        return Motion(flow, torch.from_numpy(visible)[None, None])

    def _flow(self, dense: Dense, a: View, b: View) -> Array:
        """Flow from a to b, computed at `scale`."""
        height, width = a.shape
        shape = max(round(height * self._scale), SMALLEST), max(round(width * self._scale), SMALLEST)
        if shape == a.shape:
            return dense(a, b)
        return flow_at_shape(dense(_resized(a, shape), _resized(b, shape)), a.shape)


def _settled(back: Array, forth: Array, current: Bytes, previous: Bytes) -> tuple[Array, Array, Array]:
    """Both flows with stillness and neighbours where they have no hold, and the doubt (H×W pixels)."""
    here, there = detail(current), detail(previous)
    shape = here.shape[0], here.shape[1]
    error_back = at_shape(loop_error(back, forth), shape)
    error_forth = at_shape(loop_error(forth, back), shape)
    back, doubt_back = settle(back, error_back, here, there)
    forth, doubt_forth = settle(forth, error_forth, there, here)
    return back, forth, np.float32(0.5) * (doubt_back + doubt_forth)


def _doubted(back: Array, forth: Array, current: Bytes, previous: Bytes) -> tuple[Array, Array, Array]:
    """A network's flows as they are (it has learnt to fill in), in doubt where settling would change them."""
    calm_back, calm_forth, doubt = _settled(back, forth, current, previous)
    jumps = length(calm_back - back) + sample(length(calm_forth - forth), back)
    return back, forth, doubt + jumps + np.float32(LEARNED_DOUBT)


def _grey(view: View) -> Array:
    return view.grey.astype(np.float32)


def _picture(view: View) -> Array:
    return view.rgb if view.rgb is not None else view.grey.astype(np.float32) / np.float32(255)


def _resized(view: View, shape: tuple[int, int]) -> View:
    rgb = None if view.rgb is None else at_shape(view.rgb, shape)
    return View(at_shape(view.grey, shape), rgb)


def _dense(method: Method, weights: Path | None) -> Dense | None:
    if method == "none":
        return None
    if method == "dis":
        return _dis()
    if method == "farneback":
        return lambda a, b: farneback(_grey(a), _grey(b))
    if method == "raft":
        from mariana_video.motion.raft import raft

        return raft(weights)
    raise MotionError(f"flow {method!r} given, but there are {', '.join(METHODS)}")


def _dis() -> Dense:
    """DIS (Kroeger et al., "Fast Optical Flow using Dense Inverse Search", ECCV 2016) down to full size.

    The finest scale 0 halves the error of small motion; wider strides, fewer descent steps and three rounds
    of a smoother refinement bring its cost to about half that of the preset without losing any of it.
    """
    dis = cv2.DISOpticalFlow.create(cv2.DISOpticalFlow_PRESET_MEDIUM)
    dis.setFinestScale(0)
    dis.setPatchStride(4)
    dis.setGradientDescentIterations(8)
    dis.setVariationalRefinementIterations(3)
    dis.setVariationalRefinementAlpha(40.0)

    def dense(a: View, b: View) -> Array:
        return np.asarray(dis.calc(a.grey, b.grey, None), np.float32)  # type: ignore[call-overload]

    return dense
