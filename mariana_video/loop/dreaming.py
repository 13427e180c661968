"""Dreaming a frame, from its source alone or on from what is there already: its strength is held, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from mariana_video.dream.ascent import Pace
from mariana_video.dream.octaves import Octave
from mariana_video.dream.plain.measure import mean_size, rms
from mariana_video.dream.plain.resample import resize
from mariana_video.dream.pull import Pull
from mariana_video.dream.score import Score
from mariana_video.loop.beside import others_of
from mariana_video.loop.dreamer import Ascended, Dreamer
from mariana_video.loop.newcomers import Grown, grown, ungrown, young_of
from mariana_video.loop.resting import Turn, acting
from mariana_video.loop.state import Moment, State
from mariana_video.loop.strength import braked, first_strength_gain, local_rms, next_strength_gain, step_gain

_FAINT = 0.2  # below this strength a first frame says nothing about the target
_HARDEST = 8.0  # strength gain of a frame that has nothing else to hold its strength by


@dataclass(frozen=True)
class DreamFrame:
    """One turn of the loop: its `number` says which octaves run, `draw` which jitter, `length` is in 1/25 s.

    Where `turns` are given, they alone are dreamed on, each on its own octaves.
    """

    number: int
    draw: int
    length: float = 1.0
    turns: tuple[Turn, ...] | None = None

    @property
    def asked(self) -> tuple[Turn, ...]:
        """All that is dreamed on."""
        return (Turn(self.number, self.draw),) if self.turns is None else self.turns


@dataclass(frozen=True)
class Start:
    """Where a frame that goes on from another begins.

    The ascent starts at `picture` (1×3×H×W); its change to `source` is held at the strength `target` (1×1×h×w, a value
    a cell), `strength_gain` being how hard it has to try, up to `most`. `visible` (1×1×H×W) is how much of a place was
    there before, and `mask` where to dream (None: everywhere). `momentum` (1×3×H×W), where given, is what of earlier
    steps goes on in this dream frame, already in `picture`: this dream frame's own steps are shorter for it.
    `sharpness_gain` drives them on beside it, `motion_gain` (1×1×H×W) holds them back place by place, `young`
    (1×1×H×W) is how much of a place's dream was still missing, `narrow` (likewise) what was dreamed in strips, and
    `tensors` is what else the next frame needs. `seen` is what terms see as the source, where that is another picture.
    """

    source: Tensor
    picture: Tensor
    target: Tensor
    strength_gain: float
    visible: Tensor
    mask: Tensor | None = None
    momentum: Tensor | None = None
    sharpness_gain: float = 1.0
    most: float = _HARDEST
    motion_gain: Tensor | None = None
    young: Tensor | None = None
    narrow: Tensor | None = None
    seen: Tensor | None = None
    tensors: Mapping[str, Tensor] = field(default_factory=dict)


def first_frame(dreamer: Dreamer, score: Score, moment: Moment, pull: Pull | None = None) -> tuple[State, Ascended]:
    """A frame dreamed from its source alone; how strong it became, place by place, is the target of those after it."""
    source, values = moment.source, moment.values
    octaves = dreamer.octaves(_shape(source), score, values)
    size = values.step_size * values.strength
    others = others_of(source, moment.guide, dreamer.everywhere)
    reach, bare = dreamer.reach(source), dreamer.bare(source)
    lengths = values.first_lengths(len(octaves))
    pace = Pace(values.first_steps, size, values.jitter, reach, pull, bare, values.style, others, lengths)
    done = dreamer.ascend(source, score, octaves, pace, moment.index)
    dream = done.picture
    target = local_rms(dream - source)
    if values.strength >= _FAINT:
        target = target / values.strength
    else:
        target = torch.full_like(target, dreamer.network.suited.strength)
    strong = rms(dream - source) if pull is None else pull.scale
    tensors = {
        "target": target,
        "strength_gain": torch.tensor(first_strength_gain(values.carry)),
        "strong": torch.tensor(strong),
        "momentum": (1 - values.carry) * (dream - source),  # as if it had long been kept up against forgetting
        "before": dream - source,
    }
    return State(moment.index, source, dream, tensors), done


def next_frame(
    dreamer: Dreamer, score: Score, moment: Moment, start: Start, dream_frame: DreamFrame, pull: Pull | None = None
) -> tuple[State, Ascended]:
    """A dream frame that goes on from `start`, its strength held at the target."""
    source, values, dream_frames = start.source, moment.values, dream_frame.length
    aim = start.target * values.strength
    gain = step_gain(aim, start.picture - source)
    for factor in (start.motion_gain, start.mask):
        gain = gain if factor is None else gain * factor
    size = values.step_size * values.strength * dream_frames
    others = others_of(source if start.seen is None else start.seen, moment.guide, dreamer.everywhere, source)
    plain = Pace(values.steps, size, values.jitter, gain, pull, dreamer.bare(source), values.style, others)
    octaves = dreamer.octaves(_shape(source), score, values)
    new = _newcomers(dreamer, score, octaves, moment, start, dream_frame, plain)
    gain = torch.lerp(gain, gain.clamp(max=1), new.young) * (1 - new.apart)
    if start.momentum is not None:
        gain = gain * (1 - values.momentum * start.visible)
    done = new.done
    for turn in dream_frame.asked:
        for octave, steps in in_turn(octaves, turn.number, plain.steps):
            size = plain.size * start.strength_gain * (start.sharpness_gain if octave == octaves[-1] else 1)
            pace = replace(plain, steps=steps, size=size, gain=gain)
            done = turn.ascended(dreamer, score, done, octave, pace)
    change = done.picture - source
    cells = resize(new.where, start.target.shape[-2:]).clamp(0, 1)
    target = torch.lerp(start.target, local_rms(change) / max(values.strength, _FAINT), cells)
    aim = target * values.strength
    dream = (source + braked(change, aim)).clamp(0, 1) if plain.steps else done.picture
    dream = within(start.mask, source, dream)
    acted = None if dream_frame.turns is None else acting(dream_frame.turns, start.visible)
    visible, share = (start.visible, 1.0) if acted is None else (start.visible * acted, mean_size(acted))
    strength_gain = next_strength_gain(start.strength_gain, aim, change, visible, dream_frames * share, start.most)
    tensors = {
        **start.tensors,
        "target": target,
        "strength_gain": torch.tensor(strength_gain),
        "young": new.kept,
    }
    if start.momentum is not None:
        momentum = start.momentum + done.picture - new.done.picture
        tensors["momentum"] = torch.lerp(momentum, (1 - values.carry) * change, new.where)
    return State(moment.index, source, dream, tensors), replace(done, picture=dream)


def _newcomers(
    dreamer: Dreamer,
    score: Score,
    octaves: tuple[Octave, ...],
    moment: Moment,
    start: Start,
    dream_frame: DreamFrame,
    plain: Pace,
) -> Grown:
    """Where a dream frame begins, with what is young in it dreamed on; `plain` is the pace of all that is not."""
    values, young = moment.values, young_of(start.visible, start.young)
    if not values.steps:
        return ungrown(start.picture, young, start.narrow)
    pace = replace(plain, size=values.step_size * values.strength, gain=None, pull=None)
    return grown(dreamer, score, octaves, start.source, start.picture, young, pace, dream_frame.number, start.narrow)


def within(mask: Tensor | None, source: Tensor, dream: Tensor) -> Tensor:
    """`dream` where the mask is 1, the source where it is 0."""
    return dream if mask is None else source + (dream - source) * mask


def mixed(dream: Tensor, source: Tensor, mix: float) -> Tensor:
    """`dream` laid over its source: at a `mix` of 0 that alone, at 1 the dream as it is."""
    return dream if mix == 1 else source + mix * (dream - source)


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


def _shape(picture: Tensor) -> tuple[int, int]:
    return picture.shape[-2], picture.shape[-1]
