"""Places where the dream is young, and must catch up: boxes round what newly appears."""

from __future__ import annotations

from collections.abc import Iterator
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
_WORTH_A_CUT = 0.95  # of a box's pixels: two that have hardly fewer than it are not better


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

    def enlarged(self, down: float, across: float) -> Box:
        """The same in a picture that is by such factors larger."""
        rows, columns = (self.top, self.bottom), (self.left, self.right)
        return Box(*(round(row * down) for row in rows), *(round(column * across) for column in columns))

    def at(self, top: int, left: int) -> Box:
        """A box of its shape elsewhere."""
        height, width = self.shape
        return Box(top, top + height, left, left + width)


@dataclass(frozen=True)
class Sheet:
    """Boxes of a picture laid side by side on a sheet of `shape` (height, width): boxes[i] lies at places[i].

    A network is asked once for a sheet: many small pictures cost several times what their pixels do. Of boxes[i] its
    part kept[i] is given back.
    """

    shape: tuple[int, int]
    boxes: tuple[Box, ...]
    places: tuple[Box, ...]
    kept: tuple[Box, ...]

    def taken(self, picture: Tensor, blank: float) -> Tensor:
        """The boxes of `picture` (1×C×H×W) on the sheet, `blank` between them."""
        sheet = picture.new_full((*picture.shape[:-2], *self.shape), blank)
        for box, place in zip(self.boxes, self.places, strict=True):
            place.of(sheet).copy_(box.of(picture))
        return sheet

    def given_back(self, picture: Tensor, sheet: Tensor) -> Tensor:
        """A copy of `picture` with what is on the `sheet` in the boxes' places."""
        picture = picture.clone()
        for box, place, kept in zip(self.boxes, self.places, self.kept, strict=True):
            down, across = place.top - box.top, place.left - box.left
            kept.of(picture).copy_(kept.at(kept.top + down, kept.left + across).of(sheet))
        return picture

    def enlarged(self, down: float, across: float) -> Sheet:
        """The sheet of the same boxes in a picture that is by such factors larger."""
        return sheet_of(*(tuple(box.enlarged(down, across) for box in boxes) for boxes in (self.boxes, self.kept)))


def sheet_of(boxes: tuple[Box, ...], kept: tuple[Box, ...] | None = None) -> Sheet:
    """The smallest sheet of `boxes` (one at least) laid in rows, the tallest first, among all widths of a first row.

    `kept` are the parts of them that are given back (None: all).
    """
    order = tuple(sorted(zip(boxes, kept or boxes, strict=True), key=lambda pair: pair[0].shape, reverse=True))
    widths = accumulate(box.shape[1] for box, _ in order)
    sheets = (_in_rows(order, max(wide, *(box.shape[1] for box, _ in order))) for wide in widths)
    return min(sheets, key=lambda sheet: sheet.shape[0] * sheet.shape[1])


def _in_rows(order: tuple[tuple[Box, Box], ...], wide: int) -> Sheet:
    places: list[Box] = []
    top = left = tall = 0
    for box, _ in order:
        height, width = box.shape
        if left + width > wide:
            top, left, tall = top + tall, 0, 0
        places.append(box.at(top, left))
        left, tall = left + width, max(tall, height)
    boxes, kept = zip(*order, strict=True)
    return Sheet((top + tall, wide), boxes, tuple(places), kept)


def boxes_round(young: Tensor) -> tuple[Box, ...]:
    """Boxes round the connected parts of `young` (1×1×H×W, 0…1: how much of a place's dream is missing).

    Largest first, with a margin for the network to see what lies around.
    """
    shape = young.shape[-2], young.shape[-1]
    _, _, stats, _ = cv2.connectedComponentsWithStats(_opened(young, _THICK, beyond=1), connectivity=8)
    found = sorted(stats[1:].tolist(), key=lambda row: -row[4])
    return tuple(_round(Box(top, top + high, left, left + wide), _MARGIN, shape) for left, top, wide, high, _ in found)


def sheet_round(cells: NDArray[np.uint8], shape: tuple[int, int]) -> Sheet:
    """Boxes that hold all `cells` (h×w, 0 or 1, not all 0) of a picture of `shape` (height, width), on a sheet.

    They are cut up as long as that makes them smaller together. Their margins may lie over other boxes, so only a rim
    of them is given back.
    """
    boxes = tuple(_cut_up(cells, 0, 0))
    return sheet_of(*(tuple(_round(box, more, shape) for box in boxes) for more in (_MARGIN, _CELL)))


def _round(cells: Box, more: int, shape: tuple[int, int]) -> Box:
    """The pixels of a box of cells, with so many `more` on each side within a picture of `shape`."""
    return Box(
        max(0, cells.top * _CELL - more),
        min(shape[0], cells.bottom * _CELL + more),
        max(0, cells.left * _CELL - more),
        min(shape[1], cells.right * _CELL + more),
    )


def _cut_up(cells: NDArray[np.uint8], top: int, left: int) -> Iterator[Box]:
    """The box round some `cells`, the first of which lies at (`top`, `left`), or smaller ones that hold them all."""
    rows, columns = np.nonzero(cells)
    first, begins = int(rows.min()), int(columns.min())
    cells = cells[first : int(rows.max()) + 1, begins : int(columns.max()) + 1]
    top, left, (high, wide) = top + first, left + begins, cells.shape
    (down, row), (across, column) = _best_cut(cells), _best_cut(cells.T)
    if min(down, across) > _WORTH_A_CUT * _areas(cells)[-1]:
        yield Box(top, top + high, left, left + wide)
    elif down <= across:
        yield from (*_cut_up(cells[:row], top, left), *_cut_up(cells[row:], top + row, left))
    else:
        yield from (*_cut_up(cells[:, :column], top, left), *_cut_up(cells[:, column:], top, left + column))


def _best_cut(cells: NDArray[np.uint8]) -> tuple[float, int]:
    """The fewest pixels of two boxes that hold the rows before a cut and those after it, and where that is."""
    if len(cells) == 1:
        return float("inf"), 0
    both = _areas(cells)[:-1] + _areas(cells[::-1])[-2::-1]
    return float(both.min()), int(both.argmin()) + 1


def _areas(cells: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The pixels of boxes that hold the first row of `cells`, the first two and so on, margins included."""
    some, wide = cells.any(1), cells.shape[1]
    begins = np.minimum.accumulate(np.where(some, cells.argmax(1), wide))
    ends = np.maximum.accumulate(np.where(some, wide - cells[:, ::-1].argmax(1), 0))
    high = np.maximum.accumulate(np.where(some, np.arange(1, len(cells) + 1), 0)) - some.argmax()
    return np.where(high > 0, (high * _CELL + 2 * _MARGIN) * ((ends - begins) * _CELL + 2 * _MARGIN), 0)


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
