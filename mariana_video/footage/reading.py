"""The frames of a plan from any position on, the same as if they had been read from the beginning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import torch
from torch import Tensor

from mariana_video.dream.arrays import to_tensor
from mariana_video.dream.size import fitted
from mariana_video.footage.plan import Plan, seen_again
from mariana_video.loop.state import State
from mariana_video.media.clip import Frame
from mariana_video.media.read.reader import read

_RUN_UP = 25  # frames before the wanted one: a deinterlacer looks back, and after a seek the first frames may be broken


Seen = Callable[[int, Frame], Frame]
"""What is made of a frame, at its position, before anything else looks at it."""


def _as_it_is(_position: int, frame: Frame) -> Frame:
    return frame


def read_on(
    plan: Plan, state: State | None, first: int, shape: tuple[int, int], seen: Seen = _as_it_is
) -> Iterator[tuple[int, Frame]]:
    """(position, frame) from the frame that `state` is of, or from `first` itself without one.

    Reading begins at a key frame not far before. Where that does not lead to the very picture that `state` was dreamed
    from, or that the plan saw (clips without true key frames, without times), the clip is read from its beginning.
    `shape` (height, width) is that of what is dreamed on; each frame is as it is `seen`.
    """
    wanted = first if state is None else state.index - plan.first
    begin = max(0, wanted - _RUN_UP)
    if begin and not (
        _lands(plan, begin, wanted, state, shape, seen) if state is not None else _seen_again(plan, begin, wanted)
    ):
        begin = 0
    for position, frame in _from(plan, begin):
        if position >= wanted:
            yield position, seen(position, frame)


def _seen_again(plan: Plan, begin: int, wanted: int) -> bool:
    return not plan.prints or seen_again(plan, begin, wanted)


def _lands(plan: Plan, begin: int, wanted: int, state: State, shape: tuple[int, int], seen: Seen) -> bool:
    """Whether reading from `begin` gives at `wanted` the picture that is the state's source."""
    source = state.source.cpu()
    for position, frame in _from(plan, begin):
        if position >= len(plan.times) or frame.pts != plan.times[position]:
            return False
        if position == wanted:
            frame = seen(position, frame)
            small = small_of(frame, shape)
            found = to_tensor(frame.rgb) if small is None else small
            return found.shape == source.shape and bool(torch.equal(found, source))
    return False


def small_of(frame: Frame, shape: tuple[int, int]) -> Tensor | None:
    """A frame (as 1×3×h×w) at the `shape` (height, width) that it is dreamed at; None where that is its own."""
    return None if frame.rgb.shape[:2] == shape else fitted(to_tensor(frame.rgb), shape)


def _from(plan: Plan, begin: int) -> Iterator[tuple[int, Frame]]:
    start, duration = _span(plan, begin)
    for number, frame in enumerate(read(plan.clip, start=start, duration=duration, size=plan.size)):
        yield begin + number, frame


def _span(plan: Plan, begin: int) -> tuple[Fraction | None, Fraction | None]:
    """Start and duration of what is left of the plan's span from the frame at `begin` on."""
    if begin == 0:
        return plan.start, plan.duration
    start = plan.times[begin] - plan.clip.start
    if plan.duration is None:
        return start, None
    return start, (plan.start or Fraction(0)) + plan.duration - start
