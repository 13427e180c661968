"""A film over a farm, shot by shot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mariana_video.api.making.films import asked_by, planned
from mariana_video.api.making.jobs import Asked, looked
from mariana_video.api.making.work import Work
from mariana_video.api.spreading.jobs import Shared, alike, shared_work
from mariana_video.api.spreading.placed import all_sent, files_of, placed, placed_value, told, told_value
from mariana_video.api.spreading.probes import probing
from mariana_video.farm.errand import Sent
from mariana_video.footage.plan import Plan
from mariana_video.job.conditions import conditions_of
from mariana_video.job.job import Job
from mariana_video.loop.dreamer import make_dreamer
from mariana_video.recipe.job import Travelling
from mariana_video.recipe.kinds import FilmRecipe

OnLook = Callable[[int], None]
_UNSAID = Travelling(no_recipe=True)  # what travels with the film is the command's to know
_ONE = "the film is one shot, which one worker makes alone; --split SECONDS parts it among several"


@dataclass(frozen=True)
class Film:
    """What is told of a film: its recipe as a text, and what was planned, so that nobody looks at it again."""

    recipe: str
    plan: Plan

    def here(self, places: Mapping[Path, Path]) -> FilmHere:
        """It, on a worker."""
        plan, recipe = self.plan, placed(FilmRecipe.read(self.recipe), places)
        source = places[plan.clip.path]
        clip = replace(plan.clip, path=source, files=tuple(source / file.name for file in plan.clip.files))
        looks = tuple(
            replace(shot, look={name: placed_value(value, places) for name, value in shot.look.items()})
            for shot in plan.looks
        )
        return FilmHere(source, recipe, replace(plan, clip=clip, looks=looks))


@dataclass(frozen=True)
class FilmHere:
    """A film on a worker."""

    source: Path
    recipe: FilmRecipe
    plan: Plan

    @property
    def probing(self) -> FilmRecipe:
        """The recipe of its probe."""
        return probing(self.recipe.dream, self.recipe.machine, self.recipe.carry, self.recipe.where)

    def asked(self, job: Job) -> Asked:
        """All that its job hangs on. Raises MarianaError, Unlike."""
        recipe = self.recipe
        dreamer = make_dreamer(recipe.dreamt, job.machine(recipe.machine))
        mixed, files = recipe.farming.mixed, recipe.files()
        conditions = conditions_of("video", {}, job.storage, dreamer, self.source, files, mixed)
        return asked_by(job, recipe, alike(job, (dreamer, conditions)), self.plan)


def farmed_film(source: Path, output: str, recipe: FilmRecipe, on_look: OnLook) -> Work[Path]:
    """The work of dreaming the film `source` as `output` on a farm; `on_look` is told how many frames were seen."""
    with looked(output, source, recipe.storage, recipe.span.shots) as job:
        dreamer, plan = planned(job, recipe, on_look)
        asked = asked_by(job, recipe, dreamer, plan)
        shared = Shared(
            output=output,
            source=source,
            storage=recipe.storage,
            shots=recipe.span.shots,
            farming=recipe.farming,
            asked=asked,
            kind=Film(told(replace(recipe, travelling=_UNSAID)).text(), _told(plan)),
            sent=partial(_sent, source, recipe, plan),
            probing=lambda job: probing(recipe.dream, job.machine(recipe.machine), recipe.carry, recipe.where),
            notes=[_ONE] if len(asked.film.shots) == 1 else [],
        )
        return shared_work(job, shared)


def _told(plan: Plan) -> Plan:
    """What was planned, with all files by their whole paths."""
    looks = tuple(
        replace(shot, look={name: told_value(value) for name, value in shot.look.items()}) for shot in plan.looks
    )
    return replace(plan, clip=replace(plan.clip, path=plan.clip.path.absolute()), looks=looks)


def _sent(source: Path, recipe: FilmRecipe, plan: Plan) -> tuple[Sent, ...]:
    """The source, and what the recipe and a list of shots read."""
    looks = [path for shot in plan.looks for value in shot.look.values() for path in files_of(value)]
    return all_sent(recipe, source, looks)
