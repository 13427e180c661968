"""Which way a source moves, and where that is known well enough to judge a dream by.

A dream is not judged by the flow that carried it: neither estimator here is the program's default (DIS). Two that share
nothing must agree, in both directions, and the picture must not contradict them; elsewhere nothing is judged. A film
that was dreamed with one of the two is judged with RAFT's weights in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mariana_video.errors import MotionError
from mariana_video.judging.lucas_kanade import lucas_kanade, sample
from mariana_video.judging.uncovered import newly_uncovered
from mariana_video.motion.farneback import farneback

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
Dense = Callable[[Array, Array], Array]
"""(first, second) pictures, H×W×3 in 0…1 → the flow H×W×2 on the first, pointing to the second."""

_AGREE = 1.0  # pixels between the two estimators, in either direction
_LOOP = 1.0  # pixels by which going there and back may miss
_CONTRADICTED = 0.1  # of the picture's range, averaged over a few pixels: more is no match
_MOVING = 1.0  # pixels: what moves …
_STILL = 0.1  # … and what stands


@dataclass(frozen=True)
class Judgement:
    """What is known of one frame's motion since the frame before.

    flow: H×W×2, pixels, on the current frame, pointing to where each pixel was. judged: where it is known.
    moving, still: pixels whose flow is over 1 px, and judged ones whose flow is under 0.1 px.
    uncovered: pixels that something faster than 4 px has just left.
    new: pixels that were not in the frame before, whichever estimator is asked.
    """

    flow: Array
    judged: Mask
    moving: Mask
    still: Mask
    uncovered: Mask
    new: Mask

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        return int(self.flow.shape[0]), int(self.flow.shape[1])


class Judge:
    """Two estimators of motion. With RAFT's weights RAFT takes Farneback's place beside Lucas-Kanade."""

    def __init__(self, flow_weights: Path | None = None) -> None:
        self.names = ("farneback" if flow_weights is None else "raft", "lucas-kanade")
        self._estimators: tuple[Dense, Dense] = (
            (lambda first, second: farneback(_grey(first), _grey(second)))
            if flow_weights is None
            else _raft(flow_weights),
            lambda first, second: lucas_kanade(_grey(first), _grey(second)),
        )

    def between(self, current: Array, previous: Array) -> Judgement:
        """What moved from `previous` to `current`, both H×W×3 in 0…1 and of one size."""
        if current.shape != previous.shape:
            raise MotionError(f"frames of {current.shape} and {previous.shape} given, but flow needs two of one size")
        one, other = (estimate(current, previous) for estimate in self._estimators)
        forth_one, forth_other = (estimate(previous, current) for estimate in self._estimators)
        flow, forth = _between(one, other), _between(forth_one, forth_other)
        agreed = _near(one, other, _AGREE)
        judged = agreed & _returns(flow, forth) & inside(flow) & ~_contradicted(current, sample(previous, flow))
        speed = np.linalg.norm(np.where(judged[..., None], flow, one), axis=-1)
        return Judgement(
            flow=flow,
            judged=judged,
            moving=speed > _MOVING,
            still=judged & (speed < _STILL),
            uncovered=newly_uncovered((forth_one, forth_other), np.abs(current - previous).mean(-1)),
            new=_unseen(current, previous, one) & _unseen(current, previous, other),
        )


def _raft(weights: Path) -> Dense:
    from mariana_video.motion.raft import raft
    from mariana_video.motion.view import View

    estimate = raft(weights)

    def dense(first: Array, second: Array) -> Array:
        views = [View(np.rint(_grey(picture)).astype(np.uint8), picture) for picture in (first, second)]
        return estimate(views[0], views[1])

    return dense


def _grey(picture: Array) -> Array:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) * np.float32(255))


def _between(one: Array, other: Array) -> Array:
    return (one + other) * np.float32(0.5)


def _near(one: Array, other: Array, by: float) -> Mask:
    return np.asarray(np.linalg.norm(one - other, axis=-1) < by)


def _returns(flow: Array, forth: Array) -> Mask:
    return _near(flow, -sample(forth, flow), _LOOP)


def inside(flow: Array) -> Mask:
    """Where x + `flow` (H×W×2, pixels) lies in the picture."""
    height, width = flow.shape[:2]
    x = flow[..., 0] + np.arange(width, dtype=np.float32)
    y = flow[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    return np.asarray((x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1))


def _unseen(current: Array, previous: Array, flow: Array) -> Mask:
    return _contradicted(current, sample(previous, flow)) | ~inside(flow)


def _contradicted(current: Array, warped: Array) -> Mask:
    difference = np.abs(current - warped).mean(-1)
    return np.asarray(cv2.GaussianBlur(difference, (0, 0), 2.0) > _CONTRADICTED)


def compose(later: Array, earlier: Array) -> Array:
    """One flow for two spans of time: `later` from the current frame to a middle one, `earlier` on from there."""
    return later + sample(earlier, later)
