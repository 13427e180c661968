"""A film: looked at, agreed on, prepared as a job; whole, or shot by shot."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from mariana_video.api.foreseen.effort import effort_of_shots
from mariana_video.api.foreseen.foresight import FRAME_BY_FRAME
from mariana_video.api.foreseen.trials import trials_of_film
from mariana_video.api.making.jobs import Asked, job_work, looked, ready
from mariana_video.api.making.listed_shots import check_made_for, check_shots, list_of, planned_by, shots_of
from mariana_video.api.making.travelling import carried
from mariana_video.api.making.work import Watch, Work
from mariana_video.dream.ascent import Step
from mariana_video.dream.octaves import USUAL
from mariana_video.errors import UsageError
from mariana_video.footage.film import shape_of
from mariana_video.footage.masks import check_mask
from mariana_video.footage.plan import Plan, make_plan
from mariana_video.footage.shots import Shot, film_of
from mariana_video.footage.splits import split_plan
from mariana_video.job import hand_in as handing
from mariana_video.job.conditions import conditions_of
from mariana_video.job.job import Frames, Job, open_job
from mariana_video.job.shot_keys import known_by_shots
from mariana_video.job.stores.store import Film
from mariana_video.loop.dreamer import Dreamer, make_dreamer
from mariana_video.loop.footprint import FILM, bytes_beside
from mariana_video.media.containers import keeps_hdr
from mariana_video.recipe.idle import idle
from mariana_video.recipe.kinds import FilmRecipe
from mariana_video.recipe.toml import sections

OnLook = Callable[[int], None]


def film_work(source: Path, output: str, recipe: FilmRecipe, on_look: OnLook) -> Work[Path]:
    """The work of dreaming the film `source` as `output`; `on_look` is told how many frames were looked at."""
    with looked(output, source, recipe.storage, recipe.span.shots) as job:
        return job_work(job, _asked(job, recipe, on_look))


def shot_work(source: Path, output: str, recipe: FilmRecipe, shot: int) -> Work[Path]:
    """The work of making one shot (from 1) of a film, to be handed in elsewhere; its `run` gives the folder for that.

    Raises UsageError where there is no such shot.
    """
    with looked(output, source, recipe.storage, recipe.span.shots) as job:
        return work_of_shot(job, _asked(job, recipe, lambda frames: None), shot)


def work_of_shot(job: Job, asked: Asked, shot: int) -> Work[Path]:
    """The same, of a job that was looked at. Raises UsageError where there is no such shot."""
    shots = asked.film.shots
    if not 1 <= shot <= len(shots):
        raise UsageError(f"there is no shot {shot}: {job.source} has {len(shots)}, counted from 1")

    def described(job: Job, _watch: Watch) -> Path:
        handing.describe(job, shots[shot - 1])
        return job.folder

    return job_work(job, asked, shots[shot - 1], described)


def handed_in(source: Path, output: str, recipe: FilmRecipe, made: Sequence[Path]) -> list[int]:
    """Puts shots that were made elsewhere into the job of a film, and gives their numbers. Raises OutputError."""
    with open_job(output, source, recipe.storage, recipe.span.shots) as job:
        asked = _asked(job, recipe, lambda frames: None)
        ready(job, asked, lambda note: None)
        numbers = {number for folder in made for number in handing.check(job, folder, asked.film.shots)}
        job.begin()
        for folder in made:
            handing.hand_in(job, folder)
        return sorted(numbers)


def _asked(job: Job, recipe: FilmRecipe, on_look: OnLook) -> Asked:
    """The network, the plan and what follows from them, after seeing that a job was begun with these settings."""
    return asked_by(job, recipe, *planned(job, recipe, on_look))


def asked_by(job: Job, recipe: FilmRecipe, dreamer: Dreamer, plan: Plan) -> Asked:
    """What follows from the network and the plan."""
    if dreamer.memory is not None:
        pixels = max(math.prod(plan.size), math.prod(shape_of(plan, dreamer)))
        dreamer = replace(dreamer, beside=bytes_beside(pixels, FILM, tight=True))
    shots = shots_of(plan, dreamer)
    check_shots(plan, shots)
    travels = carried(recipe, recipe.travelling, recipe.dream.network, _dreamers(dreamer, shots), job.source)
    span, largest = (plan.times, plan.start, plan.duration), max((shot.shape for shot in shots), key=math.prod)
    film = Film(plan.clip, plan.size, plan.clip.rate, *span, last=plan.last, dreamed=largest, cuts=plan.borders)
    film, effort = replace(film, recipe=travels.text), effort_of_shots(plan, shots)
    return Asked(
        film=known_by_shots(job, film, shots) if plan.looks else film,
        conditions=job.conditions,
        free=FRAME_BY_FRAME,
        frames=lambda check: _frames(plan, _checked(shots, check)),
        effort=effort,
        dreamer=dreamer,
        timeline=plan.timeline,
        trials=trials_of_film(plan, shots, effort),
        cuts=plan.borders,
        notes=[*plan.notes, *_remarks(plan, dreamer), *travels.notes],
    )


def _dreamers(whole: Dreamer, shots: Sequence[Shot]) -> Sequence[Dreamer]:
    """All that dream in a film, each once."""
    several = (whole, *(shot.dreamer for shot in shots if shot.dreamer is not None))
    return list({id(one): one for one in several}.values())


def planned(job: Job, recipe: FilmRecipe, on_look: OnLook) -> tuple[Dreamer, Plan]:
    """The network and the plan, after seeing that a job was begun with these settings."""
    assert job.source is not None, "a film is made of another one"
    dreamt, mask = recipe.dreamt, recipe.where.mask
    if mask is not None:
        check_mask(mask)  # what is wrong with it is said before any work
    listed = list_of(dreamt)
    dreamer = make_dreamer(dreamt, job.machine(recipe.machine))
    conditions = conditions_of(
        "video", sections(dreamt), job.storage, dreamer, job.source, recipe.files(), recipe.farming.mixed
    )
    check_made_for(listed, job.source, str(conditions["source"]["content"]))
    job.agree(conditions, FRAME_BY_FRAME)
    keep_hdr = keeps_hdr(job.output, job.storage.codec)
    plan = split_plan(planned_by(make_plan(job.source, recipe.span, on_look, keep_hdr=keep_hdr), listed))
    if mask is not None:
        check_mask(mask, plan)
    if not plan.clip.tone_mapped:
        idle(recipe.span, "hdr_peak", f"for {plan.clip.path}, which stays in its own range", "leave it out")
    return dreamer, plan


def _frames(plan: Plan, shots: Sequence[Shot]) -> Frames:
    return lambda state, first: film_of(plan, shots, state, first)


def _checked(shots: Sequence[Shot], check: Callable[[Step], None]) -> list[Shot]:
    """The same, whose every step asks `check` whether it is to stop; what shares a dreamer goes on sharing one."""
    made: dict[int, Dreamer | None] = {}
    for dreamer in (shot.dreamer for shot in shots):
        if id(dreamer) not in made:
            made[id(dreamer)] = None if dreamer is None else replace(dreamer, on_step=check)
    return [replace(shot, dreamer=made[id(shot.dreamer)]) for shot in shots]


def _remarks(plan: Plan, dreamer: Dreamer) -> Iterator[str]:
    """What is worth saying before the work begins."""
    width, height = plan.size
    yield f"{len(plan.times)} frames of {width}x{height}; {dreamer}, on {dreamer.device.type} in {dreamer.precision}"
    octaves = len(dreamer.octaves(shape_of(plan, dreamer), dreamer.score()))
    if dreamer.recipe.dream.octaves is None and octaves < USUAL:
        yield f"the picture is small: {octaves} of {USUAL} octaves are large enough for the network"
