"""One step of a zoom camera, as the same Motion that optical flow gives."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from mariana_video.errors import UsageError
from mariana_video.motion.motion import Motion

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    return affine_motion(shape, camera_matrix(shape, zoom=zoom, turn=turn, pan=pan, centre=centre))


def camera_matrix(
    shape: tuple[int, int],
    *,
    zoom: float = 1.0,
    turn: float = 0.0,
    pan: tuple[float, float] = (0.0, 0.0),
    centre: tuple[float, float] = (0.5, 0.5),
) -> NDArray[np.float64]:
    """The 3×3 matrix that takes (x, y, 1), in pixels, to where the pixel was before a step (see `camera`).

    Steps compose: what was at A·B·x two steps ago is at x now, B being the later step.
    """
    if not (math.isfinite(zoom) and zoom > 0):
        raise UsageError(f"zoom {zoom} given, but a camera needs a factor above 0 (1 = stand still)")
    height, width = shape
    cos, sin = (part / zoom for part in _turn(turn))
    x, y = centre[0] * (width - 1), centre[1] * (height - 1)
    return np.array(
        [
            [cos, sin, x - cos * x - sin * y + pan[0] * width],
            [-sin, cos, y + sin * x - cos * y + pan[1] * height],
            [0.0, 0.0, 1.0],
        ]
    )


def affine_motion(shape: tuple[int, int], matrix: NDArray[np.float64]) -> Motion:
    """The motion over a picture of `shape` (height, width) whose pixel at x was at `matrix`·x (3×3, pixels)."""
    height, width = shape
    (a, b, right), (c, d, down), _ = matrix.tolist()
    along = torch.arange(width, dtype=torch.float64)
    below = torch.arange(height, dtype=torch.float64)[:, None]
    flow = torch.stack([(a - 1) * along + b * below + right, c * along + (d - 1) * below + down])[None].float()
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
