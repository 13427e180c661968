"""A dive: a picture is dreamed, the camera moves a little, and it is dreamed again.

It goes through the same loop of frames as a film; here is what it begins with and what each frame goes on from.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import torch
from torch import Tensor

from mariana_video.dive.canvas import Matrix, beyond, canvas_for, covering, steps_of
from mariana_video.dive.descent import Descent, Shown
from mariana_video.dive.loop_blend import remaining
from mariana_video.dive.low_frequencies import cells_of, low_frequencies, noise, sharpness_of
from mariana_video.dive.next_start import UNCOVERED, begins_beside, next_start_of, values_at
from mariana_video.dive.own_size import GOAL, finished, goal_of, shown
from mariana_video.dream.arrays import to_array
from mariana_video.dream.ascent import Pace
from mariana_video.dream.plain.symmetry import kaleidoscope
from mariana_video.errors import UsageError
from mariana_video.loop.beside import guide_of, guided
from mariana_video.loop.dream_clock import timings
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.frames import NextStart, dreamed
from mariana_video.loop.state import Finished, Moment, Rendered, State
from mariana_video.loop.strength import local_rms
from mariana_video.motion.camera import affine_motion
from mariana_video.motion.motion import Motion
from mariana_video.recipe.camera import Camera, Dive
from mariana_video.recipe.values.timeline import Timeline

_LEAST_LOOP = 2.0  # how far a loop has to go in for its picture to lie small in itself
_WARM = 6.0  # seconds that a dive takes to become what it will be: a loop of structure begins after them
_GOAL = "goal"  # the picture that a loop of structure comes back to, among its states' tensors
_SHARPENED = 1.5  # of them its detail at a larger size is made
_SAME = 0.01  # how nearly the camera's speed at a loop's end is that at its beginning


def prepare(dreamer: Dreamer, camera: Camera, dive: Dive, picture: Tensor, size: tuple[int, int]) -> Descent:
    """Lays `picture` (1×3×h×w) out for a dive of frames of `size` (width, height).

    Raises UsageError where a schedule leaves its bounds and where no loop can be made.
    """
    rate = Fraction(repr(dive.rate))
    frames = max(1, round(dive.duration.amount * rate))
    loop, count = dive.loop is not None, frames if dive.loop else frames - 1
    timeline = Timeline(float(rate))
    height, width = dreamer.shape((size[1], size[0]), timeline.instants(frames))
    steps = steps_of(camera, (width, height), count, timeline)
    if loop:
        check_loop(camera, steps, timeline)
    canvas = canvas_for((width, height), steps, loop)
    picture = picture.to(dreamer.device)
    large = None if (width, height) == size else _shown(camera, picture, size, count, timeline, loop)
    source = kaleidoscope(covering(picture, canvas, loop), dreamer.values().style.folds)
    return Descent(dreamer, dive, source, canvas, tuple(canvas.moved(step) for step in steps), rate, large)


def _shown(camera: Camera, picture: Tensor, size: tuple[int, int], count: int, timeline: Timeline, loop: bool) -> Shown:
    """What is shown at a `size` (width, height) that is not dreamed at."""
    steps = steps_of(camera, size, count, timeline)
    canvas = canvas_for(size, steps, loop)
    ways = remaining([canvas.moved(step) for step in steps]) if loop else ()
    return Shown(canvas, covering(picture, canvas, loop), steps, ways)


def check_loop(camera: Camera, steps: Sequence[Matrix], timeline: Timeline) -> None:
    """Refuses a loop that can't close (UsageError).

    Its picture is found again by going in, so the camera has to go in all the way, at least ×2 in all, and at the end
    as fast as at the beginning.
    """
    ways = [float(way[:2, :2].flatten() @ way[:2, :2].flatten() / 2) ** -0.5 for way in remaining(steps)]
    if any(later >= before for before, later in pairwise(ways)):
        raise UsageError("--loop finds its picture again by going in: give a --zoom that is above 1 all the time")
    if ways[0] < _LEAST_LOOP:
        raise UsageError(
            f"--loop goes in ×{ways[0]:.2f} in all, and needs ×{_LEAST_LOOP:g}: give a larger --zoom or --duration"
        )
    for name in ("zoom", "rotate", "pan_x", "pan_y", "centre_x", "centre_y"):
        first, last = (getattr(camera, name)(timeline.at(frame)) for frame in (0, len(steps)))
        if abs(first - last) > _SAME * max(1.0, abs(first)):
            option = name.replace("_", "-")
            raise UsageError(f"--loop needs --{option} to end as it begins: it goes from {first:g} to {last:g}")


@contextmanager
def dive(descent: Descent, state: State | None = None, first: int = 0) -> Iterator[Iterator[Finished]]:
    """The finished frames of the dive from `first` on, `state` being that of the frame before; without, from 0 on."""
    now = None if state is None else state.to(descent.dreamer.device)
    frames = states(descent, now, first)
    yield (Finished(to_array(rendered.picture), None, None, rendered, state) for state, rendered in frames)


def states(descent: Descent, state: State | None = None, first: int = 0) -> Iterator[tuple[State, Rendered]]:
    """The frames of the dive from `first` on, each with the state after it, going on from the frame before them.

    Without a state, from frame 0 on. A loop of structure keeps the picture that it comes back to in its states.
    """
    if state is None:
        state, first = _begun(descent), 1
        state, picture, _ = shown(descent, None, state, None)
        yield state, Rendered(0, Fraction(0), finished(descent, 0, picture), float("nan"), 0.0, 0.0, 0.0)
    kept = {name: tensor for name, tensor in state.tensors.items() if name in (_GOAL, GOAL)}
    goal = kept.get(_GOAL, descent.source)
    next_start = next_start_of(descent, goal if descent.dive.loop else None, softly=descent.dive.loop != "structure")
    yield from _shown_each(descent, state, moments(descent, descent.frames - 1, first), next_start, kept)


def _shown_each(
    descent: Descent,
    state: State,
    coming: Iterator[Moment],
    next_start: NextStart,
    kept: Mapping[str, Tensor],
    since: int = 0,
) -> Iterator[tuple[State, Rendered]]:
    """The frames for the moments `coming`, at their own size from frame `since` on; all states have what is `kept`."""
    before, told = state, deque[Moment]()

    def noted() -> Iterator[Moment]:
        for moment in coming:
            told.append(moment)
            yield moment

    pixels = descent.canvas.shape[0] * descent.canvas.shape[1]
    for after, rendered in dreamed(descent.dreamer, noted(), state, next_start):
        moment, after = told.popleft(), replace(after, tensors={**after.tensors, **kept})
        picture, more = rendered.picture, 0
        if moment.index >= since:
            after, picture, more = shown(descent, before, after, moment)
        picture = finished(descent, moment.index, picture)
        passes = (rendered.passes * pixels + more) / (picture.shape[-1] * picture.shape[-2])
        yield after, replace(rendered, picture=picture, passes=passes)
        before = after


def _begun(descent: Descent) -> State:
    """The state of frame 0; that of a loop of structure comes after its laps that are not shown."""
    state = first_state(descent)
    if descent.dive.loop != "structure":
        return state
    laps, frames = warming_laps(descent), len(descent.steps)
    for lap in range(laps):
        since = frames + 1 if lap < laps - 1 else frames - math.ceil(_SHARPENED * descent.rate)
        next_start = next_start_of(descent, None, softly=lap == 0)
        ((state, _),) = deque(_shown_each(descent, state, moments(descent), next_start, {}, since), maxlen=1)
    state = replace(state, index=0, tensors={**state.tensors, _GOAL: state.dream})
    if descent.shown is not None and "fine" in state.tensors:
        state = replace(state, tensors={**state.tensors, GOAL: goal_of(descent.shown, state.tensors["fine"])})
    return state


def warming_laps(descent: Descent) -> int:
    """How often a loop of structure goes round before its first frame."""
    return math.ceil(_WARM / float(len(descent.steps) / descent.rate))


def moments(descent: Descent, count: int | None = None, first: int = 1) -> Iterator[Moment]:
    """What the loop of frames gets for each frame from `first` (at least 1) on, up to number `count`."""
    clock = timings([index / descent.rate for index in range(len(descent.steps) + 1)], ())
    guide = guide_of(descent.dreamer.recipe)
    for index, matrix in enumerate(descent.steps[first - 1 : count], first):
        motion = affine_motion(descent.canvas.shape, matrix)
        device = descent.dreamer.device
        moment = Moment(
            index=index,
            time=index / descent.rate,
            elapsed=descent.elapsed,
            source=descent.source,
            values=values_at(descent, index),
            motion=Motion(motion.flow.to(device), motion.visible.to(device)),
            dream_frames=clock[index].dream_frames,
        )
        yield guided(guide, moment, index / descent.rate, descent.canvas.size[::-1])


def first_state(descent: Descent) -> State:
    """The state of frame 0: the source with its own strength of detail; what lies beyond its frame is dreamed on."""
    source = _beyond_dreamed(descent)
    low = low_frequencies(source)
    own = {"target": local_rms(source - low), "sharp": torch.tensor(sharpness_of(source)), "cells": cells_of(source)}
    return State(0, low, source, {**own, "strength_gain": torch.ones(()), "sharpness_gain": torch.ones(())})


def _beyond_dreamed(descent: Descent) -> Tensor:
    """The source with new ground beyond its frame, dreamed on as a first frame is, so that none of it is bare."""
    dreamer, source, values = descent.dreamer, descent.source, descent.dreamer.values()
    outside = beyond(descent.canvas).to(source)
    if descent.dive.loop or not values.steps or not outside.any():
        return source
    grown = source + outside * 0.5 * (
        noise(descent.canvas.shape, dreamer.recipe.dream.seed, UNCOVERED).to(source) * 0.2
    )
    score = dreamer.score()
    size, others = values.step_size * values.strength, begins_beside(descent, source)
    pace = Pace(values.first_steps, size, values.jitter, outside, style=values.style, others=others)
    done = dreamer.ascend(grown.clamp(0, 1), score, dreamer.octaves(descent.canvas.shape, score, values), pace, 0)
    return source + (done.picture - source) * outside
