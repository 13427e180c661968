"""The loop of frames: each goes on from the dream of the frame before, warped along the motion. Nobody else dreams one
frame after another."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

import torch
from torch import Tensor

from mariana_video.dream.ascent import Pace
from mariana_video.dream.octaves import Octave
from mariana_video.dream.pull import Pull
from mariana_video.dream.resample import resize
from mariana_video.dream.score import Score
from mariana_video.film.dreamer import Ascended, Dreamer
from mariana_video.film.state import Moment, Rendered, State
from mariana_video.film.strength import (
    braked,
    carried_target,
    first_push,
    local_rms,
    mean_rms,
    pushed_on,
    restored,
    step_gain,
)
from mariana_video.film.uncovered import boxes_round, laid_out
from mariana_video.motion.memory import moved_lately, recall
from mariana_video.motion.motion import Motion
from mariana_video.motion.warp import warp

BEAT = 25.0  # carry and ascent are stated per 1/25 s, so that 24 and 60 frames a second look alike
_FAINT = 0.2  # below this strength a first frame says nothing about the target
_MOMENTUM = 0.65  # of what a frame's steps change, so much goes on in the next
_HELD = Fraction(12, 25)  # seconds with the same jitter: a new one each frame takes back what the last one gave
_REIN = 3.0  # the step's factor on what moves, in place of the push that makes up for what still parts forget
_EXTRA, _BOLD = 3, 2.4  # steps where something newly appears, and how many times a plain step each of them is …
_BUDGET = 0.22  # … in boxes of at most this share of the frame
_GREY = 0.5
_HARDEST = 8.0  # push of a frame that has nothing else to hold its strength by


@dataclass(frozen=True)
class Start:
    """Where a frame that goes on from another begins.

    The ascent starts at `picture` (1×3×H×W); its change to `source` is held at the strength `target` (1×1×h×w, a value
    a cell), `push` being how hard it has to try, up to `most`. `visible` (1×1×H×W) is how much of a place was there
    before, and `mask` where to dream (None: everywhere). `momentum` (1×3×H×W), where given, is what of earlier steps
    goes on in this frame, already in `picture`: this frame's own steps are shorter for it. `lift` drives them on beside
    the push, `rein` (1×1×H×W) holds them back place by place, and `memory` is what else the next frame needs.
    """

    source: Tensor
    picture: Tensor
    target: Tensor
    push: float
    visible: Tensor
    mask: Tensor | None = None
    momentum: Tensor | None = None
    lift: float = 1.0
    most: float = _HARDEST
    rein: Tensor | None = None
    memory: Mapping[str, Tensor] = field(default_factory=dict)


Onward = Callable[[Dreamer, State, Moment, Motion], Start]


def dream_frames(
    dreamer: Dreamer, moments: Iterable[Moment], state: State | None = None, onward: Onward | None = None
) -> Iterator[tuple[State, Rendered]]:
    """Dreams `moments` one after the other, going on from `state`.

    `onward` says where a frame begins that goes on from the one before; by default its dream rides on the source.
    """
    for moment in moments:
        began = time.perf_counter()
        state, done, carried = step(dreamer, state, moment, onward or riding)
        mix = moment.values.mix
        picture = state.dream if mix == 1 else moment.source + mix * (state.dream - moment.source)
        passes = done.pushed / (moment.source.shape[-1] * moment.source.shape[-2])
        seconds = time.perf_counter() - began
        yield state, Rendered(moment.index, moment.time, picture, done.score, carried, passes, seconds)


def step(
    dreamer: Dreamer, state: State | None, moment: Moment, onward: Onward | None = None
) -> tuple[State, Ascended, float]:
    """One frame: the next state, what the ascent did, and the share of the picture that was carried."""
    score = dreamer.scored(moment.values.terms)
    if state is None or moment.motion is None:
        return (*afresh(dreamer, score, moment), 0.0)
    pull = _pull(state, moment, moment.motion)
    if moment.values.carry == 0:
        return (*afresh(dreamer, score, moment, pull), 0.0)
    start = (onward or riding)(dreamer, state, moment, moment.motion)
    return (*carried(dreamer, score, moment, start, pull), float(start.visible.mean()))


def afresh(dreamer: Dreamer, score: Score, moment: Moment, pull: Pull | None = None) -> tuple[State, Ascended]:
    """A frame dreamed from its source alone; how strong it became, place by place, is the target of those after it."""
    source, values = moment.source, moment.values
    octaves = dreamer.octaves(_shape(source), score, values)
    size = values.step_size * values.strength
    pace = Pace(values.first_steps, size, values.jitter, dreamer.reach(source, moment.mask), pull=pull)
    done = dreamer.ascend(source, score, octaves, pace, moment.index)
    dream = _within(moment.mask, source, done.picture)
    target = local_rms(dream - source)
    if values.strength >= _FAINT:
        target = target / values.strength
    else:
        target = torch.full_like(target, dreamer.network.suited.strength)
    strong = mean_rms(dream - source) if pull is None else pull.scale
    memory = {
        "target": target,
        "push": torch.tensor(first_push(values.carry)),
        "strong": torch.tensor(strong),
        "momentum": (1 - values.carry) * (dream - source),  # as if it had long been kept up against forgetting
    }
    return State(moment.index, source, dream, memory), replace(done, picture=dream)


def riding(dreamer: Dreamer, state: State, moment: Moment, motion: Motion) -> Start:
    """The warped dream of the frame before, laid over the frame's own source.

    What moves is kept a little more than what stands still, and less is added to it: what changes on a moving thing
    reads as flicker. What it loses on the way, by doubt and by the warp, is given back. What stands still is let go
    where its scene has slowly gone. Steps ride along too, as momentum: what they have in common adds up, what the
    jitter makes of each is averaged away, so that the dream changes smoothly rather than by shivering.
    """
    moved = moved_lately(motion.flow, state.memory.get("moved"), moment.elapsed)
    moves = resize(moved, motion.shape)
    recalled, seen = recall(motion, moment.source, state.memory.get("seen"), moment.elapsed)
    visible = torch.lerp(recalled.visible, motion.visible, moves)
    carry, beats = moment.values.carry, BEAT * moment.elapsed
    faded = (carry + (1 - carry) * carry * moves) ** beats
    target = carried_target(state.memory["target"], Motion(motion.flow, visible), moment.source)
    aim = target * moment.values.strength * resize(faded, target.shape[-2:])
    change, momentum = _warped(dreamer, state, moment.source, motion)
    change = restored(faded * visible * change, aim, visible)
    momentum = math.pow(_MOMENTUM, beats) * visible * beats * momentum
    picture = (moment.source + change + momentum).clamp(0, 1)
    push = float(state.memory["push"])
    rein = 1 + (_REIN / max(push, 1.0) - 1) * moves * visible
    memory = {"seen": seen, "moved": moved, "strong": state.memory["strong"]}
    return Start(
        moment.source,
        picture,
        target,
        push,
        visible,
        moment.mask,
        momentum,
        most=first_push(carry),
        rein=rein,
        memory=memory,
    )


def _pull(state: State, moment: Moment, motion: Motion) -> Pull | None:
    """The temporal loss of a frame: to the dream before, warped, in units of how strong the first frame's dream was."""
    weight, strong = moment.values.temporal_weight, float(state.memory.get("strong", 0.0))
    if weight == 0 or strong == 0:
        return None
    return Pull(warp(state.dream, motion.flow), motion.visible, weight, strong)


def carried(
    dreamer: Dreamer, score: Score, moment: Moment, start: Start, pull: Pull | None = None
) -> tuple[State, Ascended]:
    """A frame that goes on from `start`, its strength held at the target."""
    source, values = start.source, moment.values
    beats = BEAT * moment.elapsed
    aim = start.target * values.strength
    gain = step_gain(aim, start.picture - source)
    for factor in (start.rein, start.mask):
        gain = gain if factor is None else gain * factor
    plain = Pace(values.steps, values.step_size * values.strength * beats, values.jitter, gain, pull=pull)
    octaves = dreamer.octaves(_shape(source), score, values)
    extra = catch_up(dreamer, score, octaves, start.picture, 1 - start.visible, plain, moment.index)
    if start.momentum is not None:
        gain = gain * (1 - math.pow(_MOMENTUM, beats) * start.visible)
    draw = moment.index if start.momentum is None else moment.time // _HELD  # a camera shifts the grid by itself
    done = extra
    for octave, steps in in_turn(octaves, moment.index, plain.steps):
        size = plain.size * start.push * (start.lift if octave == octaves[-1] else 1)
        after = dreamer.ascend(done.picture, score, (octave,), replace(plain, steps=steps, size=size, gain=gain), draw)
        done = replace(after, pushed=done.pushed + after.pushed)
    change = done.picture - source
    dream = (source + braked(change, aim)).clamp(0, 1) if plain.steps else done.picture
    dream = _within(start.mask, source, dream)
    push = torch.tensor(pushed_on(start.push, aim, change, start.visible, beats, start.most))
    memory = {**start.memory, "target": start.target, "push": push}
    if start.momentum is not None:
        memory["momentum"] = (start.momentum + done.picture - extra.picture) / beats
    return State(moment.index, source, dream, memory), replace(done, picture=dream)


def _within(mask: Tensor | None, source: Tensor, dream: Tensor) -> Tensor:
    """`dream` where the mask is 1, the source where it is 0: a small octave's change spills over a mask's edge."""
    return dream if mask is None else source + (dream - source) * mask


def _warped(dreamer: Dreamer, state: State, source: Tensor, motion: Motion) -> tuple[Tensor, Tensor]:
    """What is laid over the source to go on from, and the momentum (a change in 1/25 s).

    The first is the warped change, or the warped dream itself as a change.
    """
    whole = dreamer.recipe.carry.carried == "frame"
    both = torch.cat([state.dream if whole else state.dream - state.source, state.memory["momentum"]], 1)
    change, momentum = warp(both, motion.flow).chunk(2, 1)
    return change - source if whole else change, momentum


def in_turn(octaves: tuple[Octave, ...], index: int, steps: int) -> tuple[tuple[Octave, int], ...]:
    """The octaves that a carried frame runs, and the steps on each.

    Of one step a frame the full size has every second, the smaller ones the others in turn: so a carried frame costs
    less than one full-size pass, and large motifs go on growing. Where a frame has more steps, both have a part of
    them: a slow film would else be sharp and soft by turns.
    """
    *smaller, full = octaves
    if not smaller:
        return ((full, steps),)
    if steps > 1:
        return (smaller[index % len(smaller)], steps // 2), (full, steps - steps // 2)
    return ((full if index % 2 == 0 else smaller[index // 2 % len(smaller)], steps),)


def catch_up(
    dreamer: Dreamer,
    score: Score,
    octaves: tuple[Octave, ...],
    start: Tensor,
    young: Tensor,
    plain: Pace,
    index: int,
) -> Ascended:
    """Extra steps, in boxes round what newly appears: no hole travels behind a moving thing.

    They are bold ones on the smallest octave, where large forms are found: once those stand, what later frames add to
    them changes little. They come before the frame's own steps, which then draw the detail.
    """
    smaller = octaves[:-1]
    boxes = boxes_round(young, round(_BUDGET * start.shape[-1] * start.shape[-2])) if plain.steps and smaller else ()
    if not boxes:
        return Ascended(start, float("nan"), 0)
    sheet = laid_out(boxes)
    smallest = Octave(_scaled(sheet.shape, smaller[0].scale), smaller[0].scale)
    gain = sheet.taken(young if plain.gain is None else young * plain.gain, 0.0)
    bold = Pace(_EXTRA, _BOLD * plain.size, plain.jitter, gain)
    done = dreamer.ascend(sheet.taken(start, _GREY), score, (smallest,), bold, index)
    return Ascended(sheet.given_back(start, done.picture), float("nan"), done.pushed)


def _scaled(shape: tuple[int, int], by: float) -> tuple[int, int]:
    return max(1, round(shape[0] * by)), max(1, round(shape[1] * by))


def _shape(picture: Tensor) -> tuple[int, int]:
    return picture.shape[-2], picture.shape[-1]
