"""One step of a network: how many operations it takes, counted, and how long."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from torch.utils.flop_counter import FlopCounterMode

from mariana_video.dream.arrays import to_tensor
from mariana_video.dream.ascent import shifted_gradient
from mariana_video.dream.plain.made_up import MadeUp
from mariana_video.loop.dreamer import Dreamer

SIZE = (640, 360)  # (width, height)
_REACH = 16  # pixels of jitter, as usual
_SHIFT = (3, 5)
_LEAST, _MOST = 3, 12  # steps that are timed
_SECONDS = 1.5  # after which the least are enough


@dataclass(frozen=True)
class Step:
    """A step of `network` towards `layers` on a picture of `SIZE`.

    It takes `flops` operations, forwards and back to the picture, and so many `seconds`.
    """

    network: str
    layers: str
    flops: int
    seconds: float


def step_of(dreamer: Dreamer, size: tuple[int, int] = SIZE) -> Step:
    """A step of a dreamer on a picture of `size` (width, height); the first is counted, and warms up."""
    picture, score = to_tensor(MadeUp.NOISE.picture(size, 0)).to(dreamer.device), dreamer.score()

    def step() -> None:
        shifted_gradient(score, picture, _SHIFT, _REACH).gradient.flatten()[0].item()  # waits for the device

    flops = flops_of(step)
    seconds: list[float] = []
    while len(seconds) < _LEAST or (len(seconds) < _MOST and sum(seconds) < _SECONDS):
        began = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - began)
    return Step(" and ".join(dreamer.networks), dreamer.objective.brief, flops, sorted(seconds)[len(seconds) // 2])


def flops_of(work: Callable[[], object]) -> int:
    """Multiplications and additions of what `work` does with torch: convolutions and products, and their gradients."""
    with FlopCounterMode(display=False) as counted:
        work()
    return int(counted.get_total_flops())
