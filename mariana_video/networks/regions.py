"""The regions of a picture that channels are shared out in, and their mean squares, added up tile by tile."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

REGION = 24  # positions: channels are shared out anew in each region of about this side
_STEPS = 24  # a natural square is so many powers of two of the steps that squares are rounded to
_CHANNELS = 32  # at once: what is made of them on the way takes several times their room


def regions(response: Tensor) -> Tensor:
    """Mean squares of each channel of a response (1×C×h×w) in regions that overlap by half: 1×C×n×m, float32."""
    (_, tall, down), (_, wide, right) = (windows(side) for side in response.shape[-2:])
    return F.avg_pool2d(response.float().square(), (tall, wide), (down, right))


def windows(side: int) -> tuple[int, int, int]:
    """How many windows of about `REGION` positions lie along a side, their length and stride.

    They overlap by half and leave no border out.
    """
    count = max(1, round(2 * side / REGION) - 1)
    stride = side // (count + 1)
    return count, side - (count - 1) * stride, max(1, stride)


class Sums:
    """The squares of a response of `shape` (h, w), whose parts come one after another, in its regions.

    They are rounded to whole steps, a small part of `natural`, the mean square of natural pictures, and added in
    float64, which is exact for whole numbers: however a picture was parted, the sums are the same to the last bit.
    """

    def __init__(self, shape: tuple[int, int], natural: float) -> None:
        self._shape = shape
        self._unit = 2.0 ** (_STEPS - math.floor(math.log2(natural)) if natural > 0 else _STEPS)
        self._sums: Tensor | None = None
        self._all: Tensor | None = None

    def add(self, response: Tensor, top: int, left: int) -> None:
        """A part, 1×C×h×w, that begins at a row and a column."""
        part = response.detach()[0]
        down, across = (
            _covered(side, first, length).to(part.device)
            for side, first, length in zip(self._shape, (top, left), part.shape[-2:], strict=True)
        )
        squares = [(some.double().square() * self._unit).round() for some in torch.split(part, _CHANNELS)]
        sums = torch.cat([down @ some @ across.T for some in squares])
        everything = torch.cat([some.sum((1, 2)) for some in squares])
        self._sums = sums if self._sums is None else self._sums + sums
        self._all = everything if self._all is None else self._all + everything

    def means(self) -> Tensor:
        """The mean squares of all regions, as `regions` has them."""
        assert self._sums is not None, "nothing was added"
        (_, tall, _), (_, wide, _) = (windows(side) for side in self._shape)
        return (self._sums / (self._unit * tall * wide)).float()[None]

    def size(self) -> Tensor:
        """The RMS of each channel, 1×C×1×1."""
        assert self._all is not None, "nothing was added"
        return (self._all / (self._unit * math.prod(self._shape))).sqrt().float().view(1, -1, 1, 1)


def slope_of(response: Tensor, slopes: Tensor, shape: tuple[int, int], top: int, left: int) -> Tensor:
    """The gradient for a part (1×C×h×w) of a response of `shape`, from that for the regions of all (1×C×n×m).

    The part begins at a row and a column.
    """
    response = response.detach()
    found = torch.empty_like(response)
    (_, tall, _), (_, wide, _) = (windows(side) for side in shape)
    parts = (torch.split(one, _CHANNELS, 1) for one in (response, slopes, found))
    for said, spread, some in zip(*parts, strict=True):
        for axis, (side, first) in enumerate(zip(shape, (top, left), strict=True), 2):
            spread = _spread(spread, axis, side, first, response.shape[axis])
        some.copy_(spread.mul_(said).mul_(2 / (tall * wide)))
    return found


def _covered(side: int, first: int, length: int) -> Tensor:
    """Which windows along a side hold which of `length` positions from the `first` on: n×length, 0 or 1."""
    count, window, stride = windows(side)
    begins, places = stride * torch.arange(count)[:, None], first + torch.arange(length)[None]
    return ((begins <= places) & (places < begins + window)).double()


def _spread(slopes: Tensor, axis: int, side: int, first: int, length: int) -> Tensor:
    """For each position the sum over the windows that hold it, in their order: the same bits in every part."""
    count, window, stride = windows(side)
    places = first + torch.arange(length)
    least, most = ((places - window) // stride + 1).clamp(min=0), (places // stride).clamp(max=count - 1)
    total: Tensor | None = None
    for more in range(math.ceil(window / stride)):
        numbers = least + more
        held = (numbers <= most).view([-1 if one == axis else 1 for one in range(4)])
        some = slopes.index_select(axis, numbers.clamp(max=count - 1).to(slopes.device)) * held.to(slopes)
        total = some if total is None else total + some
    assert total is not None, "a window holds a position"
    return total
