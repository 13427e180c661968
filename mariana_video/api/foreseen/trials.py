"""A few frames dreamed in memory, so that it can be told what all of a film will cost: which ones, and their cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from mariana_video.api.foreseen.effort import Effort, effort_of_dive, effort_of_progression
from mariana_video.api.foreseen.foretelling import fitted
from mariana_video.dive.descent import Descent
from mariana_video.dive.film import dive, warming_laps
from mariana_video.dream.ascent import Step
from mariana_video.footage.pipeline import sink
from mariana_video.footage.plan import Plan
from mariana_video.footage.shots import Shot, film_of
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.footprint import memory_needed
from mariana_video.loop.state import Finished
from mariana_video.meters.convergence import Curve
from mariana_video.progression.film import Progression, frames
from mariana_video.progression.steps import steps_in_all
from mariana_video.recipe.values.timeline import Timeline

OnStep = Callable[[Step], None]

_MOST = 9  # frames of a trial
_SECONDS = 4.0  # after its first frame, in which it may see more than the least
_BEHIND = 3  # frames that encoding may lag behind, as in a job
_STEPS = 3  # of a progression, on each octave: the first warms the machine up


@dataclass(frozen=True)
class Trial:
    """Frames that are dreamed to learn what those at `positions` of a film cost.

    `frames` gives them, the first from its source alone; `weights` are their expected costs, in order. `unseen` frames
    more are made before the first, which are not shown. `memory` says how many bytes the dream takes at its peak, and
    `least` how many of its frames have to be seen.
    """

    frames: Callable[[OnStep], AbstractContextManager[Iterator[Finished]]]
    weights: Sequence[float]
    positions: Sequence[int]
    memory: Callable[[], int]
    unseen: int = 0
    least: int = 3


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock: `first` of a trial's first frame, `each` of any frame, `by_weight` of its expected cost."""

    first: float
    each: float
    by_weight: float

    def of(self, weight: float) -> float:
        """Seconds of a frame that is expected to cost so much."""
        return self.each + self.by_weight * weight


def measured(trial: Trial, check: Callable[[], None], keep: Callable[[Finished], None]) -> Cost:
    """Dreams the frames of a trial, while `keep` gets them beside, as in a job. `check` may raise after any step."""
    costs: list[float] = []
    began = before = time.perf_counter()
    with trial.frames(lambda _step: check()) as coming, sink(keep, _BEHIND) as put:
        for done, _ in zip(coming, trial.weights, strict=False):
            put(done)
            now = time.perf_counter()
            costs.append(now - before)
            before, since = now, now - began - costs[0]
            if len(costs) >= trial.least and (len(costs) >= _MOST or since > _SECONDS):
                break
    return Cost(costs[0], *fitted(zip(trial.weights, costs, strict=False)))


def trials_of_film(plan: Plan, shots: Sequence[Shot], effort: Effort) -> list[Trial]:
    """One trial for each dreamer of a film, at the first of its shots; and one of what is not dreamed."""
    alike: dict[int, list[Shot]] = {}
    for shot in shots:
        alike.setdefault(id(shot.dreamer), []).append(shot)

    def trial(same: Sequence[Shot]) -> Trial:
        positions = [position for shot in same for position in shot.positions]
        first, dreamer = same[0].positions, same[0].dreamer
        largest = max((shot.shape for shot in same), key=lambda shape: shape[0] * shape[1])

        def frames(on_step: OnStep) -> AbstractContextManager[Iterator[Finished]]:
            watched = None if dreamer is None else replace(dreamer, on_step=on_step)
            return film_of(plan, [replace(shot, dreamer=watched) for shot in same[:1]], None, first.start)

        def memory() -> int:
            return 0 if dreamer is None else memory_of(dreamer, len(plan.times), plan.timeline, plan.size, largest)

        return Trial(frames, effort.of([first]), positions, memory)

    return [trial(same) for same in alike.values()]


def trial_of_dive(descent: Descent) -> Trial:
    """The trial of a dive; of a loop of structure one without the laps that come before its first frame."""
    straight = replace(descent, dive=replace(descent.dive, loop=None))
    looped = descent.dive.loop == "structure"
    tried = straight if looped else descent

    def frames(on_step: OnStep) -> AbstractContextManager[Iterator[Finished]]:
        return dive(replace(tried, dreamer=replace(descent.dreamer, on_step=on_step)))

    def memory() -> int:
        return memory_of(descent.dreamer, descent.frames, descent.timeline, descent.size, descent.canvas.shape)

    unseen = warming_laps(descent) * len(descent.steps) if looped else 0
    return Trial(frames, effort_of_dive(tried).of([range(descent.frames)]), range(descent.frames), memory, unseen)


def trial_of_progression(shown: Progression, still: int) -> Trial:
    """The trial of a progression of so many `still` pictures at its end: a few steps on each of its octaves."""

    def few(dreamer: Dreamer, on_step: OnStep = lambda step: None) -> Dreamer:
        dream = dreamer.recipe.dream
        steps = min(_STEPS, dreamer.values().first_steps)
        return replace(dreamer, recipe=replace(dreamer.recipe, dream=dream.taking({"steps": steps})), on_step=on_step)

    def tried(on_step: OnStep = lambda step: None) -> Progression:
        cells = [replace(cell, dreamer=few(cell.dreamer, on_step)) for cell in shown.cells]
        cells = [replace(cell, shown=tuple(range(steps_in_all(cell.dreamer, shape) + 1))) for cell in cells]
        return replace(shown, cells=cells, curves=[Curve(curve.title) for curve in shown.curves])

    shape = shown.picture.shape[0], shown.picture.shape[1]

    def memory() -> int:
        size = shape[1], shape[0]
        return max(memory_needed(cell.dreamer, cell.dreamer.score(), size) for cell in shown.cells)

    weights = effort_of_progression(tried()).frames
    positions = range(shown.pictures + still)
    return Trial(lambda on_step: frames(tried(on_step), 0, None, 0), weights, positions, memory, least=len(weights))


def memory_of(dreamer: Dreamer, frames: int, timeline: Timeline, size: tuple[int, int], shape: tuple[int, int]) -> int:
    """Bytes that a film of so many frames of `size` (width, height) takes at its peak, dreamed at (height, width)."""
    return max(memory_needed(dreamer, score, size, shape) for score in dreamer.scores(frames, timeline))
