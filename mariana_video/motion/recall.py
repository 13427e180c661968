"""What the dream was made for: slow changes that no two neighbouring frames show.

In a crossfade of a second each frame differs from the last by less than noise does, and flow and visibility
find nothing wrong; yet in the end the old scene's dream lies over the new scene. So a small copy of the
source is carried along with the dream and refreshed slowly: where the source has moved away from it, the
dream is let go.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from mariana_video.motion.motion import Motion
from mariana_video.motion.warp import warp

SHRINK = 4  # the copy's size: large enough to know a scene by, too small to be troubled by half a pixel
SECONDS = 0.8  # time in which it is refreshed by 1 − 1/e: lighting that changes more slowly is followed
CELL = 8  # pixels a side of a value of what moved lately
USUAL = 0.04  # seconds in which speeds are stated
SLOW, FAST = 0.1, 0.6  # pixels in that time: nearly all that moves at all, and no noise of a still camera
CALM = 0.25  # seconds in which what has stopped is forgotten by 1 − 1/e
NOISE, FALL = 0.03, 0.05  # difference that is none; further difference over which trust falls to 1/e


@torch.no_grad()
def recall(motion: Motion, source: Tensor, seen: Tensor | None, seconds: float = 0.04) -> tuple[Motion, Tensor]:
    """Take from `motion.visible` what no longer shows what the dream was made for.

    source: the current source frame, 1×3×H×W, 0 … 1. seen: what this function returned for the frame
    before (1×3×h×w), None on the first frame and after a cut. seconds: time since that frame.
    Returns the motion with less visible, and what is to be remembered for the next frame.
    """
    shape = max(motion.shape[0] // SHRINK, 1), max(motion.shape[1] // SHRINK, 1)
    now = _resized(source, shape)
    if seen is None:
        return motion, now
    factors = torch.tensor([shape[1] / motion.shape[1], shape[0] / motion.shape[0]], device=source.device)
    carried = warp(seen, _resized(motion.flow, shape) * factors[:, None, None], kernel="spline3")
    trust = _trust((now - carried).abs().mean(1, keepdim=True))
    kept = math.exp(-seconds / SECONDS) * trust * _resized(motion.visible, shape)
    visible = motion.visible * _resized(trust, motion.shape).clamp(0, 1)
    return Motion(motion.flow, visible), now + kept * (carried - now)


@torch.no_grad()
def moved_lately(flow: Tensor, before: Tensor | None, seconds: float = 0.04) -> Tensor:
    """How much a place moves, or did a moment ago: 0 where it stands, 1 from FAST pixels in 1/25 s on.

    flow: 1×2×H×W, pixels in `seconds`. before: what this function returned for the frame before (1×1×h×w, a value a
    cell of CELL pixels), None on the first frame. Films that repeat a frame now and then, and legs that pause, don't
    stand still.
    """
    speed = flow.square().sum(1, keepdim=True).sqrt() * (USUAL / max(seconds, 1e-6))
    moves = ((speed - SLOW) / (FAST - SLOW)).clamp(0, 1)
    now = F.avg_pool2d(moves, CELL, ceil_mode=True, count_include_pad=False)
    if before is None:
        return now
    was = warp(before, _resized(flow, (now.shape[-2], now.shape[-1])) / CELL, kernel="linear")
    return torch.maximum(now, math.exp(-seconds / CALM) * was)


def _trust(difference: Tensor) -> Tensor:
    """1 up to NOISE, then falling softly (as the photometric factor of visibility), 1×1×h×w."""
    soft = F.avg_pool2d(difference, 3, stride=1, padding=1, count_include_pad=False)
    return torch.exp(-(((soft - NOISE).clamp(min=0) / FALL) ** 2))


def _resized(picture: Tensor, shape: tuple[int, int]) -> Tensor:
    # Antialiased also when it grows: the plain way gives other bits on another number of threads.
    return F.interpolate(picture, shape, mode="bilinear", antialias=True)
