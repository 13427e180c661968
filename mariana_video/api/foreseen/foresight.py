"""Everything that a recipe says of any frame, looked at before the first one is dreamed: nothing is refused late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

from mariana_video.dream.objectives.chosen import unsaid
from mariana_video.dream.style import Style
from mariana_video.errors import NetworkError, UsageError
from mariana_video.job.job import Job
from mariana_video.job.stores.store import OnNote
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.footprint import FILM, check_memory
from mariana_video.loop.state import Values
from mariana_video.recipe.group import Group, bounds_of, value_at
from mariana_video.recipe.options import Recipe
from mariana_video.recipe.toml import recipe_of
from mariana_video.recipe.values.schedule import Schedule
from mariana_video.recipe.values.timeline import Instant, Timeline

_OWN = {"layers", "symmetry", "saturation"}  # they are called otherwise in `Values`
_PARTS = {"terms", "motif_size", "style", "finish", "rule", "folds"}  # of which some hold for the whole film
FRAME_BY_FRAME = frozenset({*_OWN, *(field.name for kind in (Values, Style) for field in fields(kind))} - _PARTS)
"""Settings that hold frame by frame: what they say of later frames changes nothing of those before."""


def check_whole(
    dreamer: Dreamer,
    frames: int,
    timeline: Timeline,
    size: tuple[int, int],
    *,
    groups: Sequence[Group] = (),
    shape: tuple[int, int] | None = None,
    first: int = 0,
) -> None:
    """See that a film of so many `frames` of `size` (width, height) can be dreamed from end to end.

    Every schedule of the recipe and of `groups` is asked for every frame, and every combination of layers that comes up
    for its octaves and its memory. `shape` (height, width) is that of what is dreamed on, where it is larger than the
    frame; of a shot, `first` is the position that it begins with. Raises UsageError with the frame's number, DreamError
    with a size that would fit.
    """
    for group in (dreamer.recipe.dream, dreamer.recipe.carry, *groups):
        check_numbers(group, frames, timeline, first)
    height, width = shape or dreamer.shape((size[1], size[0]), timeline.instants(frames))
    dream = dreamer.recipe.dream
    moving = any(_moves(schedule) for schedule in (dream.octaves, dream.octave_scale, dream.motif_size))
    for score in dreamer.scores(frames, timeline):
        check_memory(dreamer, score, size, (height, width), FILM)
        if not moving:
            dreamer.octaves((height, width), score, dreamer.values(timeline.at(first)))
    for instant in timeline.instants(frames, first) if moving else ():
        dreamer.octaves((height, width), dreamer.score(instant), dreamer.values(instant))


def _moves(schedule: Schedule | None) -> bool:
    return schedule is not None and schedule.constant() is None


def check_numbers(group: Group, frames: int, timeline: Timeline, first: int = 0) -> None:
    """See that every number of a group stays within its bounds up to so many frames, from `first` on (UsageError)."""
    for name in bounds_of(type(group)):
        schedule = getattr(group, name)
        if not isinstance(schedule, Schedule) or not _moves(schedule):
            continue
        for instant in timeline.instants(frames, first):
            value_at(group, name, instant)


def check_changed(job: Job, dreamer: Dreamer, timeline: Timeline, on_note: OnNote) -> None:
    """Of a prepared job that goes on with other settings: see that its finished frames are as they say (UsageError)."""
    if job.changed:
        check_finished(recipe_of(job.before), dreamer, job.kept, timeline, job.output)
        on_note(f"the new settings hold from frame {job.kept} on")


def check_finished(before: Recipe, dreamer: Dreamer, finished: int, timeline: Timeline, output: str) -> None:
    """See that a recipe that was changed says the same of all frames that are `finished` as the one `before`.

    Raises UsageError with the first frame that it changes.
    """
    objective = before.dream.layers or unsaid(dreamer.networks, before.dream.guide is not None)
    old = replace(dreamer, recipe=before, objective=objective)
    for instant in timeline.instants(finished):
        if not _alike(old, dreamer, instant):
            frame = instant.frame
            raise UsageError(
                f"{output}: the new settings change it from frame {frame} on, and {finished} frames are finished; "
                f"leave those before frame {finished} as they were, or use --restart to throw the finished ones away"
            )


def _alike(old: Dreamer, new: Dreamer, instant: Instant) -> bool:
    try:
        return old.values(instant) == new.values(instant)
    except (UsageError, NetworkError):  # the old one broke off here, or dreamed with a network that is gone
        return False
