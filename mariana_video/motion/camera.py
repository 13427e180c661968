"""One step of a zoom camera, as the same Motion that optical flow gives."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from mariana_video.errors import UsageError
from mariana_video.motion.motion import Motion


def camera(
    shape: tuple[int, int],
    *,
    zoom: float = 1.0,
    turn: float = 0.0,
    pan: tuple[float, float] = (0.0, 0.0),
    centre: tuple[float, float] = (0.5, 0.5),
) -> Motion:
    """The motion of one camera step over a picture of `shape` (height, width).

    zoom: factor by which the picture grows (2 = twice as large; below 1 it shrinks).
    turn: degrees by which the picture turns clockwise, as seen.
    pan: way of the camera over the picture, as fractions of width and height (0.1, 0 = a tenth of the
        width to the right, so that the picture goes left).
    centre: the point that stays put when only zooming and turning, as fractions; (0.5, 0.5) is the true
        middle ((W − 1)/2, (H − 1)/2) between the outer pixels' centres.

    A pixel at x takes its colour from c + R(x − c)/zoom + pan in the previous picture, with R the turn
    backwards. What lies outside that picture is not visible.
    """
    if not (math.isfinite(zoom) and zoom > 0):
        raise UsageError(f"zoom {zoom} given, but a camera needs a factor above 0 (1 = stand still)")
    height, width = shape
    along = torch.arange(width, dtype=torch.float64) - centre[0] * (width - 1)
    down = torch.arange(height, dtype=torch.float64)[:, None] - centre[1] * (height - 1)
    cos, sin = _turn(turn)
    x = (cos * along + sin * down) / zoom - along + pan[0] * width
    y = (cos * down - sin * along) / zoom - down + pan[1] * height
    flow = torch.stack([x, y])[None].float()
    return Motion(flow, inside(flow))


def _turn(degrees: float) -> tuple[float, float]:
    """Cosine and sine, exact at quarter turns, so that a full turn is the identity."""
    quarters, rest = divmod(degrees, 90.0)
    cos, sin = math.cos(math.radians(rest)), math.sin(math.radians(rest))
    for _ in range(int(quarters) % 4):
        cos, sin = -sin, cos
    return cos, sin


def inside(flow: Tensor) -> Tensor:
    """1 where x + flow lies within the picture, falling to 0 one pixel beyond its outer centres.

    flow: 1×2×H×W, pixels. Returns 1×1×H×W.
    """
    height, width = flow.shape[-2:]
    x = flow[:, 0] + torch.arange(width, device=flow.device)
    y = flow[:, 1] + torch.arange(height, device=flow.device)[:, None]
    beyond = torch.maximum(torch.maximum(-x, x - (width - 1)), torch.maximum(-y, y - (height - 1)))
    return (1 - beyond.clamp(0, 1))[:, None]
