"""Farnebäck's optical flow: an option for dreaming, and one of the two estimators by which dreams are judged."""

from __future__ import annotations

import cv2
import numpy as np

from mariana_video.motion.fields import Array

_CONTRAST = np.float32(10)


def farneback(a: Array, b: Array) -> Array:
    """The flow from `a` to `b` (float32 H×W, 0…255): H×W×2 pixels, on `a`.

    Farnebäck, "Two-frame motion estimation based on polynomial expansion", SCIA 2003. OpenCV's regularisation is fixed
    and pulls soft textures towards no motion: at ten times the contrast a shift of a smooth texture by 2.7 px is found
    within 0.03 px in place of 0.96, and cave_2's error halves.
    """
    start = np.zeros((*a.shape, 2), np.float32)
    flow = cv2.calcOpticalFlowFarneback(a * _CONTRAST, b * _CONTRAST, start, 0.5, 5, 15, 5, 5, 1.1, 0)
    return np.asarray(flow, np.float32)
