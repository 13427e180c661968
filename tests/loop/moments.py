"""Moments of a scene that moves by a known amount, and the loop run over them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from mariana_video.loop.dream_clock import timings
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.frames import dreamed
from mariana_video.loop.state import Moment, State
from mariana_video.motion.motion import Motion
from mariana_video.recipe.options import recipe
from mariana_video.recipe.values.objective import Objective
from tests.conftest import as_tensor, instant, small_network, texture

SHAPE = (64, 96)


RATE = Fraction(25)


def dreamer(**options: object) -> Dreamer:
    return Dreamer(small_network(), recipe(**options), Objective("conv3"), torch.device("cpu"), "fp32")


def moving(which: Dreamer, frames: int, shift: int, rate: Fraction = RATE) -> Iterator[Moment]:
    """A window on a large texture that moves right by `shift` pixels a frame, with its true motion."""
    wide = as_tensor(texture(SHAPE[0], SHAPE[1] + shift * frames))
    clock = timings([index / rate for index in range(frames)], ())
    for index, timing in enumerate(clock):
        since = index - (timing.previous or 0)
        left = shift * (frames - index)
        source = wide[..., left : left + SHAPE[1]]
        flow = torch.zeros(1, 2, *SHAPE)
        flow[:, 0] = -shift * since
        visible = torch.ones(1, 1, *SHAPE)
        visible[..., : shift * since] = 0
        motion = Motion(flow, visible) if index else None
        values, elapsed = which.values(instant(index, rate)), float(max(1, since) / rate)
        yield Moment(
            index, index / rate, elapsed, source, values, motion, dream_frames=timing.dream_frames, share=timing.share
        )


def states(which: Dreamer, moments: Iterator[Moment]) -> list[State]:
    return [state for state, _ in dreamed(which, moments)]


def correlation(a: Tensor, b: Tensor) -> float:
    return float(np.corrcoef(a.flatten().numpy(), b.flatten().numpy())[0, 1])
