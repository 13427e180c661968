"""A film, dreamed: looked at, agreed on, prepared as a job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from mariana_video.api.foreseen.effort import effort_of_film
from mariana_video.api.foreseen.foresight import FRAME_BY_FRAME, check_whole
from mariana_video.api.making.jobs import Asked, job_work, looked
from mariana_video.api.making.work import Work
from mariana_video.dream.octaves import USUAL
from mariana_video.footage.film import film, shape_of
from mariana_video.footage.masks import check_mask
from mariana_video.footage.plan import Plan, make_plan
from mariana_video.job.conditions import conditions_of
from mariana_video.job.job import Frames, Job
from mariana_video.job.stores.store import Film
from mariana_video.loop.dreamer import Dreamer, make_dreamer
from mariana_video.media.containers import keeps_hdr
from mariana_video.recipe.idle import idle
from mariana_video.recipe.kinds import FilmRecipe
from mariana_video.recipe.toml import sections

OnLook = Callable[[int], None]


def film_work(source: Path, output: str, recipe: FilmRecipe, on_look: OnLook) -> Work[Path]:
    """The work of dreaming the film `source` as `output`; `on_look` is told how many frames were looked at."""
    with looked(output, source, recipe.storage) as job:
        return job_work(job, _asked(job, recipe, on_look))


def _asked(job: Job, recipe: FilmRecipe, on_look: OnLook) -> Asked:
    """The network, the plan and what follows from them, after seeing that a job was begun with these settings."""
    assert job.source is not None, "a film is made of another one"
    dreamt, mask = recipe.dreamt, recipe.where.mask
    if mask is not None:
        check_mask(mask)  # what is wrong with it is said before any work
    dreamer = make_dreamer(dreamt, job.machine(recipe.machine))
    conditions = conditions_of("video", sections(dreamt), job.storage, dreamer, job.source, recipe.files())
    job.agree(conditions, FRAME_BY_FRAME)
    plan = make_plan(job.source, recipe.span, on_look, keep_hdr=keeps_hdr(job.output, job.storage.codec))
    if mask is not None:
        check_mask(mask, plan)
    if not plan.clip.tone_mapped:
        idle(recipe.span, "hdr_peak", f"for {plan.clip.path}, which stays in its own range", "leave it out")
    check_whole(dreamer, len(plan.times), plan.timeline, plan.size)
    span = plan.times, plan.start, plan.duration
    made = Film(plan.clip, plan.size, plan.clip.rate, *span, last=plan.last, dreamed=shape_of(plan, dreamer))
    return Asked(
        film=made,
        conditions=conditions,
        free=FRAME_BY_FRAME,
        frames=lambda check: _frames(plan, replace(dreamer, on_step=check)),
        effort=effort_of_film(plan, dreamer),
        dreamer=dreamer,
        timeline=plan.timeline,
        cuts=plan.cuts,
        notes=[*plan.notes, *_remarks(plan, dreamer)],
    )


def _frames(plan: Plan, dreamer: Dreamer) -> Frames:
    return lambda state, first: film(plan, dreamer, state, first)


def _remarks(plan: Plan, dreamer: Dreamer) -> Iterator[str]:
    """What is worth saying before the work begins."""
    width, height = plan.size
    yield f"{len(plan.times)} frames of {width}x{height}; {dreamer}, " + (
        f"on {dreamer.device.type} in {dreamer.precision}"
    )
    octaves = len(dreamer.octaves(shape_of(plan, dreamer), dreamer.score()))
    if dreamer.recipe.dream.octaves is None and octaves < USUAL:
        yield f"the picture is small: {octaves} of {USUAL} octaves are large enough for the network"
