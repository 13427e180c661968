"""A film as one job: looked at, agreed on, prepared. The command line adds a bar to it, Python nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mariana_video.api.foresight import FRAME_BY_FRAME, check_changed
from mariana_video.api.shots import check_made_for, check_shots, list_of, planned_by, shots_of
from mariana_video.api.unused import check_video
from mariana_video.footage.masks import check_mask
from mariana_video.footage.plan import Plan, make_plan
from mariana_video.footage.shots import Shot, film_of
from mariana_video.job.conditions import conditions_of
from mariana_video.job.job import Frames, Job, Todo, open_job
from mariana_video.job.output_paths import replaceable
from mariana_video.job.shot_keys import known_by_shots, tell_kept
from mariana_video.job.stores.store import Film, OnNote
from mariana_video.loop.dreamer import Dreamer, make_dreamer
from mariana_video.media.containers import keeps_hdr
from mariana_video.media.output import check_output
from mariana_video.media.read.opening import check_film
from mariana_video.recipe.idle import idle
from mariana_video.recipe.job import Machine, Storage
from mariana_video.recipe.options import Carry, Dream, Recipe, Span, Where, shared_out
from mariana_video.recipe.reading import declare
from mariana_video.recipe.toml import sections


@dataclass(frozen=True)
class Prepared:
    """What is about to be made: `frames` gives the pictures, `todo` says how many are left."""

    dreamer: Dreamer
    plan: Plan
    todo: Todo
    frames: Frames
    shots: tuple[Shot, ...]


def planned(job: Job, recipe: Recipe, machine: Machine, on_frame: Callable[[int], None]) -> tuple[Dreamer, Plan]:
    """The network and the plan of a job, after seeing that it was begun with these settings (UsageError).

    `on_frame` is told how many frames of the source were looked at.
    """
    assert job.source is not None, "a film is made of another one"
    if recipe.where.mask is not None:
        check_mask(recipe.where.mask)  # what is wrong with it is said before any work
    listed = list_of(recipe)
    dreamer = make_dreamer(recipe, job.machine(machine))
    conditions = conditions_of("video", sections(recipe), job.storage, dreamer, job.source)
    check_made_for(listed, job.source, str(conditions["source"]["content"]))
    job.agree(conditions, FRAME_BY_FRAME)
    plan = make_plan(job.source, recipe.span, on_frame, keep_hdr=keeps_hdr(job.output, job.storage.codec))
    plan = planned_by(plan, listed)
    if recipe.where.mask is not None:
        check_mask(recipe.where.mask, plan)
    if not plan.clip.tone_mapped:
        idle(recipe.span, "hdr_peak", f"for {plan.clip.path}, which stays in its own range", "leave it out")
    return dreamer, plan


def prepared(job: Job, dreamer: Dreamer, plan: Plan, on_note: OnNote) -> Prepared:
    """The job, ready to be made. Raises OutputError where the disk has too little room, DreamError where memory has."""
    shots = shots_of(plan, dreamer)
    check_shots(plan, shots)
    span, largest = (plan.times, plan.start, plan.duration), max((shot.shape for shot in shots), key=math.prod)
    made = Film(plan.clip, plan.size, plan.clip.rate, *span, last=plan.last, dreamed=largest, cuts=plan.cuts)
    made = known_by_shots(job, made, shots) if plan.looks else made
    check_output(job.output, job.source, job.replaceable, job.bytes_needed(made))
    todo = job.prepare(made, plan.cuts, on_note)
    check_changed(job, dreamer, plan.clip.rate, on_note)
    tell_kept(job, made, todo, on_note)
    return Prepared(dreamer, plan, todo, lambda state, first: film_of(plan, shots, state, first), shots)


@contextmanager
def asked(source: str | Path, output: str | Path, options: Mapping[str, Any]) -> Iterator[tuple[Job, Recipe, Machine]]:
    """The job of a film as Python asks for it, by the command's `options`, with what can be checked at once."""
    *parts, machine, storage = shared_out(options, Dream, Carry, Span, Where, Machine, Storage, besides=("told",))
    recipe = Recipe(*parts)
    clip, made = declare("source", Path).read(source), declare("output", str).read(output)
    check_film(clip, made, replaceable(made, storage.overwrite, recipe.span.shots))
    check_video(recipe, storage, clip, made)
    with open_job(made, clip, storage, recipe.span.shots) as job:
        yield job, recipe, machine


def video(source: str | Path, output: str | Path, on_note: OnNote = lambda note: None, **options: Any) -> Path:
    """Dreams the film `source` as `output`, as `mariana video` does, and gives the path of `output`.

    `options` are those of the command by name, `on_note` gets its remarks. A job that was broken off goes on where it
    was. Raises MarianaError, in one line.
    """
    with asked(source, output, options) as (job, recipe, machine):
        todo = prepared(job, *planned(job, recipe, machine, lambda frames: None), on_note)
        job.make(todo.frames, lambda done: None, job.storage.preview)
        job.finish(on_note)
    return Path(output)
