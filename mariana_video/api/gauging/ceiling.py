"""The ceiling: how many operations a second this machine does at its best, in each number format.

A dream is nearly all convolutions, so the best of twenty, as networks have them, says how fast one could be; a product
of two large matrices, which libraries are tuned for most, stands beside them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product

import torch
from torch.nn import functional as F

from mariana_video.dream.precision import DTYPES

OnDone = Callable[[], None]


@dataclass(frozen=True)
class Convolution:
    """A convolution from `before` to `after` channels by a window of `side`×`side`, over maps of `shape` (h, w)."""

    before: int
    after: int
    side: int
    shape: tuple[int, int]

    @property
    def flops(self) -> int:
        """Multiplications and additions, each for itself."""
        return 2 * self.side**2 * self.before * self.after * self.shape[0] * self.shape[1]

    def __str__(self) -> str:
        (height, width), side = self.shape, f"{self.side}×{self.side}"
        return f"a {side} convolution of {self.before} to {self.after} channels over {width}×{height}"


SHAPES = tuple(
    Convolution(channels, channels, side, shape)
    for (channels, shape), side in chain(
        product(((64, (360, 640)), (128, (180, 320)), (256, (90, 160)), (512, (45, 80))), (1, 3)),
        product(((64, (180, 320)), (128, (90, 160)), (256, (45, 80)), (512, (22, 40))), (1, 3, 5)),
    )
)
"""Twenty, as they come up where pictures of 640×360 are dreamed on."""

LARGE = 4096  # rows and columns of the matrices
_SECONDS = 6.0  # for one number format: what would take longer is left out
_REPEATS = 3


@dataclass(frozen=True)
class Ceiling:
    """The most operations a second in a number format, `precision`, and what of: `best`."""

    precision: str
    flops: float
    best: str


def ceiling_of(
    precision: str, device: torch.device, shapes: Sequence[Convolution] = SHAPES, large: int = LARGE
) -> Ceiling | None:
    """The ceiling of a number format; None where the device can't do it."""
    ends, best = time.perf_counter() + _SECONDS, None
    for what, flops, work in _works(DTYPES[precision], device, shapes, large):
        if best is not None and flops / best.flops > ends - time.perf_counter():
            continue
        try:
            rate = flops / _shortest(work, ends)
        except RuntimeError:  # no such format here, or no room
            continue
        if best is None or rate > best.flops:
            best = Ceiling(precision, rate, what)
    return best


def _works(
    dtype: torch.dtype, device: torch.device, shapes: Sequence[Convolution], large: int
) -> Iterator[tuple[str, int, Callable[[], torch.Tensor]]]:
    """What is timed: its name, its operations, and what does it. The quickest come first."""
    for one in sorted(shapes, key=lambda shape: shape.flops):
        yield str(one), one.flops, _convolved(one, dtype, device)
    yield f"a product of two {large}×{large} matrices", 2 * large**3, _multiplied(large, dtype, device)


def _convolved(one: Convolution, dtype: torch.dtype, device: torch.device) -> Callable[[], torch.Tensor]:
    maps = torch.rand(1, one.before, *one.shape).to(device, dtype).to(memory_format=torch.channels_last)
    weight = torch.rand(one.after, one.before, one.side, one.side).to(device, dtype)
    weight = weight.to(memory_format=torch.channels_last)
    return lambda: F.conv2d(maps, weight, padding=one.side // 2)


def _multiplied(large: int, dtype: torch.dtype, device: torch.device) -> Callable[[], torch.Tensor]:
    matrix = torch.rand(large, large).to(device, dtype)
    return lambda: matrix @ matrix


def _shortest(work: Callable[[], torch.Tensor], ends: float) -> float:
    """Seconds of the quickest of some runs, of which the first warms up; where time runs out, of those there were."""
    seconds = []
    for _ in range(_REPEATS + 1):
        began = time.perf_counter()
        with torch.inference_mode():
            work().flatten()[0].item()  # waits for the device
        seconds.append(time.perf_counter() - began)
        if time.perf_counter() > ends:
            break
    return min(seconds[1:] or seconds)
