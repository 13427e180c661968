"""What plays the part of the source in a dive: the low frequencies of its own picture.

A dive has no source to hold on to. Its picture is therefore parted in two: what is larger than some dozens of pixels is
the low frequencies, whose colours are held; what is finer is the dream upon it, whose strength is held as in a film.
Neither can drift, and what the camera brings nearer passes from the one to the other by itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dream.plain.noise import natural_noise
from mariana_video.dream.plain.resample import resize, softened
from mariana_video.meters.sharpness import laplacian_energy

_CELL = 8  # pixels a side
_SOFT = 5  # cells of each of two box blurs
_HOLD = 0.08  # of the way back to the held colours in 1/25 s
_TAKEN_BACK = 0.6  # of what an ascent does to the low frequencies
_WIDEST = 2.0  # spreads from the mean that a place of the low frequencies may differ; what is more goes back …
_LIMIT = 0.2  # … by this share in 1/25 s: else one colour that the layers like grows over everything
_COLOURFUL = 0.45  # of the square of a place's brightness on its axis: as far as its colours go
_LOUD, _MUTED = 3.0, 0.4  # the same of every single place
_AXES = ((3**-0.5, 3**-0.5, 3**-0.5), (2**-0.5, 0.0, -(2**-0.5)), (6**-0.5, -2 * 6**-0.5, 6**-0.5))
_MEANS = ((0.45, 1.3), (-0.2, 0.2), (-0.15, 0.15))  # what a dive can live with, whatever the picture, on each axis
_SPREADS = ((0.2, 0.5), (0.06, 0.2), (0.05, 0.15))


@dataclass(frozen=True)
class Colours:
    """Mean and standard deviation (1×3×1×1) on the axes of brightness, red against blue, and green against both."""

    mean: Tensor
    spread: Tensor


def opponent(picture: Tensor) -> Tensor:
    """RGB (1×3×H×W) on the three axes; orthonormal, so that nothing is stretched."""
    return torch.stack([sum_of(picture, axis) for axis in _AXES], 1)


def rgb(axes: Tensor) -> Tensor:
    """The way back."""
    return torch.stack([sum_of(axes, column) for column in zip(*_AXES, strict=True)], 1)


def sum_of(channels: Tensor, weights: Sequence[float]) -> Tensor:
    """A weighted sum of three channels, 1×H×W; written out, for a product of matrices depends on threads."""
    return channels[:, 0] * weights[0] + channels[:, 1] * weights[1] + channels[:, 2] * weights[2]


def colours_of(picture: Tensor) -> Colours:
    """The colours of a picture (1×3×H×W), in float64 so that they don't depend on the number of threads."""
    values = opponent(picture.detach().double()).cpu().numpy()
    mean, spread = values.mean((2, 3), keepdims=True), values.std((2, 3), keepdims=True)
    return Colours(*(torch.from_numpy(part).to(picture) for part in (mean, spread)))


def held_colours(picture: Tensor) -> Colours:
    """What the dive's colours are held at: those of `picture`, within what a dive can live with."""
    found = colours_of(picture)
    return Colours(_within(found.mean, _MEANS), _within(found.spread, _SPREADS))


def _within(values: Tensor, bounds: Sequence[tuple[float, float]]) -> Tensor:
    low, high = (torch.tensor(ends).to(values).view(1, 3, 1, 1) for ends in zip(*bounds, strict=True))
    return values.clamp(low, high)


def low_frequencies(picture: Tensor) -> Tensor:
    """The low frequencies of `picture` (1×3×H×W): what is larger than about 50 pixels."""
    return resize(cells_of(picture), picture.shape[-2:])


def cells_of(picture: Tensor) -> Tensor:
    """the low frequencies of `picture` as 1×3×h×w, one value a cell of 8×8 pixels."""
    return _softer(_softer(F.avg_pool2d(picture, _CELL, ceil_mode=True, count_include_pad=False)))


def steadied(dream: Tensor, before: Tensor) -> Tensor:
    """`dream` with most of what its last ascent did to its low frequencies taken back; `before` are its first cells.

    An ascent is to draw detail. Where it may paint the low frequencies, one colour that the layers like grows without
    end: the strength of detail, which is held, doesn't see it.
    """
    return dream - _TAKEN_BACK * resize(cells_of(dream) - before, dream.shape[-2:])


def held(low: Tensor, found: Colours, wanted: Colours, dream_frames: float) -> Tensor:
    """`low` a little nearer to the wanted colours; `found` are those of the whole picture."""
    share, limit = (1 - math.pow(1 - part, dream_frames) for part in (_HOLD, _LIMIT))
    stretch = 1 + share * (wanted.spread / found.spread.clamp_min(1e-3) - 1)
    shift = share * (wanted.mean - found.mean)
    away = (opponent(low) - found.mean) * stretch.clamp(0.5, 1.5) + found.mean + shift - wanted.mean
    return rgb(wanted.mean + away - limit * _excess(away, _WIDEST * wanted.spread))


def muted(picture: Tensor, low: Tensor, wanted: Colours, dream_frames: float) -> Tensor:
    """`picture` with its loudest colours taken back a little, place by place; `low` is its own.

    A patch of one loud colour has so large a gradient that everything round it stands still. In the dark, where what
    is taken from a colour is cut off at black and what is given is not, detail becomes confetti of pure red, green and
    blue: there colours are as faint as what they lie on.
    """
    away = opponent(picture) - wanted.mean
    light = sum_of(low, _AXES[0])[:, None].clamp_min(0)
    faint = torch.cat([torch.full_like(light, math.inf), _COLOURFUL * light**2, _COLOURFUL * light**2], 1)
    excess = _excess(away, torch.minimum(_LOUD * wanted.spread, faint))
    return picture - (1 - math.pow(1 - _MUTED, dream_frames)) * rgb(excess)


def _excess(values: Tensor, widest: Tensor) -> Tensor:
    return values - values.clamp(-widest, widest)


def sharpness_of(picture: Tensor) -> float:
    """Laplacian energy of a picture (1×3×H×W) in grey."""
    return laplacian_energy(picture.mean(1)[0].cpu().numpy())


def noise(shape: tuple[int, int], *key: int, power: float = 1.0) -> Tensor:
    """`natural_noise` as a picture of the dream: 1×3×H×W."""
    return torch.from_numpy(natural_noise(shape, *key, power=power))[None]


def _softer(cells: Tensor) -> Tensor:
    return softened(cells, _SOFT)
