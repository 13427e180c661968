"""Holding a dream's strength: the local RMS of dream − source is kept at a target by the size of the step.

With a constant step the dream fades or runs away, whatever is carried. Each place therefore steps by (target / RMS)²,
a mild brake takes back what is above the target, and a factor for the whole picture, remembered from frame to frame,
makes up for what is not carried.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dream.plain.measure import rms
from mariana_video.dream.plain.resample import resize, softened
from mariana_video.motion.motion import Motion
from mariana_video.motion.warp import warp

_CELL = 8  # pixels a side of one value of the map
_SOFT = 5  # cells of each of the two box blurs: about 32 pixels wide together
_WEAKEST, _STRONGEST = 0.1, 4.0  # how far a step may be held back or driven on
_BRAKE = 0.3
_RESTORED = 1.15  # what is lost on the way is given back by so much a frame at most
_LOST = 7.0  # strength gain of a still picture for each part of it that is not carried
_MEMORY = 0.6
_WEAKEST_GAIN = 0.25
_SEEN, _SAMPLES, _ALIKE = 0.5, 512, 0.06  # of visible cells at most so many are asked, and how near is alike
_CALM, _FAINT = 0.25, 0.03  # how far bare places step, and the contrast at which half of the rest is added
_BARE, _BAREST = 0.8, 0.5  # where steps go less far than this there is little to see, and where nothing
_DARK = 1e-4  # RMS below what an 8-bit picture shows


def local_rms(change: Tensor) -> Tensor:
    """RMS of a change (1×3×H×W) over about 32 pixels round each place: 1×1×h×w, one value a cell of 8×8 pixels."""
    return _softer(_softer(_power(change))).clamp_min(0).sqrt()


def _power(change: Tensor) -> Tensor:
    return F.avg_pool2d(change.square().mean(1, keepdim=True), _CELL, ceil_mode=True, count_include_pad=False)


def to_see(source: Tensor) -> Tensor:
    """How far each pixel of `source` (1×3×H×W) is to step by what there is to see round it: 1×1×H×W, 0.25…1.

    A sky or a wall excites nothing. A step normalised over the picture fills it all the same, as strongly as the rest;
    a quarter as far it stays calm, and what grows there are motifs rather than the network's own weave.
    """
    mean = F.avg_pool2d(source, _CELL, ceil_mode=True, count_include_pad=False)
    spread = _softer(_softer(_power(source))) - _softer(_softer(mean)).square().mean(1, keepdim=True)
    contrast = spread.clamp_min(0).sqrt()
    return resize(_CALM + (1 - _CALM) * contrast / (contrast + _FAINT), source.shape[-2:])


def bare(source: Tensor) -> Tensor | None:
    """How little there is to see round each pixel of `source` (1×3×H×W): 1×1×H×W, 1 on a wall.

    None where there is enough to see everywhere.
    """
    found = ((_BARE - to_see(source)) / (_BARE - _BAREST)).clamp(0, 1)
    return found if bool((found > 0).any()) else None


def carried_target(target: Tensor, motion: Motion, source: Tensor | None = None, rests: Tensor | None = None) -> Tensor:
    """The target moved along with the picture, its RMS kept; where the dream `rests` (1×1×h×w, 0 or 1) it is as it was.

    What newly appears gets the target of places that look like it in `source` (1×3×H×W), or the usual one without.
    Moving and filling in flatten a target a little, frame after frame: without keeping its RMS a dream fades with it.
    """
    shape = target.shape[-2:]
    flow = resize(motion.flow, shape) / _CELL
    visible = resize(motion.visible, shape)
    usual = rms(target)
    moved = warp(target, flow, kernel="linear")
    new = usual if source is None else _of_the_like(moved, visible, source)
    moved = moved * visible + new * (1 - visible)
    moved = moved * (usual / max(rms(moved), _DARK))
    return moved if rests is None else torch.lerp(moved, target, rests)


def _of_the_like(target: Tensor, visible: Tensor, source: Tensor) -> Tensor:
    """For each cell that is not all visible, the target of visible cells alike in colour and contrast."""
    seen = visible.flatten().cpu().numpy()
    known = np.flatnonzero(seen > _SEEN)
    if known.size == 0 or known.size == seen.size:
        return target
    known = known[:: -(-known.size // _SAMPLES)]
    hidden = np.flatnonzero(seen <= _SEEN)
    look = _look(source)
    values = target.flatten().cpu().numpy().astype(np.float64)
    apart = np.square(look[hidden, None] - look[None, known]).sum(-1)
    alike = np.exp(-apart / (2 * _ALIKE**2)) + 1e-9
    values[hidden] = (alike * values[known]).sum(1) / alike.sum(1)
    return torch.from_numpy(values).to(target).view_as(target)


def _look(source: Tensor) -> NDArray[np.float64]:
    """Mean colour and contrast of each cell: (cells, 4)."""
    pool = partial(F.avg_pool2d, kernel_size=_CELL, ceil_mode=True, count_include_pad=False)
    mean = pool(source)
    contrast = (pool(source.square()) - mean.square()).mean(1, keepdim=True).clamp_min(0).sqrt()
    look: NDArray[np.float64] = torch.cat([mean, contrast], 1)[0].flatten(1).T.cpu().numpy().astype(np.float64)
    return look


def step_gain(target: Tensor, change: Tensor) -> Tensor:
    """How much further or less each pixel steps: (target / RMS)² within bounds, 1×1×H×W."""
    now = local_rms(change)
    gain = (target / now.clamp_min(_DARK)).square().clamp(_WEAKEST, _STRONGEST)
    return resize(gain, change.shape[-2:])


def braked(change: Tensor, target: Tensor) -> Tensor:
    """`change` with what is above the target taken back a little, place by place."""
    factor = (target / local_rms(change).clamp_min(_DARK)).clamp(max=1.0).pow(_BRAKE)
    return change * resize(factor, change.shape[-2:])


def restored(change: Tensor, target: Tensor, where: Tensor) -> Tensor:
    """`change` with a little of what it lost on the way given back, as far as `where` (1×1×H×W, 0…1), up to the target.

    What is there has grown in many small steps. To make up for it by one large step instead fills faces with coloured
    specks, and the score falls with each. A cell that is strong already is left alone, or what is left of a dream at
    a moving edge would glow for its surroundings.
    """
    more = (target / local_rms(change).clamp_min(_DARK)).clamp(1.0, _RESTORED) - 1
    room = (2 - _power(change).sqrt() / target.clamp_min(_DARK)).clamp(0, 1)
    return change * (1 + resize(more * room, change.shape[-2:]) * where)


def first_strength_gain(carry: float) -> float:
    """The step's factor to begin with: the less is carried, the more has to be made anew in each frame."""
    return 1 + _LOST * (1 - carry)


def next_strength_gain(
    strength_gain: float, target: Tensor, change: Tensor, visible: Tensor, dream_frames: float, most: float
) -> float:
    """The step's factor for the next frame: grown while what is carried is below its target, else shrunk.

    Without such a memory a loop settles below the target where little is carried. Only where the dream was `visible`
    (1×1×H×W) before is asked: with what newly appears counted in, rippling water drove the whole picture's steps to
    three times their size, and faces filled with coloured specks. For the same reason it never exceeds `most`, what a
    still picture needs: what is lost on the way is given back (`restored`), not stepped over.
    """
    old = resize(visible, target.shape[-2:]).clamp(0, 1).sqrt()
    wanted, found = rms(target * old), rms(local_rms(change) * old)
    if min(wanted, found) < _DARK:
        return strength_gain
    return float(np.clip(strength_gain * (wanted / found) ** (_MEMORY * dream_frames), _WEAKEST_GAIN, most))


def _softer(cells: Tensor) -> Tensor:
    return softened(cells, _SOFT)
