"""The previous picture brought onto the current frame along a flow."""

from __future__ import annotations

from typing import Literal, get_args

import torch
import torch.nn.functional as F
from torch import Tensor

from mariana_video.errors import UsageError
from mariana_video.motion.spline import coefficients, evaluate

Kernel = Literal["spline3", "spline5", "spline7", "cubic", "linear"]


@torch.no_grad()
def warp(picture: Tensor, flow: Tensor, *, kernel: Kernel = "spline7") -> Tensor:
    """Sample `picture` (B×C×H×W float32) at x + `flow` (1×2×H×W, pixels, x then y), border clamped.

    "spline3", "spline5", "spline7": prefiltered B-splines keep a picture sharp under hundreds of warps and
    never amplify a frequency; at hard edges values leave the picture's range by a little. "cubic" is quicker and
    leaves it too: for a picture that is warped once, to be looked at. "linear" never leaves it, and blurs: for
    masks. Where the flow is zero the picture stands exactly. A size that differs from the flow's is refused
    (UsageError).
    """
    if kernel not in get_args(Kernel):
        raise UsageError(f"kernel {kernel!r} given, but there are {', '.join(get_args(Kernel))}")
    if picture.shape[-2:] != flow.shape[-2:]:
        raise UsageError(f"a picture of {tuple(picture.shape)} does not fit a flow of {tuple(flow.shape)}")
    x, y = _places(flow)
    if kernel == "linear" or kernel == "cubic":
        warped = _sampled(picture, x, y, "bilinear" if kernel == "linear" else "bicubic")
    else:
        order = int(kernel.removeprefix("spline"))
        warped = evaluate(coefficients(picture, order), x, y, order)
    return torch.where((flow == 0).all(1, keepdim=True), picture, warped)


def _places(flow: Tensor) -> tuple[Tensor, Tensor]:
    """Where to sample, clamped to the picture: two H×W, pixels."""
    height, width = flow.shape[-2:]
    x = flow[0, 0] + torch.arange(width, device=flow.device)
    y = flow[0, 1] + torch.arange(height, device=flow.device)[:, None]
    return x.clamp(0, width - 1), y.clamp(0, height - 1)


def _sampled(picture: Tensor, x: Tensor, y: Tensor, mode: str) -> Tensor:
    height, width = picture.shape[-2:]
    grid = torch.stack([x * (2 / max(width - 1, 1)) - 1, y * (2 / max(height - 1, 1)) - 1], -1)
    grid = grid.expand(len(picture), -1, -1, -1)
    return F.grid_sample(picture, grid, mode=mode, padding_mode="border", align_corners=True)
