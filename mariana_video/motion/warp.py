"""The previous picture brought onto the current frame along a flow."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from mariana_video.motion.spline import basis, bilinear, coefficients, edge_pad

Kernel = Literal["spline3", "spline5", "spline7", "linear"]


def warp(picture: Tensor, flow: Tensor, *, kernel: Kernel = "spline5") -> Tensor:
    """Sample `picture` (B×C×H×W) at x + `flow` (1×2×H×W, pixels, x then y), border clamped.

    Prefiltered B-splines keep a picture sharp under repeated warps and ring less than any other kernel of
    that sharpness; results may leave 0 … 1 by a little at hard edges. "linear" never leaves the range of
    what it is given: for masks.
    """
    x, y = _places(flow)
    if kernel == "linear":
        warped = bilinear(picture, x, y)
    else:
        warped = _spline(picture, x, y, int(kernel.removeprefix("spline")))
    # Where nothing moves the picture stands exactly, whatever the rounding of positions.
    return torch.where((flow == 0).all(1, keepdim=True), picture, warped)


def _places(flow: Tensor) -> tuple[Tensor, Tensor]:
    """Where to sample, clamped to the picture: two 1×H×W, pixels."""
    height, width = flow.shape[-2:]
    x = flow[:, 0] + torch.arange(width, device=flow.device)
    y = flow[:, 1] + torch.arange(height, device=flow.device)[:, None]
    return x.clamp(0, width - 1), y.clamp(0, height - 1)


def _spline(picture: Tensor, x: Tensor, y: Tensor, order: int) -> Tensor:
    """B-spline by bilinear look-ups between neighbouring taps (Sigg and Hadwiger, GPU Gems 2, ch. 20).

    All weights are positive, so two neighbouring taps are one bilinear look-up at the point between them.
    """
    pad = order // 2 + 1
    table = edge_pad(coefficients(picture, order), pad)
    across, down = _pairs(x + pad, order), _pairs(y + pad, order)
    out = torch.zeros_like(picture)
    for weight_y, place_y in down:
        for weight_x, place_x in across:
            out += (weight_x * weight_y) * bilinear(table, place_x, place_y)
    return out


def _pairs(place: Tensor, order: int) -> list[tuple[Tensor, Tensor]]:
    """(weight, where) of each pair of neighbouring taps along one axis."""
    cell = place.floor()
    powers = torch.stack([torch.ones_like(place), *_powers(place - cell, order)])
    weights = torch.tensordot(basis(order).to(place.device), powers, 1)
    pairs = []
    for tap in range(0, order + 1, 2):
        both = weights[tap] + weights[tap + 1]
        pairs.append((both, cell + (tap - (order - 1) // 2) + weights[tap + 1] / both))
    return pairs


def _powers(value: Tensor, highest: int) -> list[Tensor]:
    powers = [value]
    for _ in range(highest - 1):
        powers.append(powers[-1] * value)
    return powers


def compose(later: Tensor, earlier: Tensor) -> Tensor:
    """One flow for two steps: `later` from the current frame to the middle one, `earlier` on from there.

    Both 1×2×H×W, pixels. warp(picture, compose(later, earlier)) ≈ warp(warp(picture, earlier), later), with
    one resampling of the picture in place of two.
    """
    return later + warp(earlier, later, kernel="linear")
