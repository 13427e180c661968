"""Prefiltered B-splines: the interpolation that survives hundreds of repeated warps.

A picture is first turned into B-spline coefficients, such that the spline through them takes the picture's
values at its pixels; between them it is smooth, and no frequency is ever amplified, however often it is
repeated (Unser, Aldroubi and Eden, "B-spline signal processing", IEEE Trans. Signal Processing 41, 1993).
Outside, the picture is mirrored about its outer pixels' centres.
"""

from __future__ import annotations

from functools import cache
from math import comb, factorial

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

ORDERS = (3, 5, 7)
BLOCK = 64  # output samples of the prefilter made by one row of a matrix product


@cache
def basis(order: int) -> Tensor:
    """(order + 1)×(order + 1): row j holds the polynomial in t of tap j's weight, t in 0 … 1.

    Tap j belongs to the coefficient at floor(x) + j − (order − 1)/2, t = x − floor(x). Follows from the
    truncated powers of the cardinal B-spline.
    """
    rows = []
    for tap in range(order + 1):
        row = np.zeros(order + 1)
        for k in range(order - tap + 1):
            # B(u) = Σ_k (−1)^k C(n+1, k) (u − k)_+^n / n!  at  u = t + order − tap
            shift = order - tap - k
            sign = (-1) ** k * comb(order + 1, k) / factorial(order)
            row += sign * np.array([comb(order, p) * float(shift) ** (order - p) for p in range(order + 1)])
        rows.append(row)
    return torch.tensor(np.array(rows), dtype=torch.float32)


@cache
def inverse(order: int) -> np.ndarray:
    """The prefilter's impulse response (odd length, symmetric), cut where it falls below 1e-8.

    The inverse of the spline sampled at the pixels, found by a transform long enough to be exact.
    """
    samples = np.array(basis(order)[:, 0].double())[:order]  # t = 0: weights at −(n−1)/2 … (n−1)/2
    length, half = 512, (order - 1) // 2
    kernel = np.zeros(length)
    for offset, weight in zip(range(-half, half + 1), samples, strict=True):
        kernel[offset % length] = weight
    response = np.fft.ifft(1 / np.fft.fft(kernel)).real
    reach = int(np.nonzero(np.abs(response[: length // 2]) > 1e-8)[0][-1])
    return np.concatenate([response[reach:0:-1], response[: reach + 1]])


def coefficients(picture: Tensor, order: int) -> Tensor:
    """B-spline coefficients of a picture, B×C×H×W → the same shape, mirrored at the borders."""
    for _ in range(2):  # along x, then, transposed, along y
        picture = _along(picture, order).transpose(-1, -2)
    return picture


def _along(picture: Tensor, order: int) -> Tensor:
    """Prefilter along the last axis, as products with a banded matrix (a dozen times faster than conv2d)."""
    kernel = torch.tensor(inverse(order), dtype=picture.dtype, device=picture.device)
    reach, width = len(kernel) // 2, picture.shape[-1]
    blocks = -(-width // BLOCK)
    index = mirror(torch.arange(-reach, blocks * BLOCK + reach, device=picture.device), width)
    window = BLOCK + 2 * reach
    band = torch.zeros(window, BLOCK, dtype=picture.dtype, device=picture.device)
    for column in range(BLOCK):
        band[column : column + len(kernel), column] = kernel
    out = picture[..., index].unfold(-1, window, BLOCK) @ band
    return out.flatten(-2)[..., :width]


def mirror(index: Tensor, length: int) -> Tensor:
    """Indices of any size folded into 0 … length − 1, mirrored about the first and the last."""
    if length == 1:
        return torch.zeros_like(index)
    index = index.remainder(2 * (length - 1))
    return torch.minimum(index, 2 * (length - 1) - index)


def edge_pad(picture: Tensor, pad: int) -> Tensor:
    """A picture with `pad` mirrored pixels on every side, of any size (F.pad refuses small pictures)."""
    height, width = picture.shape[-2:]
    rows = mirror(torch.arange(-pad, height + pad, device=picture.device), height)
    columns = mirror(torch.arange(-pad, width + pad, device=picture.device), width)
    return picture[..., rows, :][..., columns]


def bilinear(picture: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Values of a B×C×H×W picture at x, y (1×H'×W', pixels), border clamped."""
    height, width = picture.shape[-2:]
    grid = torch.stack([x * (2 / max(width - 1, 1)) - 1, y * (2 / max(height - 1, 1)) - 1], -1)
    grid = grid.expand(len(picture), -1, -1, -1)
    return F.grid_sample(picture, grid, padding_mode="border", align_corners=True)
