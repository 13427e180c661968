"""Small dives, and what is asked of their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mariana_video.dive.canvas import steps_of
from mariana_video.dive.descent import Descent
from mariana_video.dive.film import prepare, states
from mariana_video.dive.low_frequencies import (
    low_frequencies,
    sharpness_of,
)
from mariana_video.loop.dreamer import Dreamer
from mariana_video.recipe.camera import Camera, Dive
from mariana_video.recipe.options import recipe
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.schedule import Schedule
from mariana_video.recipe.values.timeline import Timeline
from tests.conftest import as_tensor, small_network, texture

SIZE = (80, 60)


SOURCE = as_tensor(texture(90, 120))


def dreamer(**options: object) -> Dreamer:
    """The small network's channels are chance: given shares they are restless, and `energy` shows the dive itself."""
    chosen = {"score": "energy", **options}
    return Dreamer(small_network(), recipe(**chosen), Objective("conv3"), torch.device("cpu"), "fp32")


def camera(**speeds: Any) -> Camera:
    return Camera(**{name: Schedule.of(speed) for name, speed in speeds.items()})


def descent(which: Dreamer, where: Camera, picture: Tensor = SOURCE, **dive: Any) -> Descent:
    return prepare(which, where, Dive(**dive), picture, SIZE)


def pictures(made: Descent) -> list[np.ndarray]:
    return [rendered.picture[0].numpy() for _, rendered in states(made)]


def rms(a: np.ndarray, b: np.ndarray, edge: int = 0) -> float:
    inside = (..., slice(edge, a.shape[-2] - edge), slice(edge, a.shape[-1] - edge))
    return float(np.sqrt(np.mean((a[inside] - b[inside]) ** 2)))


def strength(made: Sequence[np.ndarray]) -> tuple[float, float]:
    """RMS of detail and sharpness, averaged over the last second of a film."""
    detail = [torch.from_numpy(picture)[None] for picture in made]
    rms_of = [float((picture - low_frequencies(picture)).square().mean().sqrt()) for picture in detail]
    return float(np.mean(rms_of)), float(np.mean([sharpness_of(picture) for picture in detail]))


def sharp(made: np.ndarray) -> float:
    return float(np.mean([sharpness_of(torch.from_numpy(picture)[None]) for picture in made]))


def steps(frames: int = 25, **speeds: Any) -> tuple[np.ndarray, ...]:
    return steps_of(camera(**speeds), SIZE, frames, Timeline(25.0))
