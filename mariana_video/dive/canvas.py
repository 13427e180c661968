"""Where a dive takes place: the canvas round its frame, and the camera's way over it.

A turning or panning camera looks beyond the frame. The dive therefore lives on a canvas that is larger where the
camera needs it, so that whatever comes into view has been there, and dreamed on, for a while.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mariana_video.dream.size import fitted
from mariana_video.motion.camera import camera_matrix
from mariana_video.motion.motion import Motion
from mariana_video.recipe.camera import Camera
from mariana_video.recipe.group import value_at
from mariana_video.recipe.values.timeline import Timeline

Matrix = NDArray[np.float64]
_AHEAD = 1 / 8  # of the short side: how far beyond the frame new ground is dreamed on before it is seen
_MIRRORED = 0.2  # of a side: how far its mirror image is followed before it is set up anew
BEYOND = 0.11  # of a side: how far a loop's picture goes on beyond its frame, on either side
_BARELY = 1e-6


@dataclass(frozen=True)
class Canvas:
    """A frame of `size` (width, height) with `across` pixels beside it, left and right, and `down` above and below."""

    size: tuple[int, int]
    across: int = 0
    down: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) of the canvas."""
        return self.size[1] + 2 * self.down, self.size[0] + 2 * self.across

    def frame(self, picture: Tensor) -> Tensor:
        """The frame's part of a canvas (1×C×H×W)."""
        width, height = self.size
        return picture[..., self.down : self.down + height, self.across : self.across + width]

    def moved(self, matrix: Matrix) -> Matrix:
        """A camera's step over the frame as one over the canvas."""
        there, back = np.eye(3), np.eye(3)
        there[:2, 2] = self.across, self.down
        back[:2, 2] = -self.across, -self.down
        return there @ matrix @ back


def steps_of(camera: Camera, size: tuple[int, int], frames: int, timeline: Timeline) -> tuple[Matrix, ...]:
    """The camera's step to each of `frames` frames after the first, as matrices over the frame.

    Raises UsageError where a schedule leaves its bounds.
    """
    each = 1 / timeline.rate

    def at(name: str, frame: int) -> float:
        return value_at(camera, name, timeline.at(frame))

    return tuple(
        camera_matrix(
            (size[1], size[0]),
            zoom=at("zoom", frame) ** each,
            turn=at("rotate", frame) * each,
            pan=(at("pan_x", frame) * each, at("pan_y", frame) * each),
            centre=(at("centre_x", frame), at("centre_y", frame)),
        )
        for frame in range(1, frames + 1)
    )


def canvas_for(size: tuple[int, int], steps: Sequence[Matrix], loop: bool) -> Canvas:
    """The canvas that the camera's `steps` need.

    None beside the frame where each step only looks within it; where the picture turns, the circle that the frame's
    corners draw; where new ground is uncovered, an eighth of the short side more. A loop's goes on beyond its frame.
    """
    width, height = size
    corners = np.array([[0, width - 1, 0, width - 1], [0, 0, height - 1, height - 1], [1, 1, 1, 1]])
    low, high = np.zeros((2, 1)), np.array([[width - 1], [height - 1]])
    across = down = 0.0
    if loop:
        across, down = BEYOND * width, BEYOND * height
    seen = [(step @ corners)[:2] for step in steps]
    if any((part < low - _BARELY).any() or (part > high + _BARELY).any() for part in seen):
        turning = any(abs(step[0, 1]) > _BARELY for step in steps)
        opening = not turning or any(_opens(step, corners, width, height) for step in steps)
        more = _AHEAD * min(size) if opening else 0.0
        diagonal = math.hypot(width, height) if turning else 0.0
        across = max(across, more + max(0.0, (diagonal - width) / 2))
        down = max(down, more + max(0.0, (diagonal - height) / 2))
    return Canvas(size, math.ceil(across), math.ceil(down))


def _opens(step: Matrix, corners: Matrix, width: int, height: int) -> bool:
    """Whether a step looks beyond the circle round the frame: it pans, goes out, or turns about another point."""
    x, y = (step @ corners)[:2] - np.array([[(width - 1) / 2], [(height - 1) / 2]])
    return bool(np.hypot(x, y).max() > math.hypot(width - 1, height - 1) / 2 + _BARELY)


def covering(picture: Tensor, canvas: Canvas, loop: bool) -> Tensor:
    """`picture` (1×3×h×w) on the canvas: covering the frame, or for a loop the frame and what lies just beyond.

    What the canvas has beside that is mirrored.
    """
    width, height = canvas.size
    wide, high = covered(canvas) if loop else (width, height)
    inner = _middle(picture, (wide, high))
    beside, above = (canvas.shape[1] - wide) // 2, (canvas.shape[0] - high) // 2
    rows = _mirrored(canvas.shape[0], above, high)
    columns = _mirrored(canvas.shape[1], beside, wide)
    return inner[..., rows, :][..., columns].contiguous()


def covered(canvas: Canvas) -> tuple[int, int]:
    """(width, height) of what a loop's picture covers: the frame and an equal number of pixels on either side."""
    width, height = canvas.size
    return width + 2 * math.ceil(BEYOND * width), height + 2 * math.ceil(BEYOND * height)


def _middle(picture: Tensor, size: tuple[int, int]) -> Tensor:
    """The largest middle part of the shape of `size` (width, height), at that size."""
    height, width = picture.shape[-2:]
    scale = min(width / size[0], height / size[1])
    wide, high = min(width, round(size[0] * scale)), min(height, round(size[1] * scale))
    left, top = (width - wide) // 2, (height - high) // 2
    return fitted(picture[..., top : top + high, left : left + wide], (size[1], size[0]))


def _mirrored(length: int, before: int, inner: int) -> Tensor:
    """Indices that mirror `inner` pixels, the first at `before`, over `length`."""
    if inner == 1:
        return torch.zeros(length, dtype=torch.long)
    index = (torch.arange(length) - before).remainder(2 * (inner - 1))
    return torch.minimum(index, 2 * (inner - 1) - index)


def beyond(canvas: Canvas) -> Tensor:
    """How far each place of the canvas lies beyond the frame, 1×1×H×W: 0 in it, 1 from some way on, softly between.

    What is dreamed beforehand beyond the frame would else end at its edge, and the edge be seen.
    """
    height, width = canvas.shape
    x, y = torch.arange(width), torch.arange(height)[:, None]
    across = torch.maximum(canvas.across - x, x - (canvas.across + canvas.size[0] - 1)).clamp(min=0)
    down = torch.maximum(canvas.down - y, y - (canvas.down + canvas.size[1] - 1)).clamp(min=0)
    far = (torch.maximum(across, down) / (_AHEAD * min(canvas.size))).clamp(max=1)
    return (far * far * (3 - 2 * far))[None, None]


def mirrored(motion: Motion, passed: Tensor | None) -> tuple[Tensor, Tensor]:
    """The flow of `motion` with every place that it takes from beyond the picture taken from its mirror image inside.

    A camera that moves out uncovers a pixel or two a frame: mirrored by itself, each would repeat the last one, and
    draw streaks. So it is counted how far each edge (left, right, top, bottom) has `passed` since its mirror was set
    up, a quarter of the picture at most; gives that for the next frame, too.
    """
    height, width = motion.shape
    far = (torch.zeros(4) if passed is None else passed).to(motion.flow)
    grid = torch.stack(torch.meshgrid(torch.arange(width), torch.arange(height), indexing="xy"))[None].to(motion.flow)
    places = motion.flow + grid
    sides, gone = [], []
    for axis, (side, place) in enumerate(zip((width, height), places[0], strict=True)):
        low, high = (-place).clamp(min=0), (place - (side - 1)).clamp(min=0)
        before, after = far[2 * axis], far[2 * axis + 1]
        place = torch.where(low > 0, 2 * before + low, place)
        place = torch.where(high > 0, side - 1 - 2 * after - high, place)
        sides.append(place.clamp(0, side - 1))
        gone += [low.amax(1 - axis).mean(), high.amax(1 - axis).mean()]
    now = far + torch.stack(gone)
    now = now * (now <= now.new_tensor([width, width, height, height]) * _MIRRORED)
    flow = torch.stack(sides)[None] - grid
    return torch.where(motion.visible < 1, flow, motion.flow), now
