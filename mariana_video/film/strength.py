"""Holding a dream's strength: the local RMS of dream − source is kept at a target by the size of the step.

With a constant step the dream fades or runs away, whatever is carried. Each place therefore steps by (target / RMS)²,
a mild brake takes back what is above the target, and a factor for the whole picture, remembered from frame to frame,
makes up for what is not carried.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dream.resample import resize
from mariana_video.motion.motion import Motion
from mariana_video.motion.warp import warp

_CELL = 8  # pixels a side of one value of the map
_SOFT = 5  # cells of each of the two box blurs: about 32 pixels wide together
_WEAKEST, _STRONGEST = 0.1, 4.0  # how far a step may be held back or driven on
_BRAKE = 0.3
_LOST = 5.0
_MEMORY = 0.6
_PUSHED = (0.25, 8.0)
_DARK = 1e-4  # RMS below what an 8-bit picture shows


def local_rms(change: Tensor) -> Tensor:
    """RMS of a change (1×3×H×W) over about 32 pixels round each place: 1×1×h×w, one value a cell of 8×8 pixels."""
    power = F.avg_pool2d(change.square().mean(1, keepdim=True), _CELL, ceil_mode=True, count_include_pad=False)
    return _soft(_soft(power)).clamp_min(0).sqrt()


def carried_target(target: Tensor, motion: Motion) -> Tensor:
    """The target moved along with the picture, its RMS kept; what newly appears gets the usual.

    Moving and filling in flatten it a little, frame after frame: without the last line a dream would fade with it.
    """
    shape = target.shape[-2:]
    flow = resize(motion.flow, shape) / _CELL
    visible = resize(motion.visible, shape)
    usual = mean_rms(target)
    moved = warp(target, flow, kernel="linear") * visible + usual * (1 - visible)
    return moved * (usual / max(mean_rms(moved), _DARK))


def step_gain(target: Tensor, change: Tensor) -> Tensor:
    """How much further or less each pixel steps: (target / RMS)² within bounds, 1×1×H×W."""
    now = local_rms(change)
    gain = (target / now.clamp_min(_DARK)).square().clamp(_WEAKEST, _STRONGEST)
    return resize(gain, change.shape[-2:])


def braked(change: Tensor, target: Tensor) -> Tensor:
    """`change` with what is above the target taken back a little, place by place."""
    factor = (target / local_rms(change).clamp_min(_DARK)).clamp(max=1.0).pow(_BRAKE)
    return change * resize(factor, change.shape[-2:])


def _soft(cells: Tensor) -> Tensor:
    size = [min(_SOFT, side - 1 + side % 2) for side in cells.shape[-2:]]
    return F.avg_pool2d(cells, size, 1, [side // 2 for side in size], count_include_pad=False)


def first_push(carry: float) -> float:
    """The step's factor to begin with: the less is carried, the more has to be made anew in each frame."""
    return 1 + _LOST * (1 - carry)


def pushed_on(push: float, target: Tensor, change: Tensor, beats: float) -> float:
    """The step's factor for the next frame: grown while the dream as a whole is below its target, else shrunk.

    Without such a memory a loop settles below the target where little is carried. Means are taken in float64: in
    float32 their bits would depend on the number of threads.
    """
    wanted, found = mean_rms(target), mean_rms(local_rms(change))
    if min(wanted, found) < _DARK:
        return push
    return float(np.clip(push * (wanted / found) ** (_MEMORY * beats), *_PUSHED))


def mean_rms(change: Tensor) -> float:
    """RMS over a whole tensor, in float64 by numpy: in float32 its bits would depend on the number of threads."""
    return float(np.sqrt(np.mean(np.square(change.cpu().numpy(), dtype=np.float64))))
