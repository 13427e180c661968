"""How far a gradient moves a picture: one function a rule of steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dream.bands import WEIGHTS, levelled
from mariana_video.dream.plain.measure import mean_size
from mariana_video.dream.plain.resample import resize
from mariana_video.errors import DreamError
from mariana_video.recipe.look import Rule

_WALL = 0.15  # how near to 0 or 1 a value comes before its step shrinks
_AROUND = 96  # pixels: a step is measured by the gradients of a place's neighbourhood, of two boxes of this side
_HARDLY = 0.02  # of the whole picture's mean gradient: less counts as this, or nothing at all would be made much of
_NOBODY = 1e-4  # of a neighbourhood: where fewer may step, none does
CELL = 8
"""Pixels a side of what a neighbourhood's gradients are added up in."""

_FIRST, _SECOND, _TINY = 0.9, 0.999, 1e-8  # Adam's own
_FURTHEST = 0.1  # mean change of a value: where a score hardly rises any more, no step goes further for it

Memory = tuple[Tensor, ...]
"""What a rule remembers from step to step on one octave."""


@dataclass(frozen=True)
class Length:
    """How long a step is: `size` in the rule's own unit, times `gain` (1×1×h×w, None: 1) pixel by pixel.

    `scale` is that of the octave, `bands` are the weights of fine to coarse detail.
    """

    size: float
    gain: Tensor | None = None
    scale: float = 1.0
    bands: Sequence[float] = WEIGHTS


def moved(picture: Tensor, gradient: Tensor, length: Length) -> Tensor:
    """One normalised step uphill, `picture + size · gain · g / mean|g|`; a flat gradient changes nothing.

    g is the gradient with its bands of detail levelled (see `levelled`), its mean that of a place's neighbourhood on
    an octave of that scale: what a place dreams doesn't hang on what lies far from it. Near black and white the step
    shrinks with what is left to go, so that a long ascent doesn't burn the picture.
    """
    if finite(mean_size(gradient)) == 0:
        return picture
    gradient = levelled(gradient, length.bands)
    around = mean_around(cells_of(gradient, length.gain), length.scale, mean_size(gradient))
    change = gradient.mul_(length.size / resize(around, (gradient.shape[-2], gradient.shape[-1])))
    return walled(picture, change, length.gain)


def moved_as_in_the_tutorial(picture: Tensor, gradient: Tensor, length: Length) -> Tensor:
    """One step of TensorFlow's DeepDream tutorial: `picture + size · g / std(g)` for a picture of −1…1, then clipped.

    A picture of 0…1 moves by half of that. The paper's step sizes, 0.01 and 0.5, are in these units.
    """
    spread = finite(float(np.std(gradient.detach().cpu().numpy(), dtype=np.float64)))
    change = gradient * (0.5 * length.size / (spread + 1e-8))
    return (picture + (change if length.gain is None else change * length.gain)).clamp(0, 1)


def moved_by_progress(picture: Tensor, gradient: Tensor, length: Length) -> Tensor:
    """A step that is to raise the score by `size`: `picture + size · g / ‖g‖²`, to first order.

    So strength hangs neither on the layer nor on the network (Nguyen, Yosinski and Clune, "Deep Neural Networks are
    Easily Fooled", 2015, as their published code has it). No step changes a value by more than 0.1 on average.
    """
    power = finite(float(np.sum(np.square(gradient.detach().cpu().numpy(), dtype=np.float64))))
    if power == 0:
        return picture
    factor = min(length.size / power, _FURTHEST / mean_size(gradient))
    change = gradient * factor
    return (picture + (change if length.gain is None else change * length.gain)).clamp(0, 1)


def moved_by_adam(picture: Tensor, gradient: Tensor, length: Length, memory: Memory) -> tuple[Tensor, Memory]:
    """A step of Adam (Kingma and Ba, arXiv 1412.6980): each value moves by up to `size`, steadily pushed ones most.

    Of a gradient whose bands of detail are levelled. `memory` is the two running means, and how many steps they know.
    """
    if finite(mean_size(gradient)) == 0:
        return picture, memory
    gradient = levelled(gradient, length.bands)
    mean, square, count = memory or (torch.zeros_like(gradient), torch.zeros_like(gradient), torch.zeros(()))
    mean = _FIRST * mean + (1 - _FIRST) * gradient
    square = _SECOND * square + (1 - _SECOND) * gradient.square()
    done = int(count) + 1
    usual = (square / (1 - math.pow(_SECOND, done))).sqrt() + _TINY
    change = length.size * (mean / (1 - math.pow(_FIRST, done))) / usual
    return walled(picture, change, length.gain), (mean, square, torch.tensor(float(done)))


_FORGETFUL: Mapping[Rule, Callable[[Tensor, Tensor, Length], Tensor]] = {
    "mean": moved,
    "tutorial": moved_as_in_the_tutorial,
    "progress": moved_by_progress,
}


def stepped(
    rule: Rule, picture: Tensor, gradient: Tensor, length: Length, memory: Memory = ()
) -> tuple[Tensor, Memory]:
    """`picture` (1×3×h×w, 0…1) a step on along `gradient`, by a rule, and what the rule remembers.

    Raises DreamError on a gradient that is not finite.
    """
    if rule == "adam":
        return moved_by_adam(picture, gradient, length, memory)
    return _FORGETFUL[rule](picture, gradient, length), ()


def walled(picture: Tensor, change: Tensor, gain: Tensor | None) -> Tensor:
    """`picture` with a `change`, which is used up."""
    if gain is not None:
        change = change.mul_(gain)
    room = torch.where(change > 0, 1 - picture, picture)
    return room.div_(_WALL).clamp_(max=1).mul_(change).add_(picture).clamp_(0, 1)


def cells_of(gradient: Tensor, gain: Tensor | None) -> Tensor:
    """Σ|g| over the places of a cell of 8×8 pixels that may step, and their share: 1×2×h×w, a value a cell."""
    size = gradient.abs().mean(1, keepdim=True)
    steps = torch.ones_like(size) if gain is None else (gain > 0).to(size)
    return F.avg_pool2d(torch.cat([size * steps, steps], 1), CELL, ceil_mode=True, count_include_pad=False)


def mean_around(cells: Tensor, scale: float, mean: float) -> Tensor:
    """mean|g| over some `_AROUND` pixels round each cell, of those places that may step: 1×1×h×w, nowhere 0.

    `cells` are those of a gradient whose values have that `mean` size, on an octave of that scale.
    """
    side = max(1, round(_AROUND * scale / CELL))
    for _ in range(2):
        around = [min(side | 1, one - 1 + one % 2) for one in cells.shape[-2:]]
        cells = F.avg_pool2d(cells, around, 1, [one // 2 for one in around], count_include_pad=False)
    total, share = cells.chunk(2, 1)
    return (total / share.clamp_min(_NOBODY)).clamp_min(_HARDLY * mean)


def finite(size: float) -> float:
    """The size of a gradient, or a DreamError where it is none."""
    if not math.isfinite(size):
        raise DreamError(
            "the gradient is not finite, so the dream can't go on: try --precision fp32, or another network or layer"
        )
    return size
