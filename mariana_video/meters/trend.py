"""Figures along a film: how strong a change is, and whether the end is what the beginning was.

A film's figures are one number a frame, so that nothing but numbers has to be kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def rms(change: NDArray[np.float32]) -> float:
    """Root of the mean square of a change (any shape)."""
    return float(np.sqrt(np.square(change).mean(dtype=np.float64)))


def mean_colour(change: NDArray[np.float32]) -> tuple[float, ...]:
    """Mean of each channel of a change (H×W×C)."""
    return tuple(float(value) for value in change.mean((0, 1), dtype=np.float64))


def first_frames(frames: int) -> slice:
    """Frames 2 to 10: the first one is dreamed otherwise than those after it."""
    return slice(1, min(10, frames))


def early(frames: int) -> slice:
    """The frames from 10 % to 20 %, at least one."""
    begin = frames // 10
    return slice(begin, max(begin + 1, frames // 5))


def late(frames: int) -> slice:
    """The last tenth, at least one frame."""
    return slice(frames - max(1, frames // 10), frames)


def mean(series: Sequence[float], part: slice = slice(None)) -> float | None:
    """The mean of what is known (not nan) in a part of a series; None where nothing is."""
    known = [value for value in series[part] if not np.isnan(value)]
    return float(np.mean(known)) if known else None


def ratio(over: float | None, under: float | None) -> float | None:
    """over / under; None where either is unknown or `under` is 0."""
    return None if over is None or not under else over / under
