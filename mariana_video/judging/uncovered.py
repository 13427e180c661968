"""Ground that something fast has just left: where ghosts of a carried dream would show."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mariana_video.judging.lucas_kanade import sample

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

_FAST = 4.0  # pixels a frame
_ALIKE = 0.5  # of the motion: estimators that differ by more do not speak of the same thing
_SLOW = 0.5  # of the motion of what left: what comes after it does not follow
_CHANGED = 8 / 255  # the picture must have changed there, or nothing has left


def newly_uncovered(forth: Sequence[Array], change: Array) -> Mask:
    """The pixels (H×W) of the current frame that what moved more than 4 px has just uncovered.

    forth: the flows H×W×2 (pixels) by each estimator, on the previous frame and pointing to the current one. change:
    H×W, how much the picture itself changed at each place, 0…1.

    There, all estimators agree, something fast has left, and nothing comes after it: going back against its motion one
    meets something slow, by one estimator at least (flow is soft at borders, so that what stands beside something fast
    seems to move a little with it).
    """
    fast, alone = np.ones(change.shape, bool), np.zeros(change.shape, bool)
    for flow in forth:
        speed = _length(flow)
        fast &= (speed > _FAST) & (_length(flow - forth[0]) < _ALIKE * speed)
        alone |= _length(sample(flow, -flow)) < _SLOW * speed
    return np.asarray(fast & alone & (cv2.GaussianBlur(change, (0, 0), 1.0) > _CHANGED))


def _length(flow: Array) -> Array:
    return np.asarray(np.linalg.norm(flow, axis=-1), np.float32)
