"""How far a gradient moves a large picture: `rules.moved`, part by part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dream.large.resizing import resized
from mariana_video.dream.large.sheet import ALL, Disk, Sheet, bands, by_rows
from mariana_video.dream.plain.measure import mean_size_of, rms_of
from mariana_video.dream.rules import Length, cells_of, finite, mean_around, walled


def moved(picture: Sheet, gradient: Sheet, length: Length, gain: Sheet, disk: Disk) -> Sheet:
    """As `rules.moved` of both as a whole, to the last bit; `gain` stands for that of the `length`."""
    if finite(mean_size(gradient)) == 0:
        return picture
    gradient = levelled(gradient, length.bands, disk)
    parts = [cells_of(gradient[ALL, ALL, rows, ALL], gain[ALL, ALL, rows, ALL]) for rows in bands(gradient.shape)]
    around = mean_around(torch.cat(parts, 2), length.scale, mean_size(gradient))
    mean = resized(around, gradient.shape[-2:], disk)

    def stepped(here: Tensor, slope: Tensor, mean: Tensor, gain: Tensor) -> Tensor:
        return walled(here, slope.mul_(length.size / mean), gain)

    return by_rows(gradient, stepped, picture, gradient, mean, gain)


def levelled(gradient: Sheet, weights: Sequence[float], disk: Disk) -> Sheet:
    """As `bands.levelled` of the whole, to the last bit."""
    some, left = list[Sheet](), gradient
    for _ in weights[1:]:
        coarse = _halved(left, disk)
        fine = resized(coarse, left.shape[-2:], disk)
        some.append(by_rows(fine, torch.sub, left, fine))
        left = coarse
    total = by_rows(disk.sheet(left.shape), _weighed(weights[-1], left), left)
    for weight in reversed(weights[:-1]):
        band = some.pop()
        weighed, coarse = _weighed(weight, band), resized(total, band.shape[-2:], disk)
        total = by_rows(band, partial(_added, weighed), coarse, band)
    return total


def _weighed(weight: float, band: Sheet) -> Callable[[Tensor], Tensor]:
    """What makes `weight` the RMS of a part of `band`; of nothing, nothing."""
    size = rms_of(band.size, band.values)
    factor = weight / size if size > 0 else 0.0
    return lambda part: part.mul_(factor)


def _added(weighed: Callable[[Tensor], Tensor], coarse: Tensor, band: Tensor) -> Tensor:
    return coarse.add_(weighed(band))


def mean_size(values: Sheet) -> float:
    """The mean of |v|."""
    return mean_size_of(values.size, values.values)


def _halved(picture: Sheet, disk: Disk) -> Sheet:
    """Means of 2×2 pixels, of fewer at the borders."""
    _, channels, height, width = picture.shape
    made = disk.sheet((1, channels, -(-height // 2), -(-width // 2)))
    for rows in bands(picture.shape):
        part = F.avg_pool2d(picture[ALL, ALL, rows, ALL], 2, ceil_mode=True, count_include_pad=False)
        made[ALL, ALL, slice(rows.start // 2, rows.start // 2 + part.shape[-2]), ALL] = part
    return made
