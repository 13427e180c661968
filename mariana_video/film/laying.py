"""A loop's end is laid into its structure: frame 0, seen from further away, before it fills the picture.

Frame 0 is what the camera will have reached at the wrap; moved back by the way that remains, it lies small in the
picture's middle and grows with it. Its large forms come first and its detail later, so that the structure seems to
resolve into it, and its outline follows what is round it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dream.resample import resize
from mariana_video.film.canvas import Canvas, Matrix, covered
from mariana_video.film.frames import BEAT
from mariana_video.film.ground import ground_of
from mariana_video.film.strength import local_rms
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
_MOST = 1.6  # by how much mixed detail may be lifted to the strength of its parts
_SHARP = 1.02  # frame 0 is averaged to so many times the size at which it lies in the picture
_DARK = 1e-4


@dataclass(frozen=True)
class Laid:
    """Frame 0 as it lies in a picture, and how much of it holds there (1×1×H×W): of its forms and of its detail."""

    picture: Tensor
    forms: Tensor
    detail: Tensor


def remaining(steps: Sequence[Matrix]) -> tuple[Matrix, ...]:
    """For each frame the way that remains to the loop's end: a place at the end, as a place in that frame.

    One more than there are steps: the first is frame 0's, the last the identity.
    """
    ways = [np.eye(3)]
    for step in reversed(steps):
        ways.append(step @ ways[-1])
    return tuple(reversed(ways))


def laid(goal: Tensor, way: Matrix, canvas: Canvas, passed: float, moved: Tensor, elapsed: float) -> Laid:
    """Frame 0 (`goal`, 1×3×H×W) as it lies in a frame from which `way` remains, `passed` of the loop being over.

    `moved` is the picture it is laid into, whose structure the outline follows; `elapsed` the seconds of a frame.
    """
    grown = Grown(_size(way, canvas), passed)
    outline = _outline(way, canvas, grown, moved)
    beats = BEAT * elapsed
    forms, detail = (1 - (1 - outline * grown.over(*span) ** 2) ** beats for span in (_FORMS, _DETAIL))
    return Laid(seen_from(goal, way), forms, detail)


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
    """`goal` as it looks from where `way` remains: most of the shrinking by averaging, the rest as it is set in place.

    Averaging all the way would take away what a dream is sharp by; sampling all the way would make it flicker.
    """
    height, width = goal.shape[-2:]
    high, wide = (max(8, min(side, round(side * _shrunk(way) * _SHARP))) for side in (height, width))
    small = F.pad(resize(goal, (high, wide)), (0, width - wide, 0, height - high), mode="replicate")
    shrink = np.diag([wide / width, high / height, 1.0])
    shrink[0, 2], shrink[1, 2] = (wide / width - 1) / 2, (high / height - 1) / 2
    motion = affine_motion((height, width), shrink @ np.linalg.inv(way))
    return warp(small, motion.flow.to(goal)).clamp(0, 1)


def mixed(ground: Tensor, detail: Tensor, part: Laid) -> tuple[Tensor, Tensor]:
    """Ground and detail of a picture with frame 0 laid in.

    Where two unlike details mix, their strength is kept: a plain mixture of halves is weaker than either.
    """
    forms = ground_of(part.picture)
    fine = part.picture - forms
    ground = ground + part.forms * (forms - ground)
    both = detail + part.detail * (fine - detail)
    share = resize(part.detail, local_rms(detail).shape[-2:])
    wanted = ((1 - share) * local_rms(detail).square() + share * local_rms(fine).square()).sqrt()
    lift = (wanted / local_rms(both).clamp_min(_DARK)).clamp(1, _MOST)
    return ground, both * resize(lift, both.shape[-2:])


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
    return torch.tanh((fine - ground_of(grey)) / 0.06)


def _risen(share: float) -> float:
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)


def _smooth(values: Tensor) -> Tensor:
    share = values.clamp(0, 1)
    return share * share * (3 - 2 * share)
