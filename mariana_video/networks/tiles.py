"""A large picture in tiles for the network, so that its memory doesn't grow with the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

Window = tuple[slice, slice, slice, slice]
_ALL = slice(None)


class Parted(Protocol):
    """What is read part by part: a tensor (1×C×h×w), or a picture on disk."""

    @property
    def shape(self) -> torch.Size:
        """1, channels, height, width."""
        ...

    def __getitem__(self, window: Window, /) -> Tensor:
        """A part."""
        ...


class Laid(Protocol):
    """What is written part by part."""

    def __setitem__(self, window: Window, part: Tensor, /) -> None:
        """Writes one."""
        ...


@dataclass(frozen=True)
class Tile:
    """A window of rows `top` to `bottom` and columns `left` to `right`, of which the `core` (likewise) is kept."""

    top: int
    bottom: int
    left: int
    right: int
    core: tuple[int, int, int, int]

    @property
    def pixels(self) -> int:
        return (self.bottom - self.top) * (self.right - self.left)

    @property
    def kept(self) -> int:
        """Pixels of the core."""
        upper, lower, before, after = self.core
        return (lower - upper) * (after - before)

    def window(self, picture: Parted, ratio: int = 1) -> Tensor:
        """The window of a `picture` (1×C×h×w) that is `ratio` times smaller than what the tile is one of."""
        rows, columns = slice(self.top // ratio, self.bottom // ratio), slice(self.left // ratio, self.right // ratio)
        return picture[_ALL, _ALL, rows, columns]

    def lay(self, window: Tensor, on: Laid) -> None:
        """Writes the core of what has only the window on a picture."""
        upper, lower, before, after = self.core
        on[_ALL, _ALL, slice(upper, lower), slice(before, after)] = self.inner(window)

    def middle(self, picture: Tensor, ratio: int = 1) -> Tensor:
        """The core of a `picture` (…×h×w), likewise."""
        upper, lower, before, after = (one // ratio for one in self.core)
        return picture[..., upper:lower, before:after]

    def inner(self, window: Tensor, ratio: int = 1) -> Tensor:
        """The core, of what has only the window."""
        upper, lower, before, after = self.core
        rows = slice((upper - self.top) // ratio, (lower - self.top) // ratio)
        return window[..., rows, (before - self.left) // ratio : (after - self.left) // ratio]


def tiles_of(
    shape: tuple[int, int], grid: int, view: int, largest: int, *, looked_at: bool = False
) -> tuple[Tile, ...]:
    """Tiles of one size, up to the `largest`, whose cores cover a picture of `shape` (height, width).

    Sides are multiples of `grid`, as the picture's are. Windows reach beyond their cores by the `view` of a position of
    the network: what a pixel of the core moves is right, and so is all that moves that. So there are no seams. Where
    they are only `looked_at`, for what positions say and no gradient, half of it does.
    """
    margin = math.ceil((view / 2 if looked_at else view) / grid) * grid
    counts = [1, 1]
    while True:
        sides = [_window(side, count, grid, margin) for side, count in zip(shape, counts, strict=True)]
        longer = 0 if sides[0] > sides[1] else 1
        if math.prod(sides) <= largest or sides[longer] <= 4 * margin:
            break
        counts[longer] += 1
    rows, columns = (_spans(side, count, grid, margin) for side, count in zip(shape, counts, strict=True))
    return tuple(
        Tile(top, bottom, left, right, (upper, lower, before, after))
        for top, bottom, upper, lower in rows
        for left, right, before, after in columns
    )


def _core(side: int, count: int, grid: int) -> int:
    return math.ceil(side / count / grid) * grid


def _window(side: int, count: int, grid: int, margin: int) -> int:
    return min(side, _core(side, count, grid) + margin * min(2, count - 1))


def _spans(side: int, count: int, grid: int, margin: int) -> list[tuple[int, int, int, int]]:
    """(begin, end) of each window along a side, and of its core."""
    core, window = _core(side, count, grid), _window(side, count, grid, margin)
    begins = range(0, side, core)
    starts = [min(max(0, begin - margin), side - window) for begin in begins]
    return [
        (start, start + window, begin, min(side, begin + core)) for start, begin in zip(starts, begins, strict=True)
    ]
