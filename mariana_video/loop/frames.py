"""The loop of frames: each goes on from the dream of the frame before. Nobody else dreams one frame after another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from torch import Tensor

from mariana_video.dream.pull import Pull
from mariana_video.loop.carried import carried_frame
from mariana_video.loop.detail import detailed
from mariana_video.loop.dream_clock import DREAM_RATE
from mariana_video.loop.dreamer import Ascended, Dreamer
from mariana_video.loop.dreaming import DreamFrame, Start, first_frame, mixed, next_frame, within
from mariana_video.loop.state import Moment, Rendered, State
from mariana_video.motion.motion import Motion
from mariana_video.motion.warp import warp

NextStart = Callable[[Dreamer, State, Moment, Motion], Start]


def dreamed(
    dreamer: Dreamer, moments: Iterable[Moment], state: State | None = None, next_start: NextStart | None = None
) -> Iterator[tuple[State, Rendered]]:
    """Dreams `moments` one after the other, going on from `state`.

    `next_start` says where a frame begins that goes on from the one before; by default its dream rides on the source,
    as `carried_frame` has it.
    """
    for moment in moments:
        began = time.perf_counter()
        before, (state, done, carried) = state, step(dreamer, state, moment, next_start)
        source, picture, pushed = moment.source, done.picture, done.pushed
        if moment.whole is not None:
            state, picture, more = detailed(dreamer, before, state, moment, picture)
            source, pushed = moment.whole, pushed + more
        picture = _finished(moment, source, picture)
        passes = pushed / (source.shape[-1] * source.shape[-2])
        seconds = time.perf_counter() - began
        yield state, Rendered(moment.index, moment.time, picture, done.score, carried, passes, seconds)


def _finished(moment: Moment, source: Tensor, picture: Tensor) -> Tensor:
    """`picture` with its colours, its mask, the source shining through, and its symmetry, which all of it has.

    Where there is a mask, what lies outside it stays as it was: there the dream alone is symmetrical.
    """
    finish, mix = moment.values.finish, moment.values.mix
    if moment.mask is not None:
        picture = within(moment.mask, source, finish.of(picture, source))
        return mixed(picture, source, mix)
    return finish.folded(mixed(finish.coloured(picture, source), source, mix))


def step(
    dreamer: Dreamer, state: State | None, moment: Moment, next_start: NextStart | None = None
) -> tuple[State, Ascended, float]:
    """One frame: the next state, what is shown and what it took, and the share of the picture that was carried."""
    score = dreamer.scored(moment.values.terms)
    if state is None or moment.motion is None:
        return (*first_frame(dreamer, score, moment), 0.0)
    pull = _pull(state, moment, moment.motion)
    if moment.values.carry == 0:
        return (*first_frame(dreamer, score, moment, pull), 0.0)
    if next_start is None:
        return carried_frame(dreamer, score, state, moment, moment.motion, pull)
    start = next_start(dreamer, state, moment, moment.motion)
    dream_frame = DreamFrame(
        moment.index, moment.index, DREAM_RATE * moment.elapsed
    )  # a camera shifts the grid by itself
    return (*next_frame(dreamer, score, moment, start, dream_frame, pull), float(start.visible.mean()))


def _pull(state: State, moment: Moment, motion: Motion) -> Pull | None:
    """The temporal loss of a frame: to the dream before, warped, in units of how strong the first frame's dream was."""
    weight, strong = moment.values.temporal_weight, float(state.tensors.get("strong", 0.0))
    if weight == 0 or strong == 0:
        return None
    return Pull(warp(state.dream, motion.flow), motion.visible, weight, strong)
