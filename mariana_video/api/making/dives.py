"""A dive into a picture, prepared as a job."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mariana_video.api.foreseen.effort import effort_of_dive
from mariana_video.api.foreseen.foresight import FRAME_BY_FRAME, check_whole
from mariana_video.api.foreseen.sizes import foretell_size, usual_size
from mariana_video.api.foreseen.sources import file_of
from mariana_video.api.foreseen.trials import trial_of_dive
from mariana_video.api.making.jobs import Asked, job_work, looked
from mariana_video.api.making.travelling import carried
from mariana_video.api.making.work import Work
from mariana_video.dive.descent import Descent
from mariana_video.dive.film import dive, prepare
from mariana_video.dream.arrays import to_tensor
from mariana_video.dream.plain.made_up import SIZE, MadeUp, Source
from mariana_video.footage.still import shown_at
from mariana_video.job.conditions import conditions_of
from mariana_video.job.job import Frames, Job
from mariana_video.job.stores.store import Film
from mariana_video.loop.dreamer import Dreamer, make_dreamer
from mariana_video.media.read.opening import open_clip
from mariana_video.recipe.kinds import DiveRecipe
from mariana_video.recipe.options import Recipe
from mariana_video.recipe.toml import Sections, plain

if TYPE_CHECKING:
    from torch import Tensor

    from mariana_video.recipe.values.time import Time


def dive_work(source: Source, output: str, recipe: DiveRecipe) -> Work[Path]:
    """The work of diving into `source` (a picture, a clip, or a picture that is made up)."""
    if not isinstance(source, MadeUp):
        open_clip(source)  # what can't be opened is said before anything else
    with looked(output, file_of(source), recipe.output) as job:
        return job_work(job, asked_of_dive(job, source, recipe))


def asked_of_dive(job: Job, source: Source, recipe: DiveRecipe) -> Asked:
    """The dive, after seeing that a job that was begun was begun with these settings (UsageError)."""
    dreamer, conditions = conditions_of_dive(job, source, recipe)
    job.agree(conditions, _free(recipe))
    return asked_by(job, source, recipe, dreamer)


def conditions_of_dive(job: Job, source: Source, recipe: DiveRecipe) -> tuple[Dreamer, Sections]:
    """What dreams a dive, and all that it depends on."""
    dreamer, mixed = make_dreamer(Recipe(recipe.dream), job.machine(recipe.machine)), recipe.farming.mixed
    return dreamer, conditions_of("zoom", _options(recipe), job.storage, dreamer, source, recipe.files(), mixed)


def _free(recipe: DiveRecipe) -> frozenset[str]:
    """Settings that may be others for what is left: the way as a whole says how large the canvas is, what suits its
    first layers, and where a loop closes."""
    return frozenset[str]() if recipe.dive.loop else FRAME_BY_FRAME - {"layers"}


def asked_by(job: Job, source: Source, recipe: DiveRecipe, dreamer: Dreamer) -> Asked:
    """What follows from what dreams the dive."""
    picture, size = _start(source, recipe.begins.at, recipe.dream.seed)
    size = usual_size(size, job.output) if recipe.dive.size is None else recipe.dive.size.fit(size)
    sound = recipe.sounding.sound
    descent = prepare(dreamer, recipe.camera, recipe.dive, picture, size)
    check_whole(dreamer, descent.frames, descent.timeline, size, groups=(recipe.dive,), shape=descent.canvas.shape)
    times = tuple(index / descent.rate for index in range(descent.frames))
    endless = not recipe.played.play_once
    film = Film(None, size, descent.rate, times, under=sound, endless=endless, dreamed=descent.canvas.shape)
    travels = carried(recipe, recipe.travelling, recipe.dream.network, [dreamer], source)
    told = foretell_size(job.output, size, descent.frames)
    return Asked(
        film=replace(film, recipe=travels.text),
        conditions=job.conditions,
        free=_free(recipe),
        frames=lambda check: _frames(replace(descent, dreamer=replace(dreamer, on_step=check))),
        effort=effort_of_dive(descent),
        dreamer=dreamer,
        timeline=descent.timeline,
        trials=[trial_of_dive(descent)],
        notes=[f"{told}; {dreamer} in {dreamer.precision}", *travels.notes],
    )


def _frames(descent: Descent) -> Frames:
    return lambda state, first: dive(descent, state, first)


def _options(recipe: DiveRecipe) -> Sections:
    return {
        "dream": plain(recipe.dream),
        "camera": plain(recipe.camera),
        "dive": plain(recipe.dive),
        "begins": {"at": str(recipe.begins.at or 0), "play_once": recipe.played.play_once},
    }


def _start(source: Source, at: Time | None, seed: int) -> tuple[Tensor, tuple[int, int]]:
    """The picture that a dive begins with (1×3×H×W), and its (width, height)."""
    if isinstance(source, MadeUp):
        return to_tensor(source.picture(SIZE, seed)), SIZE
    frame = shown_at(open_clip(source), at)
    return to_tensor(frame.rgb), (frame.rgb.shape[1], frame.rgb.shape[0])
