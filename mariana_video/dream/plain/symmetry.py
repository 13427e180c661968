"""A kaleidoscope: a picture folded so that it is symmetrical about its middle.

The paper's dreams converge onto structures that are often symmetrical; here they are on purpose.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

_SAME = 1e-6  # pixels
_AGAIN = 8  # times that a point beyond the picture is mirrored back, and then into the half sector again


def folded(picture: Tensor, folds: int) -> Tensor:
    """`picture` (N×C×H×W) mirrored left to right (1), or in a kaleidoscope of so many mirrored sectors (2 and more).

    One half sector, that which reaches into the corner at the upper right, is what all others show; one line of the
    mirrors is upright. 0 changes nothing.
    """
    if not folds:
        return picture
    if folds == 1:
        half = (picture.shape[-1] + 1) // 2
        left = picture[..., :half]
        return torch.cat([left, left[..., : picture.shape[-1] - half].flip(-1)], -1)
    where, moved = (part.to(picture.device) for part in _places(picture.shape[-2], picture.shape[-1], folds))
    shown = F.grid_sample(
        picture.float(), where.expand(len(picture), -1, -1, -1), padding_mode="border", align_corners=False
    )
    return torch.where(moved, shown.to(picture), picture)


@lru_cache(maxsize=16)
def _places(height: int, width: int, folds: int) -> tuple[Tensor, Tensor]:
    """Where each pixel looks (1×H×W×2, −1…1), and whether that is elsewhere (1×1×H×W).

    What lies in the half sector looks at itself, so that a picture which is folded already stays as it is.
    """
    half = math.pi / folds
    first = half * math.floor(math.atan2(width, height) / half)
    with torch.inference_mode(False):
        up, right = torch.meshgrid(
            (height - 1) / 2 - torch.arange(height, dtype=torch.float64),
            torch.arange(width, dtype=torch.float64) - (width - 1) / 2,
            indexing="ij",
        )
        here = up, right
        for _ in range(_AGAIN):
            up, right = _into(up, right, first, half)
            if bool((up.abs() <= height / 2).all() and (right.abs() <= width / 2).all()):
                break
            up, right = _back(up, height), _back(right, width)
        moved = torch.hypot(up - here[0], right - here[1]) > _SAME
        places = torch.stack([2 * right / width, -2 * up / height], -1)
        return places[None].float(), moved[None, None]


def _into(up: Tensor, right: Tensor, first: float, half: float) -> tuple[Tensor, Tensor]:
    """Points turned and mirrored into the half sector from the angle `first`, clockwise from straight up, on."""
    radius, angle = torch.hypot(up, right), (torch.atan2(right, up) - first) % (2 * half)
    angle = first + torch.minimum(angle, 2 * half - angle)
    return radius * angle.cos(), radius * angle.sin()


def _back(place: Tensor, side: int) -> Tensor:
    """Places on an axis mirrored at the borders of a picture with that `side`, until they lie in it."""
    beyond = (place + side / 2) % (2 * side)
    return torch.minimum(beyond, 2 * side - beyond) - side / 2
