"""Places where the dream is young, and must catch up: boxes round what newly appears."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from torch import Tensor
from torch.nn import functional as F

_CELL = 8
_LEAST = 6  # cells: less than about 20×20 pixels catches up with the ordinary steps
_YOUNG = 0.5
_MARGIN = 24  # pixels round a box: most of what a deep layer's position really looks at


@dataclass(frozen=True)
class Box:
    """A part of a picture: rows `top` to `bottom`, columns `left` to `right`, ends excluded."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def pixels(self) -> int:
        return (self.bottom - self.top) * (self.right - self.left)

    def of(self, picture: Tensor) -> Tensor:
        """That part of `picture` (1×C×H×W)."""
        return picture[..., self.top : self.bottom, self.left : self.right]

    def laid_into(self, picture: Tensor, part: Tensor) -> Tensor:
        """A copy of `picture` with `part` in the box's place."""
        copy = picture.clone()
        copy[..., self.top : self.bottom, self.left : self.right] = part
        return copy


def boxes_round(young: Tensor, budget: int) -> tuple[Box, ...]:
    """Boxes round the connected parts of `young` (1×1×H×W, 0…1: how much of a place's dream is missing).

    Largest first, with a margin for the network to see what lies around, until together they hold `budget` pixels.
    """
    height, width = young.shape[-2:]
    cells = F.avg_pool2d(young, _CELL, ceil_mode=True, count_include_pad=False)[0, 0]
    mask = (cells > _YOUNG).cpu().numpy().astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(mask, np.ones((3, 3), np.uint8)), connectivity=8)
    found: list[Box] = []
    for left, top, wide, high, area in sorted(stats[1:].tolist(), key=lambda row: -row[4]):
        box = Box(
            max(0, top * _CELL - _MARGIN),
            min(height, (top + high) * _CELL + _MARGIN),
            max(0, left * _CELL - _MARGIN),
            min(width, (left + wide) * _CELL + _MARGIN),
        )
        if area >= _LEAST and sum(other.pixels for other in found) + box.pixels <= budget:
            found.append(box)
    return tuple(found)
