"""A loop's end is laid into its dream: frame 0, seen from further away, before it fills the picture.

Frame 0 is what the camera will have reached at the wrap; moved back by the way that remains, it lies small in the
picture's middle and grows with it. It is laid under the dream, not in its place: its large forms come first, its detail
later, and the dream goes on over both as over a frame of a film, so that no edge shows. Only shortly before the wrap
does it let go.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dive.canvas import Canvas, Matrix, covered
from mariana_video.dive.low_frequencies import low_frequencies
from mariana_video.dream.plain.resample import resize
from mariana_video.loop.dream_clock import DREAM_RATE
from mariana_video.motion.camera import affine_motion
from mariana_video.motion.warp import warp

# How large frame 0 lies in the picture (1: its edge is just leaving it) where each begins, and where it has arrived.
_FORMS = (0.35, 0.75)
_DETAIL = (0.45, 0.93)
_REACH = (0.30, 0.95)
_EVEN = (0.82, 0.99)  # here its outline lets go of the structure
_EARLIEST = (0.1, 0.5)  # of the loop: nothing is laid in before, however large it would lie there
_SOFT = (0.5, 0.15)  # width of the outline at the beginning and at the end, in half pictures
_RAGGED = 0.45  # how far the outline follows the structure, in half pictures
_SAME = 1e-9
_BARE = (0.8, 1.2)  # the dream over it, where it is a picture that nobody dreamed, lets go here
_SOFTER, _SHARPER = 0.85, 1.3  # frame 0 is averaged to so many times the size at which it lies in the picture


@dataclass(frozen=True)
class Blended:
    """Frame 0 as it lies in a picture, parted in two (1×3×H×W each), and what holds of it there (1×1×H×W each).

    Of its large `forms` the share `formed` is taken on in this frame; of its `fine` detail the share `clear` lies under
    the dream, which keeps the share `left` of its strength.
    """

    forms: Tensor
    fine: Tensor
    formed: Tensor
    clear: Tensor
    left: Tensor


def remaining(steps: Sequence[Matrix]) -> tuple[Matrix, ...]:
    """For each frame the way that remains to the loop's end: a place at the end, as a place in that frame.

    One more than there are steps: the first is frame 0's, the last the identity.
    """
    ways = [np.eye(3)]
    for step in reversed(steps):
        ways.append(step @ ways[-1])
    return tuple(reversed(ways))


def blended(
    goal: Tensor, way: Matrix, canvas: Canvas, passed: float, moved: Tensor, elapsed: float, dreamed: bool
) -> Blended:
    """Frame 0 (`goal`, 1×3×H×W) as it lies in a frame from which `way` remains, `passed` of the loop being over.

    `moved` is the picture it is laid into, whose structure the outline follows; `elapsed` the seconds of a frame. A
    goal that is `dreamed` has a dream's strength already: the dream over it gives way as its detail comes.
    """
    grown = Grown(_size(way, canvas), passed)
    outline = _outline(way, canvas, grown, moved)
    formed = 1 - (1 - outline * grown.over(*_FORMS) ** 2) ** (DREAM_RATE * elapsed)
    clear = outline * grown.over(*_DETAIL)
    left = 1 - clear.square() if dreamed else 1 - outline * grown.over(*_BARE)
    picture = seen_from(goal, way)
    forms = low_frequencies(picture)
    return Blended(forms, picture - forms, formed, clear, left)


@dataclass(frozen=True)
class Grown:
    """How large frame 0 lies in the picture (1: its edge is just leaving it), and how much of the loop is over."""

    size: float
    passed: float

    def over(self, begin: float, end: float) -> float:
        """0 to 1 while the size goes from `begin` to `end`; never before its time in the loop."""
        way = (math.log(self.size) - math.log(begin)) / (math.log(end) - math.log(begin))
        return min(_risen(way), _risen((self.passed - _EARLIEST[0]) / (_EARLIEST[1] - _EARLIEST[0])))


def _size(way: Matrix, canvas: Canvas) -> float:
    return _shrunk(way) * covered(canvas)[0] / canvas.size[0]


def _shrunk(way: Matrix) -> float:
    return float(np.sqrt(abs(np.linalg.det(way[:2, :2]))))


def seen_from(goal: Tensor, way: Matrix) -> Tensor:
    """`goal` as it looks from where `way` remains, as sharp as it is itself.

    Shrunk, a picture gets sharper, and averaged all the way it gets blunt: this is the mixture of both that keeps its
    sharpness, so that a loop has the same all along.
    """
    soft, sharp = (_shrunk_to(goal, way, factor) for factor in (_SOFTER, _SHARPER))
    inside = _inside(goal, way)
    wanted = float(inside.sum()) * float(_edges(goal).square().mean(dtype=torch.float64))
    share = _mixture(_edges(soft) * inside, _edges(sharp) * inside, wanted)
    return soft + share * (sharp - soft)


def _mixture(soft: Tensor, sharp: Tensor, wanted: float) -> float:
    """How much of `sharp` beside `soft` gives edges of the energy `wanted`, 0…1: a quadratic in the share."""

    def product(one: Tensor, other: Tensor) -> float:
        return float((one * other).sum(dtype=torch.float64))

    more = sharp - soft
    square, twice, fixed = product(more, more), product(soft, more), product(soft, soft) - wanted
    if square <= _SAME or fixed >= 0:
        return 0.0
    return min(1.0, (math.sqrt(twice**2 - square * fixed) - twice) / square)


def _inside(goal: Tensor, way: Matrix) -> Tensor:
    """Where `goal` lies, seen from where `way` remains: 1×1×H×W, 0 or 1."""
    height, width = goal.shape[-2:]
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    across, down = (row[0] * x + row[1] * y + row[2] for row in np.linalg.inv(way)[:2])
    found = (across >= 0) & (across <= width - 1) & (down >= 0) & (down <= height - 1)
    return torch.from_numpy(found)[None, None].to(goal)


def _edges(picture: Tensor) -> Tensor:
    """The Laplacian of a picture in grey."""
    grey = F.pad(picture.mean(1, keepdim=True), (1, 1, 1, 1), mode="replicate")
    return F.conv2d(grey, grey.new_tensor([[0, 1, 0], [1, -4, 1], [0, 1, 0]])[None, None])


def _shrunk_to(goal: Tensor, way: Matrix, factor: float) -> Tensor:
    """`goal` moved back along `way`: averaged to `factor` times the size that it has there, the rest by sampling."""
    height, width = goal.shape[-2:]
    high, wide = (max(8, min(side, round(side * _shrunk(way) * factor))) for side in (height, width))
    small = F.pad(resize(goal, (high, wide)), (0, width - wide, 0, height - high), mode="replicate")
    shrink = np.diag([wide / width, high / height, 1.0])
    shrink[0, 2], shrink[1, 2] = (wide / width - 1) / 2, (high / height - 1) / 2
    motion = affine_motion((height, width), shrink @ np.linalg.inv(way))
    return warp(small, motion.flow.to(goal)).clamp(0, 1)


def _outline(way: Matrix, canvas: Canvas, grown: Grown, moved: Tensor) -> Tensor:
    """1 inside the outline of what is laid in, 0 outside and everywhere beyond the picture's edge.

    It bulges where the structure is dark and gives way where it is bright, until its edge has left the picture.
    """
    reach = grown.over(*_REACH)
    soft = _SOFT[0] + (_SOFT[1] - _SOFT[0]) * reach
    ragged = _RAGGED * (1 - grown.over(*_EVEN))
    distance = _distance(way, canvas, 2 + 4 * reach) + ragged * (0.5 + 0.5 * _relief(moved.cpu()))
    inside = _smooth(((1 + soft) * reach - distance) / soft)
    return (inside * _smooth((1 - distance) / 0.08)).to(moved)


def _distance(way: Matrix, canvas: Canvas, power: float) -> Tensor:
    """How far each place is from the middle of what is laid in, 1 at its edge: 1×1×H×W.

    A place's distance is that of an ellipse at `power` 2, and nearly that of the picture itself at 6.
    """
    height, width = canvas.shape
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    back = np.linalg.inv(way)
    half = np.array(covered(canvas)) / 2
    across = np.abs(back[0, 0] * x + back[0, 1] * y + back[0, 2] - (width - 1) / 2) / half[0]
    down = np.abs(back[1, 0] * x + back[1, 1] * y + back[1, 2] - (height - 1) / 2) / half[1]
    return torch.from_numpy((across**power + down**power) ** (1 / power)).float()[None, None]


def _relief(picture: Tensor) -> Tensor:
    """What stands out in a picture, −1…1: brighter than its surroundings, on the scale of its motifs."""
    grey = picture.mean(1, keepdim=True)
    fine = F.avg_pool2d(F.avg_pool2d(grey, 9, 1, 4, count_include_pad=False), 9, 1, 4, count_include_pad=False)
    return torch.tanh((fine - low_frequencies(grey)) / 0.06)


def _risen(share: float) -> float:
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)


def _smooth(values: Tensor) -> Tensor:
    share = values.clamp(0, 1)
    return share * share * (3 - 2 * share)
