"""Places where the dream is young, and must catch up: boxes round what newly appears."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

_CELL = 8
_THICK = 3  # cells: what is thinner catches up with the ordinary steps, from its neighbours
_YOUNG = 0.5
_MARGIN = 20  # pixels round a box: most of what a deep layer's position really looks at


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

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        return self.bottom - self.top, self.right - self.left

    def of(self, picture: Tensor) -> Tensor:
        """That part of `picture` (1×C×H×W), a view."""
        return picture[..., self.top : self.bottom, self.left : self.right]

    def meets(self, other: Box) -> bool:
        """Whether both have a pixel in common."""
        down = self.top < other.bottom and other.top < self.bottom
        return down and self.left < other.right and other.left < self.right

    def round(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
        )

    def at(self, top: int, left: int) -> Box:
        """A box of its shape elsewhere."""
        height, width = self.shape
        return Box(top, top + height, left, left + width)


@dataclass(frozen=True)
class Sheet:
    """Boxes of a picture laid side by side on a sheet of `shape` (height, width): boxes[i] lies at places[i].

    A network is asked once for a sheet: many small pictures cost several times what their pixels do.
    """

    shape: tuple[int, int]
    boxes: tuple[Box, ...]
    places: tuple[Box, ...]

    def taken(self, picture: Tensor, blank: float) -> Tensor:
        """The boxes of `picture` (1×C×H×W) on the sheet, `blank` between them."""
        sheet = picture.new_full((*picture.shape[:-2], *self.shape), blank)
        for box, place in zip(self.boxes, self.places, strict=True):
            place.of(sheet).copy_(box.of(picture))
        return sheet

    def given_back(self, picture: Tensor, sheet: Tensor) -> Tensor:
        """A copy of `picture` with what is on the `sheet` in the boxes' places."""
        picture = picture.clone()
        for box, place in zip(self.boxes, self.places, strict=True):
            box.of(picture).copy_(place.of(sheet))
        return picture


def sheet_of(boxes: tuple[Box, ...]) -> Sheet:
    """The smallest sheet of `boxes` (one at least) laid in rows, the tallest first, among all widths of a first row."""
    order = tuple(sorted(boxes, key=lambda box: box.shape, reverse=True))
    widths = accumulate(box.shape[1] for box in order)
    sheets = (_in_rows(order, max(wide, *(box.shape[1] for box in order))) for wide in widths)
    return min(sheets, key=lambda sheet: sheet.shape[0] * sheet.shape[1])


def _in_rows(order: tuple[Box, ...], wide: int) -> Sheet:
    places: list[Box] = []
    top = left = tall = 0
    for box in order:
        height, width = box.shape
        if left + width > wide:
            top, left, tall = top + tall, 0, 0
        places.append(box.at(top, left))
        left, tall = left + width, max(tall, height)
    return Sheet((top + tall, wide), order, tuple(places))


def boxes_round(young: Tensor) -> tuple[Box, ...]:
    """Boxes round the connected parts of `young` (1×1×H×W, 0…1: how much of a place's dream is missing).

    Largest first, with a margin for the network to see what lies around.
    """
    return boxes_of(_opened(young, _THICK, beyond=1), (young.shape[-2], young.shape[-1]))


def boxes_of(cells: NDArray[np.uint8], shape: tuple[int, int]) -> tuple[Box, ...]:
    """Boxes round the connected parts of `cells` (h×w, 0 or 1, of 8×8 pixels) of a picture of `shape` (height, width).

    Largest first, with a margin for the network to see what lies around.
    """
    height, width = shape
    _, _, stats, _ = cv2.connectedComponentsWithStats(cells, connectivity=8)
    found: list[Box] = []
    for left, top, wide, high, _ in sorted(stats[1:].tolist(), key=lambda row: -row[4]):
        box = Box(
            max(0, top * _CELL - _MARGIN),
            min(height, (top + high) * _CELL + _MARGIN),
            max(0, left * _CELL - _MARGIN),
            min(width, (left + wide) * _CELL + _MARGIN),
        )
        found.append(box)
    return tuple(found)


def apart(boxes: tuple[Box, ...]) -> tuple[Box, ...]:
    """`boxes` of which none lies over another: those that do are one, round both."""
    found: list[Box] = []
    for box in boxes:
        while near := [other for other in found if box.meets(other)]:
            for other in near:
                found.remove(other)
                box = box.round(other)
        found.append(box)
    return tuple(found)


def thick_parts(where: Tensor, wide: int) -> Tensor:
    """What of `where` (1×1×H×W, 0…1) is in sight as thick as about so many pixels: 1×1×H×W, 0 or 1."""
    solid = _opened(where, max(_THICK, wide // _CELL) | 1, beyond=0)
    cells = torch.from_numpy(solid).to(where)
    return cells.repeat_interleave(_CELL, 0).repeat_interleave(_CELL, 1)[
        None, None, : where.shape[-2], : where.shape[-1]
    ]


def _opened(where: Tensor, thick: int, beyond: int) -> NDArray[np.uint8]:
    """The cells of `where` that lie in a square of `thick` cells (an odd number), all of them such; so is what lies
    `beyond` the border, or not (1, 0)."""
    cells = F.avg_pool2d(where, _CELL, ceil_mode=True, count_include_pad=False)[0, 0]
    mask = (cells > _YOUNG).cpu().numpy().astype(np.uint8)
    square = np.ones((thick, thick), np.uint8)
    eroded = cv2.erode(mask, square, borderType=cv2.BORDER_CONSTANT, borderValue=beyond)
    return np.asarray(cv2.dilate(eroded, square), np.uint8)
