"""What each frame of a job is expected to cost, before it is made, so that its end can be foretold.

A frame's weight is how often it sends the full picture through a network, a step on a smaller octave counting for its
share, with a little more for what a step takes beside the network. What a weight comes to in seconds is found as the
job runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

from mariana_video.dive.descent import Descent
from mariana_video.dive.film import warming_laps
from mariana_video.dive.next_start import steps_at
from mariana_video.dream.ascent import pushed_through, reach_of
from mariana_video.dream.octaves import Octave
from mariana_video.dream.score import Score
from mariana_video.footage.film import shape_of
from mariana_video.footage.plan import Plan, Split, timings_of
from mariana_video.footage.shots import Shot, runs_of
from mariana_video.loop.detail import due, first_steps, larger_octaves
from mariana_video.loop.dream_clock import timings
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.dreaming import in_turn
from mariana_video.loop.state import Values
from mariana_video.progression.film import Progression
from mariana_video.recipe.values.schedule import Schedule
from mariana_video.recipe.values.timeline import START, Instant, Timeline

_BESIDE = 0.15  # of a pass, each step: resizing it, levelling its bands
_AFTER = {".gif": 1.4e-6, ".webp": 0.6e-6}  # seconds a pixel, measured: little beside a dream, unless it is small
_AFTER_FILM = 0.06e-6
_AFTER_EACH = 0.002


@dataclass(frozen=True)
class Effort:
    """The weight of each frame, by position; those beyond the last cost nothing. A frame has so many `pixels`.

    `again` is spent once more wherever the work is taken up, before the first frame that then goes on from another.
    """

    frames: Sequence[float]
    pixels: int
    again: float = 0.0

    def of(self, runs: Iterable[range]) -> list[float]:
        """The weights of the frames at `runs` of positions, in the order in which they are made."""
        weights: list[float] = []
        for run in runs:
            made = enumerate(self.frames[run.start : run.stop], run.start)
            weights += [weight + self.again * (position == max(1, run.start)) for position, weight in made]
        return weights

    def after(self, output: str, frames: int) -> float:
        """Seconds of the processor that OUTPUT takes once all its frames are made: joined, read back and verified."""
        return frames * (_AFTER_EACH + self.pixels * _AFTER.get(Path(output).suffix.lower(), _AFTER_FILM))


def effort_of_shots(plan: Plan, shots: Sequence[Shot]) -> Effort:
    """What the frames of a film are expected to cost, shot by shot."""
    weights: list[float] = []
    for run in runs_of(shots):
        positions, dreamer = range(run[0].positions.start, run[-1].positions.stop), run[0].dreamer
        if dreamer is None:
            weights += [0.0] * len(positions)
        else:
            weights += effort_of_film(plan, dreamer, positions, run[0].shape).frames
    for split in plan.splits:
        _dream_twice(weights, split)
    return Effort(weights, plan.size[0] * plan.size[1])


def _dream_twice(weights: list[float], split: Split) -> None:
    """Adds what fading into a piece costs: its first frames are dreamed beside those before, and once more for it."""
    fading = sum(weights[split.start : split.border])
    weights[split.start : split.border] = [2 * weight for weight in weights[split.start : split.border]]
    weights[split.border] += fading


def effort_of_film(
    plan: Plan, dreamer: Dreamer, positions: range | None = None, shape: tuple[int, int] | None = None
) -> Effort:
    """What the frames of a film are expected to cost, or those at `positions` of it, dreamed at (height, width)."""
    timeline, dream = plan.timeline, dreamer.recipe.dream
    positions = positions or range(len(plan.times))
    own, dreamed = (plan.size[1], plan.size[0]), shape or shape_of(plan, dreamer)
    octaves = _octaves(dreamer, dreamed, timeline, own, positions.start)
    larger = _larger(dreamer, own, dreamed, timeline.at(positions.start))
    steps = _counted(dream.steps, timeline)
    clock = timings_of(plan, dreamer.recipe)

    def weight(position: int) -> float:
        each = octaves(position)
        if clock[position].leads and not clock[position].dream_frames:
            return _of_first(dreamer.values(timeline.at(position)), each, larger)
        return sum(_of_beat(each, larger, dreamed, number, steps(position)) for number in clock[position].dream_frames)

    return Effort([weight(position) for position in positions], plan.size[0] * plan.size[1])


def _of_first(values: Values, each: dict[Octave, float], larger: dict[Octave, float]) -> float:
    """What a picture or a frame that begins at its source is expected to cost."""
    composing = zip(each.values(), values.first_lengths(len(each)), strict=True)
    return sum(cost * len(steps) for cost, steps in composing) + first_steps(values) * sum(larger.values())


def _of_beat(
    each: dict[Octave, float], larger: dict[Octave, float], dreamed: tuple[int, int], number: int, steps: int
) -> float:
    """What one dream frame of a film is expected to cost."""
    finer = sum(larger[octave] for octave in due(tuple(larger), dreamed, number)) if steps and larger else 0.0
    return finer + sum(each[octave] * n for octave, n in in_turn(tuple(each), number, steps))


def effort_of_dive(descent: Descent) -> Effort:
    """What the frames of a dive are expected to cost; the laps of a loop of structure come before its first."""
    dreamer, timeline = descent.dreamer, descent.timeline
    own = descent.size[1], descent.size[0]
    octaves = _octaves(dreamer, descent.canvas.shape, timeline, own)
    steps, whole = _counted(dreamer.recipe.dream.steps, timeline), sum(octaves(0).values())
    alone = _counted(dreamer.recipe.dream.first(), timeline)(0) * whole
    height, width = descent.canvas.shape
    inside = descent.canvas.size[0] * descent.canvas.size[1] / (height * width)

    dreamed = descent.canvas.size[1], descent.canvas.size[0]
    larger = _larger(dreamer, own, dreamed)
    clock = timings([index / descent.rate for index in range(len(descent.steps) + 1)], ())

    def weight(index: int) -> float:
        each = octaves(index)
        finer = sum(
            larger[one] for dream_frame in clock[index].dream_frames for one in due(tuple(larger), dreamed, dream_frame)
        )
        run = in_turn(tuple(each), index, steps_at(steps(index), descent))
        return finer * (steps(index) > 0) + sum(each[octave] * n for octave, n in run)

    lap = [weight(index) for index in range(1, len(descent.steps) + 1)]
    # The dream of the source alone, to know how sharp it becomes: see `natural_sharpness`.
    natural = alone * inside if dreamer.objective.constant else 0.0
    if descent.dive.loop == "structure":
        # What a frame costs beside its weight is unknown here: a lap is dearer than this by that.
        begin = warming_laps(descent) * (sum(lap) + natural)
    else:
        begin = alone if inside < 1 and descent.dive.loop is None else 0.0
    return Effort([begin, *lap[: descent.frames - 1]], descent.size[0] * descent.size[1], natural)


def effort_of_picture(dreamer: Dreamer, shape: tuple[int, int], instant: Instant = START) -> float:
    """What a picture of `shape` (height, width) is expected to cost, dreamed from its source alone."""
    dreamed = dreamer.shape(shape, (instant,))
    each = _octaves(dreamer, dreamed, instant.timeline, shape, instant.frame)(instant.frame)
    return _of_first(dreamer.values(instant), each, _larger(dreamer, shape, dreamed, instant))


def effort_of_progression(shown: Progression) -> Effort:
    """What the pictures of a progression are expected to cost: the steps of all cells since the picture before."""
    height, width = shown.picture.shape[:2]
    weights = [0.0] * shown.pictures
    for cell in shown.cells:
        dreamed = cell.dreamer.shape((height, width))
        each = _octaves(cell.dreamer, dreamed, START.timeline, (height, width))(0)
        values = cell.dreamer.values()
        finer = first_steps(values) * sum(_larger(cell.dreamer, (height, width), dreamed).values())
        steps = zip(each.values(), values.first_lengths(len(each)), strict=True)
        spent = [0.0, *accumulate(weight for weight, lengths in steps for _ in lengths)]
        for number, (before, after) in enumerate(pairwise((0, *cell.shown))):
            weights[number] += spent[after] - spent[before] + (finer if after > before else 0.0)
    return Effort(weights, shown.size[0] * shown.size[1])


def _larger(
    dreamer: Dreamer, own: tuple[int, int], dreamed: tuple[int, int], begins: Instant = START
) -> dict[Octave, float]:
    """The octaves that only sharpen, and what one step on each is expected to cost, as it is where a shot `begins`."""
    values = dreamer.values(begins)
    score = dreamer.scored(values.terms)
    octaves = larger_octaves(own, dreamed, values.octave_scale)
    return {octave: _step(score, octave, own, values.jitter) for octave in octaves}


def _octaves(
    dreamer: Dreamer, shape: tuple[int, int], timeline: Timeline, whole: tuple[int, int] | None = None, first: int = 0
) -> Callable[[int], dict[Octave, float]]:
    """By frame, the octaves of a picture of `shape` (height, width), and what one step on each is expected to cost.

    Costs are in passes of a picture of the shape `whole`, by default the same. What never moves is as at frame `first`.
    """
    dream = dreamer.recipe.dream
    moves = (dream.octaves, dream.octave_scale, dream.jitter, dream.motif_size)
    schedules = [one for one in moves if one is not None]
    moving = not dreamer.objective.constant or any(one.constant() is None for one in schedules)
    known: dict[Hashable, dict[Octave, float]] = {}

    def at(frame: int) -> dict[Octave, float]:
        values = dreamer.values(timeline.at(frame if moving else first))
        asked = dreamer.scored(values.terms).asked
        layers = frozenset((name, layer) for name, several in asked.items() for layer in several)
        key = layers, values.octaves, values.octave_scale, values.jitter, values.motif_size
        if key not in known:
            score, jitter = dreamer.scored(values.terms), 0 if dreamer.tutorial else values.jitter
            octaves = dreamer.octaves(shape, score, values)
            known[key] = {octave: _step(score, octave, whole or shape, jitter) for octave in octaves}
        return known[key]

    return at


def _step(score: Score, octave: Octave, whole: tuple[int, int], jitter: int) -> float:
    reach = reach_of(score, octave, jitter)
    return pushed_through(score, octave.shape, reach) / math.prod(whole) + _BESIDE


def _counted(schedule: Schedule, timeline: Timeline) -> Callable[[int], int]:
    value = _valued(schedule, timeline)
    return lambda frame: round(value(frame))


def _valued(schedule: Schedule, timeline: Timeline) -> Callable[[int], float]:
    """A schedule's value at a frame, none below 0; what it must not be is refused when that frame is made."""
    constant = schedule.constant()

    def value(frame: int) -> float:
        found = schedule(timeline.at(frame)) if constant is None else constant
        return max(0.0, found) if math.isfinite(found) else 0.0

    return value
