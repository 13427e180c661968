"""Shrinking and enlarging pictures with the same bits on any number of threads."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional as F


def resize(picture: Tensor, shape: Sequence[int]) -> Tensor:
    """`picture` (1×C×h×w) at `shape` (height, width), antialiased.

    `antialias=True` matters upwards too: without it torch's bilinear enlargement differs with the number of threads.
    """
    if tuple(picture.shape[-2:]) == tuple(shape):
        return picture
    return F.interpolate(picture, tuple(shape), mode="bilinear", align_corners=False, antialias=True)


def softened(cells: Tensor, side: int) -> Tensor:
    """`cells` (1×C×h×w) averaged over `side`×`side` values, fewer where there are fewer."""
    size = [min(side, own - 1 + own % 2) for own in cells.shape[-2:]]
    return F.avg_pool2d(cells, size, 1, [own // 2 for own in size], count_include_pad=False)
