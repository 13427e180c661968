"""The size that a picture is dreamed at, whatever its own: a motif is as large in a thumbnail as on a cinema's screen.

What grows there, the composition, is laid over the picture at its own size. (Octaves counted from the picture's own
size made large motifs small ones in large pictures: dreams at 480 and at 1440 pixels agreed by 0.11.)
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

ALIKE = 1.08  # sizes that differ by less are one: to resample a picture for it would only blur
_LARGEST = 2.0  # times a small picture is enlarged at most: beyond that nobody sees what grows, and it costs
_TRIES = 3  # rounds of back-projection
ROUNDS = 2
"""Shrinking and enlarging is no projection: once leaves a tenth behind, twice a thirtieth."""


def dream_shape(shape: tuple[int, int], side: float | None) -> tuple[int, int]:
    """The (height, width) that a picture of `shape` is dreamed at for a shorter side of `side` (None: its own)."""
    if side is None or is_near(side / min(shape)):
        return shape
    height, width = (max(1, round(length * side / min(shape))) for length in shape)
    return height, width


def usual_shape(shape: tuple[int, int], side: float) -> tuple[int, int]:
    """The same where nobody asked for a size of motifs: a very small picture is not enlarged all the way."""
    return dream_shape(shape, min(side, _LARGEST * min(shape)))


def is_near(factor: float) -> bool:
    """Whether sizes that differ by a `factor` count as one."""
    return 1 / ALIKE < factor < ALIKE


def fitted(picture: Tensor, shape: tuple[int, int]) -> Tensor:
    """`picture` (1×3×H×W, 0…1) at `shape` (height, width).

    Enlarged, it is made as sharp as it can be without inventing: shrunk again, it is what it was (iterative
    back-projection, Irani and Peleg, "Improving Resolution by Image Registration", 1991). A dream follows edges, and
    enlarged linearly a picture dreams otherwise than a larger one.
    """
    if shape[0] <= picture.shape[-2]:
        return _cubic(picture, shape).clamp(0, 1)
    large = _cubic(picture, shape)
    for _ in range(_TRIES):
        large = large + _cubic(picture - _cubic(large, picture.shape[-2:]), shape)
    return large.clamp(0, 1)


def laid_on(change: Tensor, shape: tuple[int, int]) -> Tensor:
    """A change (1×C×h×w) at the `shape` (height, width) of the picture that it is laid over."""
    return _cubic(change, shape)


def finer(change: Tensor, shape: tuple[int, int]) -> Tensor:
    """What of a `change` (1×C×H×W) would not be seen at a smaller `shape` (height, width)."""
    for _ in range(ROUNDS):
        coarse = _cubic(_cubic(change, shape), change.shape[-2:])
        change = change - coarse if coarse is change else torch.sub(change, coarse, out=coarse)
    return change


def _cubic(picture: Tensor, shape: Sequence[int]) -> Tensor:
    if tuple(picture.shape[-2:]) == tuple(shape):
        return picture
    return F.interpolate(picture, tuple(shape), mode="bicubic", align_corners=False, antialias=True)
