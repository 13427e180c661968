"""A dive: a picture is dreamed, the camera moves a little, and it is dreamed again.

It goes through the same loop of frames as a film; here is what it begins with and what each frame goes on from.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dream.ascent import Pace
from mariana_video.errors import UsageError
from mariana_video.film.canvas import Canvas, Matrix, canvas_for, laid_out, steps_of
from mariana_video.film.dreamer import Dreamer
from mariana_video.film.frames import BEAT, Onward, Start, dream_frames
from mariana_video.film.ground import Colours, colours_of, ground_of, held, held_colours, noise
from mariana_video.film.laying import laid, mixed, remaining
from mariana_video.film.state import Moment, Rendered, State, Values
from mariana_video.film.strength import carried_target, local_rms
from mariana_video.film.wander import wandering
from mariana_video.motion.camera import affine_motion
from mariana_video.motion.motion import Motion
from mariana_video.motion.warp import warp
from mariana_video.recipe.camera import Camera, Dive
from mariana_video.recipe.options import bounds_of

_LEAST_LOOP = 2.0  # how far a loop has to go in for its picture to lie small in itself
_SAME = 0.01  # how nearly the camera's speed at a loop's end is that at its beginning
_AGREE = 0.08  # of the way in 1/25 s from the source's own strength of detail to the dream's
_SOFTLY = 6.0  # times 1/25 s over which a dive's ascent sets in
_FRESH, _KEPT = 0.1, 0.9  # new ground goes on from its neighbour so much, and has so much of its own
_GROUND, _GRAIN = 1, 2  # kinds of noise, so that no two draw the same


@dataclass(frozen=True)
class Descent:
    """A dive that is about to be made: `source` lies on the whole canvas (1×3×H×W), `steps` lead to each frame.

    `steps` are over the canvas, as many as frames are dreamed after the first; a loop's last one leads to frame 0.
    """

    dreamer: Dreamer
    dive: Dive
    source: Tensor
    canvas: Canvas
    steps: tuple[Matrix, ...]
    rate: Fraction

    @property
    def frames(self) -> int:
        """Frames of the film."""
        return len(self.steps) if self.dive.loop else len(self.steps) + 1

    @property
    def elapsed(self) -> float:
        """Seconds of a frame."""
        return float(1 / self.rate)


def prepare(dreamer: Dreamer, camera: Camera, dive: Dive, picture: Tensor, size: tuple[int, int]) -> Descent:
    """Lays `picture` (1×3×h×w) out for a dive of frames of `size` (width, height).

    Raises UsageError where a schedule leaves its bounds and where no loop can be made.
    """
    rate = Fraction(repr(dive.rate))
    frames = max(1, round(Fraction(repr(dive.duration)) * rate))
    steps = steps_of(camera, size, frames if dive.loop else frames - 1, rate)
    if dive.loop:
        check_loop(camera, steps, rate)
    canvas = canvas_for(size, steps, dive.loop is not None)
    source = laid_out(picture.to(dreamer.device), canvas, dive.loop is not None)
    return Descent(dreamer, dive, source, canvas, tuple(canvas.moved(step) for step in steps), rate)


def check_loop(camera: Camera, steps: Sequence[Matrix], rate: Fraction) -> None:
    """Refuses a loop that can't close (UsageError).

    Its picture is found again by going in, so the camera has to go in all the way, at least ×2 in all, and at the end
    as fast as at the beginning.
    """
    ways = [float(way[:2, :2].flatten() @ way[:2, :2].flatten() / 2) ** -0.5 for way in remaining(steps)]
    if any(later > before for before, later in pairwise(ways)):
        raise UsageError("--loop finds its picture again by going in: give a --zoom above 1 all the way")
    if ways[0] < _LEAST_LOOP:
        raise UsageError(
            f"--loop goes in ×{ways[0]:.2f} in all, and needs ×{_LEAST_LOOP:g}: give a larger --zoom or --duration"
        )
    for name in ("zoom", "rotate", "pan_x", "pan_y", "centre_x", "centre_y"):
        first, last = (getattr(camera, name)(frame, float(rate)) for frame in (0, len(steps)))
        if abs(first - last) > _SAME * max(1.0, abs(first)):
            option = name.replace("_", "-")
            raise UsageError(f"--loop needs --{option} to end as it begins: it goes from {first:g} to {last:g}")


def descend(descent: Descent) -> Iterator[Rendered]:
    """The frames of the dive, `descent.frames` of them; the first is the source itself, unless the loop is of
    structure: that begins after a lap that is not shown."""
    dreamer, canvas = descent.dreamer, descent.canvas
    state, goal = first_state(descent), descent.source
    if descent.dive.loop == "structure":
        lap = dream_frames(dreamer, moments(descent), state, going_on(descent, None, softly=True))
        ((state, _),) = deque(lap, maxlen=1)
        state, goal = replace(state, index=0), state.dream
    yield Rendered(0, Fraction(0), canvas.frame(goal), float("nan"), 0.0, 0.0, 0.0)
    onward = going_on(descent, goal if descent.dive.loop else None, softly=descent.dive.loop != "structure")
    shown = moments(descent, descent.frames - 1)
    for _, rendered in dream_frames(dreamer, shown, state, onward):
        yield replace(rendered, picture=canvas.frame(rendered.picture))


def moments(descent: Descent, count: int | None = None) -> Iterator[Moment]:
    """What the loop of frames gets for each frame after the first, or for the first `count` of them."""
    for index, matrix in enumerate(descent.steps[:count], 1):
        motion = affine_motion(descent.canvas.shape, matrix)
        device = descent.dreamer.device
        yield Moment(
            index=index,
            time=index / descent.rate,
            elapsed=descent.elapsed,
            source=descent.source,
            values=_values(descent, index),
            motion=Motion(motion.flow.to(device), motion.visible.to(device)),
        )


def _values(descent: Descent, index: int) -> Values:
    dreamer, each = descent.dreamer, descent.dive.wander
    values = replace(dreamer.values(index, descent.rate), carry=1.0, mix=1.0)
    if each is None:
        return values
    seed, seconds = dreamer.recipe.dream.seed, float(index / descent.rate)
    return replace(values, terms=wandering(dreamer.network, values.terms, seconds, each, seed))


def first_state(descent: Descent) -> State:
    """The state of frame 0: the source with its own strength of detail; what lies beyond its frame is dreamed on."""
    source = _beyond_dreamed(descent)
    ground = ground_of(source)
    return State(0, ground, source, {"target": local_rms(source - ground), "push": torch.ones(())})


def _beyond_dreamed(descent: Descent) -> Tensor:
    """The source with new ground beyond its frame, dreamed on as a first frame is, so that none of it is bare."""
    dreamer, source, values = descent.dreamer, descent.source, _values(descent, 0)
    outside = torch.ones_like(source[:, :1])
    descent.canvas.frame(outside).zero_()
    if descent.dive.loop or not values.steps or not outside.any():
        return source
    grown = source + outside * 0.5 * (noise(descent.canvas.shape, dreamer.recipe.dream.seed, _GROUND).to(source) * 0.2)
    score = dreamer.score(0, descent.rate)
    pace = Pace(values.first_steps, values.step_size * values.strength, dreamer.recipe.dream.jitter, outside)
    done = dreamer.ascend(grown.clamp(0, 1), score, dreamer.octaves(descent.canvas.shape, score), pace, 0)
    return source + (done.picture - source) * outside


def going_on(descent: Descent, goal: Tensor | None, softly: bool) -> Onward:
    """How a frame goes on from the one before: moved by the camera, its colours and its detail held.

    `goal`, where given, is the picture that the loop comes back to; `softly` lets the ascent set in bit by bit, so that
    frame 1 is no jump from a frame 0 that was not dreamed.
    """
    wanted = held_colours(descent.source)
    ways = remaining(descent.steps)

    def onward(dreamer: Dreamer, state: State, moment: Moment, motion: Motion) -> Start:
        moved = _renewed(descent, warp(state.dream, motion.flow), moment, motion, wanted)
        ground, detail = _parted(descent, moved, moment, wanted)
        target = _agreeing(carried_target(state.memory["target"], motion), dreamer, moment)
        push = float(state.memory["push"])
        if softly:
            push = min(push, moment.index * BEAT * moment.elapsed / _SOFTLY)
        if goal is None:
            return Start(ground, (ground + detail).clamp(0, 1), target, push, motion.visible)
        passed = moment.index / len(descent.steps)
        part = laid(goal, ways[moment.index], descent.canvas, passed, moved, moment.elapsed)
        ground, detail = mixed(ground, detail, part)
        # What is laid in is the source from now on: as its detail arrives, less is left to dream.
        source = ground + part.detail * detail
        left = 1 - part.detail
        picture = (ground + detail).clamp(0, 1)
        return Start(source, picture, target * _cells(left, target), push, motion.visible, (2 * left).clamp(max=1))

    return onward


def _renewed(descent: Descent, moved: Tensor, moment: Moment, motion: Motion, wanted: Colours) -> Tensor:
    """`moved` with new ground where the camera uncovers some: it goes on from its neighbour, a little otherwise."""
    if not bool((motion.visible < 1).any()):
        return moved
    seed = descent.dreamer.recipe.dream.seed
    fresh = noise(descent.canvas.shape, seed, _GROUND, moment.index).to(moved)
    ground = wanted.mean + _KEPT * (moved - wanted.mean) + _FRESH * fresh
    return moved * motion.visible + ground.clamp(0, 1) * (1 - motion.visible)


def _parted(descent: Descent, moved: Tensor, moment: Moment, wanted: Colours) -> tuple[Tensor, Tensor]:
    """Ground and detail of a moved picture: the one's colours held, the other kept (and given grain) as asked."""
    dive, rate, index = descent.dive, float(descent.rate), moment.index
    beats = BEAT * moment.elapsed
    ground = ground_of(moved)
    detail = moved - ground
    if moment.values.steps:
        ground = held(ground, colours_of(moved), wanted, beats)
    keep, grain = (
        bounds_of(Dive)[name].check(name, getattr(dive, name)(index, rate), f" at frame {index}")
        for name in ("keep", "grain")
    )
    detail = detail * keep**beats
    if grain:
        drawn = noise(descent.canvas.shape, descent.dreamer.recipe.dream.seed, _GRAIN, index, power=0.5)
        detail = detail + drawn.to(moved) * grain * beats**0.5
    return ground, detail


def _agreeing(target: Tensor, dreamer: Dreamer, moment: Moment) -> Tensor:
    """The strength of detail, on its way from the source's own to what suits the network."""
    share = 1 - (1 - _AGREE) ** (BEAT * moment.elapsed)
    return target + share * (dreamer.network.suited.strength - target)


def _cells(share: Tensor, target: Tensor) -> Tensor:
    cells: Tensor = F.interpolate(share, target.shape[-2:], mode="area")
    return cells
