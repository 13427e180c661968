"""The frames of a plan from any position on, the same as if they had been read from the beginning."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from mariana_video.film.plan import Plan
from mariana_video.film.state import State
from mariana_video.film.tensors import to_array
from mariana_video.media.clip import Frame
from mariana_video.media.reader import read

_RUN_UP = 25  # frames before the wanted one: a deinterlacer looks back, and after a seek the first frames may be broken


def read_on(plan: Plan, state: State | None, first: int) -> Iterator[tuple[int, Frame]]:
    """(position, frame) from the frame that `state` is of, or from `first` itself without one.

    Reading begins at a key frame not far before. Where that does not lead to the very picture that `state` was dreamed
    from (clips without true key frames, without times), the clip is read from its beginning instead.
    """
    wanted = first if state is None else state.index - plan.first
    begin = max(0, wanted - _RUN_UP)
    if begin and state is not None and not _lands(plan, begin, wanted, state):
        begin = 0
    for position, frame in _from(plan, begin):
        if position >= wanted:
            yield position, frame


def _lands(plan: Plan, begin: int, wanted: int, state: State) -> bool:
    """Whether reading from `begin` gives at `wanted` the picture that is the state's source."""
    source = to_array(state.source)
    for position, frame in _from(plan, begin):
        if position >= len(plan.times) or frame.pts != plan.times[position]:
            return False
        if position == wanted:
            return frame.rgb.shape == source.shape and bool(np.array_equal(frame.rgb, source))
    return False


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
