"""A kaleidoscope: a picture folded so that it is symmetrical about its middle.

The paper's dreams converge onto structures that are often symmetrical; here they are on purpose.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F


def folded(picture: Tensor, folds: int) -> Tensor:
    """`picture` (N×C×H×W) mirrored left to right (1), or in a kaleidoscope of so many mirrored sectors (2 and more).

    One half sector, which begins straight up and goes clockwise, is what all others show. 0 changes nothing.
    """
    if not folds:
        return picture
    if folds == 1:
        half = (picture.shape[-1] + 1) // 2
        left = picture[..., :half]
        return torch.cat([left, left[..., : picture.shape[-1] - half].flip(-1)], -1)
    where, moved = _places(picture.shape[-2], picture.shape[-1], folds)
    places = where.to(picture.device)
    shown = F.grid_sample(
        picture.float(), places.expand(len(picture), -1, -1, -1), "bilinear", "reflection", align_corners=False
    )
    return torch.where(moved.to(picture.device), shown.to(picture), picture)


@lru_cache(maxsize=16)
def _places(height: int, width: int, folds: int) -> tuple[Tensor, Tensor]:
    """Where each pixel looks (1×H×W×2, −1…1), and whether that is elsewhere (1×1×H×W).

    Computed in float64, so that what lies in the first half sector looks at itself.
    """
    with torch.inference_mode(False):
        down, right = torch.meshgrid(
            torch.arange(height, dtype=torch.float64) - (height - 1) / 2,
            torch.arange(width, dtype=torch.float64) - (width - 1) / 2,
            indexing="ij",
        )
        radius, sector = torch.hypot(down, right), 2 * math.pi / folds
        angle = torch.atan2(right, -down) % (2 * math.pi)  # 0 is straight up
        inside = angle % sector
        moved = (angle >= sector) | (inside > sector / 2)
        inside = torch.minimum(inside, sector - inside)
        across, above = radius * inside.sin(), -radius * inside.cos()
        places = torch.stack([2 * across / width, 2 * above / height], -1)
        return places[None].float(), moved[None, None]
