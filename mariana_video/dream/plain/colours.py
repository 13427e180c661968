"""Colours that a dream keeps, takes on or moves along."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mariana_video.networks.measured import pictures
from mariana_video.networks.network import LUMA
from mariana_video.recipe.look import Kept

FAINT = 1e-6
"""Less colour than this is none."""

LEAST = 1e-4
"""Of a palette's variance, in each direction: a palette of one colour has none."""

Statistics = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Mean (3) and covariance (3×3) of a picture's colours."""


def kept_colours(picture: Tensor, source: Tensor, which: Kept) -> Tensor:
    """`picture` (1×3×H×W, 0…1) with the colours (`source`) or the light and dark (`luminance`) of `source`.

    Colours are the differences between channels, light is luma (Rec. 601); both stay exactly, so that what would leave
    0…1 goes less far instead.
    """
    if which == "free":
        return picture
    change, luma = picture - source, picture.new_tensor(LUMA).view(1, 3, 1, 1)
    if which == "source":
        light = (change * luma).sum(1, keepdim=True)
        least, most = -source.amin(1, keepdim=True), 1 - source.amax(1, keepdim=True)
        return source + torch.minimum(torch.maximum(light, least), most)
    hue = change - (change * luma).sum(1, keepdim=True)
    room = torch.where(hue > 0, 1 - source, source) / hue.abs().clamp_min(FAINT)
    return (source + hue * room.amin(1, keepdim=True).clamp(max=1)).clamp(0, 1)


def keeping(gradient: Tensor, which: Kept) -> Tensor:
    """What of a `gradient` (1×3×h×w) leaves colours (`source`), or light and dark (`luminance`), as they are."""
    if which == "free":
        return gradient
    if which == "source":
        return gradient.mean(1, keepdim=True).expand_as(gradient).contiguous()
    return gradient - (gradient * gradient.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)


def decorrelated(gradient: Tensor) -> Tensor:
    """`gradient` (1×3×h×w) as a step has it that goes along independent directions of natural colours.

    That is g·Σ, Σ being the covariance of colours (Olah et al., "Feature Visualization", 2017, "preconditioning").
    """
    return torch.einsum("ij,njhw->nihw", natural_covariance().to(gradient), gradient)


@cache
def natural_covariance() -> Tensor:
    """The covariance (3×3, of trace 1) of the colours of natural pictures."""
    values = torch.cat([picture.flatten(2) for picture in pictures()], -1)[0].double()
    found = torch.cov(values)
    return (found / found.trace()).float()


def saturated(picture: Tensor, source: Tensor, wanted: float) -> Tensor:
    """`picture` (1×3×H×W, 0…1) as colourful, on the whole, as `wanted` times its `source`; light and dark stay."""
    found, own = colourful(picture), colourful(source)
    return picture if found < FAINT else coloured(picture, wanted * own / found)


def coloured(picture: Tensor, factor: float) -> Tensor:
    """`picture` (1×3×H×W, 0…1), its colours so many times as strong as far as there is room; light and dark stay."""
    luma = picture.new_tensor(LUMA).view(1, 3, 1, 1)
    light = (picture * luma).sum(1, keepdim=True)
    hue = picture - light
    room = torch.where(hue > 0, 1 - light, light) / hue.abs().clamp_min(FAINT)
    return (light + hue * torch.clamp(room.amin(1, keepdim=True), max=factor)).clamp(0, 1)


def colourful(picture: Tensor) -> float:
    """Mean distance of the largest from the smallest channel."""
    spread = picture.amax(1) - picture.amin(1)
    return float(np.mean(spread.cpu().numpy(), dtype=np.float64))


def painted(picture: Tensor, palette: Tensor) -> Tensor:
    """`picture` with the colours of `palette` (both 1×3×H×W, 0…1): their mean and covariance, by the shortest way.

    The linear Monge–Kantorovich map (Pitié and Kokaram, "The linear Monge-Kantorovitch linear colour mapping for
    example-based colour transfer", 2007).
    """
    return repainted(picture, *repainting(statistics(picture), statistics(palette)))


def repainting(own: Statistics, wanted: Statistics) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A matrix (3×3) and a shift (3) that give colours of a picture's `own` statistics those that are `wanted`."""
    (mean, spread), (other_mean, other_spread) = own, wanted
    root = _root(spread)
    inverse = np.linalg.inv(root)
    matrix = inverse @ _root(root @ other_spread @ root) @ inverse
    return matrix, other_mean - matrix @ mean


def repainted(picture: Tensor, matrix: NDArray[np.float64], shift: NDArray[np.float64]) -> Tensor:
    """`picture` (1×3×H×W) with its colours moved so, within 0…1."""
    made = torch.einsum("ij,njhw->nihw", torch.from_numpy(matrix).to(picture), picture)
    return (made + torch.from_numpy(shift).to(picture).view(1, 3, 1, 1)).clamp(0, 1)


def statistics(picture: Tensor) -> Statistics:
    """Mean (3) and covariance (3×3) of a picture's colours, in float64 by numpy: the same on any number of threads."""
    values = picture[0].flatten(1).cpu().numpy().astype(np.float64)
    return values.mean(1), np.cov(values, bias=True) + LEAST * np.eye(3)


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The symmetric square root of a positive matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(values.clip(0))) @ vectors.T)
