"""What each frame of a job is expected to cost, before it is made, so that its end can be foretold.

A frame's weight is how often it sends the full picture through the network, a step on a smaller octave counting for its
share, with a little more for what a step takes beside the network. What a weight comes to in seconds is found as the
job runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path

from mariana_video.dream.ascent import padded_shape, reach_of
from mariana_video.dream.octaves import Octave
from mariana_video.dream.score import Score
from mariana_video.film.diving import Descent, steps_at
from mariana_video.film.dreamer import Dreamer
from mariana_video.film.frames import in_turn
from mariana_video.film.plan import Plan
from mariana_video.film.progression import Progression
from mariana_video.film.zoom import warming_laps
from mariana_video.recipe.schedule import Schedule

_BESIDE = 0.15  # of a pass, each step: resizing it, levelling its bands
_AFTER = {".gif": 1.4e-6, ".webp": 0.6e-6}  # seconds a pixel, measured: little beside a dream, unless it is small
_AFTER_FILM = 0.06e-6
_AFTER_EACH = 0.002
_USUAL = Fraction(25)


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


def effort_of_film(plan: Plan, dreamer: Dreamer) -> Effort:
    """What the frames of a film are expected to cost."""
    rate, dream = plan.clip.rate, dreamer.recipe.dream
    each = _octaves(dreamer, (plan.size[1], plan.size[0]), rate)
    steps, first_steps = _counted(dream.steps, rate), _counted(dream.first(), rate)
    carry = _valued(dreamer.recipe.carry.carry, rate)

    def weight(position: int) -> float:
        if position == 0 or position in plan.cuts or carry(position) == 0:
            return first_steps(position) * sum(each.values())
        return steps(position) * sum(each[octave] for octave in in_turn(tuple(each), plan.first + position))

    return Effort([weight(position) for position in range(len(plan.times))], plan.size[0] * plan.size[1])


def effort_of_dive(descent: Descent) -> Effort:
    """What the frames of a dive are expected to cost; the laps of a loop of structure come before its first."""
    dreamer, rate = descent.dreamer, descent.rate
    each = _octaves(dreamer, descent.canvas.shape, rate)
    steps, whole = _counted(dreamer.recipe.dream.steps, rate), sum(each.values())
    alone = _counted(dreamer.recipe.dream.first(), rate)(0) * whole
    height, width = descent.canvas.shape
    inside = descent.canvas.size[0] * descent.canvas.size[1] / (height * width)

    def weight(index: int) -> float:
        return steps_at(steps(index), descent) * sum(each[octave] for octave in in_turn(tuple(each), index))

    lap = [weight(index) for index in range(1, len(descent.steps) + 1)]
    # The dream of the source alone, to know how sharp it becomes: see `natural_sharpness`.
    natural = alone * inside if dreamer.objective.constant and descent.dive.wander is None else 0.0
    if descent.dive.loop == "structure":
        # What a frame costs beside its weight is unknown here: a lap is dearer than this by that.
        begin = warming_laps(descent) * (sum(lap) + natural)
    else:
        begin = alone if inside < 1 and descent.dive.loop is None else 0.0
    return Effort([begin, *lap[: descent.frames - 1]], descent.canvas.size[0] * descent.canvas.size[1], natural)


def effort_of_progression(shown: Progression) -> Effort:
    """What the pictures of a progression are expected to cost: the steps of all cells since the picture before."""
    height, width = shown.picture.shape[:2]
    weights = [0.0] * shown.pictures
    for cell in shown.cells:
        each = _octaves(cell.dreamer, (height, width), _USUAL)
        steps = cell.dreamer.values(0, _USUAL).first_steps
        spent = [0.0, *accumulate(weight for weight in each.values() for _ in range(steps))]
        for number, (before, after) in enumerate(pairwise((0, *cell.shown))):
            weights[number] += spent[after] - spent[before]
    return Effort(weights, shown.size[0] * shown.size[1])


def _octaves(dreamer: Dreamer, shape: tuple[int, int], rate: Fraction) -> dict[Octave, float]:
    """The octaves of a picture of `shape` (height, width), and what one step on each is expected to cost."""
    score = dreamer.score(0, rate)
    return {octave: _step(dreamer, score, octave, shape) for octave in dreamer.octaves(shape, score)}


def _step(dreamer: Dreamer, score: Score, octave: Octave, shape: tuple[int, int]) -> float:
    reach = reach_of(score, octave, 0 if dreamer.tutorial else dreamer.recipe.dream.jitter)
    return math.prod(padded_shape(score, octave.shape, reach)) / math.prod(shape) + _BESIDE


def _counted(schedule: Schedule, rate: Fraction) -> Callable[[int], int]:
    value = _valued(schedule, rate)
    return lambda frame: round(value(frame))


def _valued(schedule: Schedule, rate: Fraction) -> Callable[[int], float]:
    """A schedule's value at a frame, none below 0; what it must not be is refused when that frame is made."""
    constant = schedule.constant()

    def value(frame: int) -> float:
        found = schedule(frame, float(rate)) if constant is None else constant
        return max(0.0, found) if math.isfinite(found) else 0.0

    return value
