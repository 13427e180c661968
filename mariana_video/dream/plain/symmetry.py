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
_ALONG = 400  # places along a picture's border that are asked
_AGAIN = 8  # times that a point beyond the picture is mirrored back, and then into the half sector again


def folded(picture: Tensor, folds: int) -> Tensor:
    """`picture` (N×C×H×W) mirrored left to right (1), or in a kaleidoscope of so many mirrored sectors (2 and more).

    One half sector is what all others show; one line of the mirrors is upright. A picture that is folded already stays
    as it is. 0 changes nothing.
    """
    return _shown(picture, folds, nearer=False)


def kaleidoscope(picture: Tensor, folds: int) -> Tensor:
    """Any `picture` (N×C×H×W) folded, a little nearer where a sector would else reach beyond its border."""
    return _shown(picture, folds, nearer=True)


def _shown(picture: Tensor, folds: int, nearer: bool) -> Tensor:
    if not folds:
        return picture
    if folds == 1:
        half = (picture.shape[-1] + 1) // 2
        left = picture[..., :half]
        return torch.cat([left, left[..., : picture.shape[-1] - half].flip(-1)], -1)
    places = _places(picture.shape[-2], picture.shape[-1], folds, nearer)
    where, moved = (part.to(picture.device) for part in places)
    shown = F.grid_sample(
        picture.float(), where.expand(len(picture), -1, -1, -1), padding_mode="border", align_corners=False
    )
    return torch.where(moved, shown.to(picture), picture)


@lru_cache(maxsize=32)
def _places(height: int, width: int, folds: int, nearer: bool) -> tuple[Tensor, Tensor]:
    """Where each pixel looks (1×H×W×2, −1…1), and whether that is elsewhere (1×1×H×W).

    Without going `nearer`, what lies in the half sector looks at itself.
    """
    half = math.pi / folds
    first, near = _widest(height, width, half)
    with torch.inference_mode(False):
        up, right = torch.meshgrid(
            (height - 1) / 2 - torch.arange(height, dtype=torch.float64),
            torch.arange(width, dtype=torch.float64) - (width - 1) / 2,
            indexing="ij",
        )
        here = up, right
        if nearer:
            up, right = up * near, right * near
        for _ in range(_AGAIN):
            up, right = _into(up, right, first, half)
            if bool((up.abs() <= height / 2).all() and (right.abs() <= width / 2).all()):
                break
            up, right = _back(up, height), _back(right, width)
        moved = torch.hypot(up - here[0], right - here[1]) > _SAME
        places = torch.stack([2 * right / width, -2 * up / height], -1)
        return places[None].float(), moved[None, None]


def _widest(height: int, width: int, half: float) -> tuple[float, float]:
    """The half sector (the angle that it begins with) that shows most of a picture, and how near it must be for that.

    1 is as it is; of sectors that show as much, the first clockwise from straight up.
    """
    across = torch.linspace(-width / 2, width / 2, _ALONG, dtype=torch.float64)
    upwards = torch.linspace(-height / 2, height / 2, _ALONG, dtype=torch.float64)
    up = torch.cat([torch.full_like(across, height / 2), upwards])  # the border: above, and at the right
    right = torch.cat([across, torch.full_like(upwards, width / 2)])
    found = []
    for number in range(round(math.pi / half)):
        above, beside = _into(up, right, number * half, half)
        beyond = max(float(2 * above.abs().max()) / height, float(2 * beside.abs().max()) / width, 1.0)
        found.append((round(1 / beyond, 6), -number))
    near, number = max(found)
    return -number * half, near


def _into(up: Tensor, right: Tensor, first: float, half: float) -> tuple[Tensor, Tensor]:
    """Points turned and mirrored into the half sector from the angle `first`, clockwise from straight up, on."""
    radius, angle = torch.hypot(up, right), (torch.atan2(right, up) - first) % (2 * half)
    angle = first + torch.minimum(angle, 2 * half - angle)
    return radius * angle.cos(), radius * angle.sin()


def _back(place: Tensor, side: int) -> Tensor:
    """Places on an axis mirrored at the borders of a picture with that `side`, until they lie in it."""
    beyond = (place + side / 2) % (2 * side)
    return torch.minimum(beyond, 2 * side - beyond) - side / 2
