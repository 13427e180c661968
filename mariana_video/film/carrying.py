"""Dreaming a frame, from its source alone or on from what is there already: its strength is held, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from mariana_video.dream.ascent import Pace
from mariana_video.dream.octaves import Octave
from mariana_video.dream.pull import Pull
from mariana_video.dream.score import Score
from mariana_video.film.dreamer import Ascended, Dreamer
from mariana_video.film.masks import within
from mariana_video.film.state import Moment, State
from mariana_video.film.strength import braked, first_push, local_rms, mean_rms, pushed_on, step_gain
from mariana_video.film.uncovered import boxes_round, laid_out

MOMENTUM = 0.65  # of what a beat's steps change, so much goes on in the next
_FAINT = 0.2  # below this strength a first frame says nothing about the target
_EXTRA, _BOLD = 3, 2.4  # steps where something newly appears, and how many times a plain step each of them is …
_BUDGET = 0.22  # … in boxes of at most this share of the frame
_GREY = 0.5
_HARDEST = 8.0  # push of a frame that has nothing else to hold its strength by


@dataclass(frozen=True)
class Beat:
    """One turn of the loop: its `number` says which octaves run, `draw` which jitter, `length` is in 1/25 s."""

    number: int
    draw: int
    length: float = 1.0


@dataclass(frozen=True)
class Start:
    """Where a frame that goes on from another begins.

    The ascent starts at `picture` (1×3×H×W); its change to `source` is held at the strength `target` (1×1×h×w, a value
    a cell), `push` being how hard it has to try, up to `most`. `visible` (1×1×H×W) is how much of a place was there
    before, and `mask` where to dream (None: everywhere). `momentum` (1×3×H×W), where given, is what of earlier steps
    goes on in this beat, already in `picture`: this beat's own steps are shorter for it. `lift` drives them on beside
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


def afresh(dreamer: Dreamer, score: Score, moment: Moment, pull: Pull | None = None) -> tuple[State, Ascended]:
    """A frame dreamed from its source alone; how strong it became, place by place, is the target of those after it."""
    source, values = moment.source, moment.values
    octaves = dreamer.octaves(_shape(source), score, values)
    size = values.step_size * values.strength
    pace = Pace(values.first_steps, size, values.jitter, dreamer.reach(source), pull=pull)
    done = dreamer.ascend(source, score, octaves, pace, moment.index)
    dream = done.picture
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
        "before": dream - source,
    }
    return State(moment.index, source, dream, memory), done


def carried(
    dreamer: Dreamer, score: Score, moment: Moment, start: Start, beat: Beat, pull: Pull | None = None
) -> tuple[State, Ascended]:
    """A beat that goes on from `start`, its strength held at the target."""
    source, values, beats = start.source, moment.values, beat.length
    aim = start.target * values.strength
    gain = step_gain(aim, start.picture - source)
    for factor in (start.rein, start.mask):
        gain = gain if factor is None else gain * factor
    plain = Pace(values.steps, values.step_size * values.strength * beats, values.jitter, gain, pull=pull)
    octaves = dreamer.octaves(_shape(source), score, values)
    extra = catch_up(dreamer, score, octaves, start.picture, 1 - start.visible, plain, beat.number)
    if start.momentum is not None:
        gain = gain * (1 - MOMENTUM * start.visible)
    done = extra
    for octave, steps in in_turn(octaves, beat.number, plain.steps):
        size = plain.size * start.push * (start.lift if octave == octaves[-1] else 1)
        after = dreamer.ascend(
            done.picture, score, (octave,), replace(plain, steps=steps, size=size, gain=gain), beat.draw
        )
        done = replace(after, pushed=done.pushed + after.pushed)
    change = done.picture - source
    dream = (source + braked(change, aim)).clamp(0, 1) if plain.steps else done.picture
    dream = within(start.mask, source, dream)
    push = torch.tensor(pushed_on(start.push, aim, change, start.visible, beats, start.most))
    memory = {**start.memory, "target": start.target, "push": push}
    if start.momentum is not None:
        memory["momentum"] = start.momentum + done.picture - extra.picture
    return State(moment.index, source, dream, memory), replace(done, picture=dream)


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
