"""A dive that is about to be made."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from torch import Tensor

from mariana_video.dive.canvas import Canvas, Matrix
from mariana_video.loop.dreamer import Dreamer
from mariana_video.recipe.camera import Dive
from mariana_video.recipe.values.timeline import Timeline


@dataclass(frozen=True)
class Shown:
    """What is shown of a dive: `source` on a `canvas` (1×3×H×W) round frames of their own size.

    `steps` are the camera's over such a frame; `ways` are, for a loop, what remains to its end, over the canvas.
    """

    canvas: Canvas
    source: Tensor
    steps: tuple[Matrix, ...]
    ways: tuple[Matrix, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) of a frame."""
        return self.canvas.size[1], self.canvas.size[0]


@dataclass(frozen=True)
class Descent:
    """A dive that is about to be made: `source` lies on the whole canvas (1×3×H×W), `steps` lead to each frame.

    `steps` are over the canvas, as many as frames are dreamed after the first; a loop's last one leads to frame 0.
    `shown` is what the frames are at their own size, where they are dreamed at another.
    """

    dreamer: Dreamer
    dive: Dive
    source: Tensor
    canvas: Canvas
    steps: tuple[Matrix, ...]
    rate: Fraction
    shown: Shown | None = None

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of a finished frame."""
        return self.canvas.size if self.shown is None else self.shown.canvas.size

    @property
    def frames(self) -> int:
        """Frames of the film."""
        return len(self.steps) if self.dive.loop else len(self.steps) + 1

    @property
    def timeline(self) -> Timeline:
        """The clock that what moves along the dive goes by."""
        return Timeline(float(self.rate))

    @property
    def elapsed(self) -> float:
        """Seconds of a frame."""
        return float(1 / self.rate)
