"""Shrinking and enlarging large pictures, with the very bits that they would have as a whole.

That is done row by row first, and then column by column, as torch does it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from mariana_video.dream.large.sheet import ALL, Disk, Sheet, bands, by_rows, strips
from mariana_video.dream.plain.resample import resize
from mariana_video.dream.size import ROUNDS, laid_on
from mariana_video.networks.tiles import Parted


def resized(picture: Parted, shape: Sequence[int], disk: Disk, *, cubic: bool = False) -> Sheet:
    """`picture` at `shape` (height, width), as `resize` has it, or `laid_on` where it is `cubic`.

    What is on disk at that size is given as it is.
    """
    _, channels, height, width = picture.shape
    if isinstance(picture, Sheet) and (height, width) == tuple(shape):
        return picture
    change, made = laid_on if cubic else resize, disk.sheet((1, channels, *shape))
    wide: Parted = picture
    if width != shape[1]:
        wide = between = disk.sheet((1, channels, height, shape[1]))
        for rows in bands((channels, height, max(width, shape[1]))):
            part = picture[ALL, ALL, rows, ALL]
            between[ALL, ALL, rows, ALL] = change(part, (part.shape[-2], shape[1]))
    for channel in range(channels):
        one = slice(channel, channel + 1)
        for columns in strips(max(height, shape[0]), shape[1]):
            part = wide[ALL, one, ALL, columns].contiguous()
            made[ALL, one, ALL, columns] = change(part, (shape[0], part.shape[-1]))
    return made


def finer(change: Sheet, shape: Sequence[int], disk: Disk) -> Sheet:
    """What of a `change` would not be seen at a smaller `shape`, in its place: see `size.finer`."""
    for _ in range(ROUNDS):
        small = resized(change, shape, disk, cubic=True)
        change = by_rows(change, torch.sub, change, resized(small, change.shape[-2:], disk, cubic=True))
    return change
