"""Which pixels of the current frame were seen in the previous one, softly."""

from __future__ import annotations

import cv2
import numpy as np

from mariana_video.motion.fields import Array, blur, loop_error, places, sample

PLATEAU = 0.7  # pixels of error that count as none; the same for slow and fast: a tolerance that grows
BEYOND = 0.5  # pixels
FALL = 0.7  # with motion accepts anything; further pixels over which trust falls to 1/e


def visibility(back: Array, forth: Array, current: Array, previous: Array, doubt: Array | None = None) -> Array:
    """Soft visibility 0 … 1 (H×W float32) of the current frame's pixels in the previous frame.

    back: H×W×2, defined on the current frame, pointing to the previous one. forth: the other way round.
    current, previous: the two frames, H×W or H×W×3, 0 … 1. doubt: H×W pixels, added to the error.

    1 where the way there and back closes within PLATEAU pixels (Sundaram, Brox and Keutzer, "Dense point
    trajectories by GPU-accelerated large displacement optical flow", ECCV 2010, but without their tolerance
    that grows with the motion) and the pictures agree; 0 out of the frame; eroded by a pixel, then softened.
    """
    error = loop_error(back, forth)
    if doubt is not None:
        error += doubt
    # A good loop in the midst of bad ones is chance: motion borders, and where the estimator is lost.
    error = np.maximum(error, blur(error, 2.0))
    visible = np.exp(-np.square(np.maximum(error - PLATEAU, 0) / FALL))
    visible *= photometric(current, sample(previous, back))
    visible *= within(back)
    visible = cv2.erode(visible, np.ones((3, 3), np.uint8))
    return np.asarray(np.clip(blur(visible, 0.8), 0, 1), np.float32)


def within(flow: Array) -> Array:
    """1 where x + flow lies in the picture, or beyond it by less than BEYOND, else 0 (H×W).

    Noise of the flow takes the outermost pixels out of the picture: without the margin their dream would begin anew in
    every frame, and the film would have a flickering rim.
    """
    x, y = cv2.split(places(flow))
    height, width = x.shape
    inside = (x >= -BEYOND) & (x <= width - 1 + BEYOND) & (y >= -BEYOND) & (y <= height - 1 + BEYOND)
    return np.asarray(inside, np.float32)


def photometric(current: Array, carried: Array) -> Array:
    """1 where the carried picture agrees with the current one, falling softly with their difference.

    Both H×W or H×W×3, 0 … 1. Differences are averaged over the channels and a few pixels; up to 0.03 is
    noise or a flow half a pixel wrong.
    """
    difference = cv2.absdiff(current, carried)
    if difference.ndim == 3:
        difference = difference.mean(-1)
    beyond = np.maximum(blur(difference, 1.5) - 0.03, 0) / 0.05
    return np.asarray(np.exp(-beyond * beyond), np.float32)
