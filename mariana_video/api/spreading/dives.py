"""A dive over a farm. One worker makes it all, frame by frame: several run beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mariana_video.api.foreseen.sources import file_of
from mariana_video.api.making.dives import asked_by, asked_of_dive, conditions_of_dive
from mariana_video.api.making.jobs import Asked, looked
from mariana_video.api.making.work import Work
from mariana_video.api.spreading.jobs import Shared, alike, shared_work
from mariana_video.api.spreading.placed import all_sent, placed, told, whole
from mariana_video.api.spreading.probes import probing
from mariana_video.dream.plain.made_up import Source
from mariana_video.job.job import Job
from mariana_video.recipe.job import Travelling
from mariana_video.recipe.kinds import DiveRecipe, FilmRecipe


@dataclass(frozen=True)
class Dive:
    """What is told of a dive."""

    begins: Source
    recipe: str

    def here(self, places: Mapping[Path, Path]) -> DiveHere:
        """It, on a worker."""
        begins = places[self.begins] if isinstance(self.begins, Path) else self.begins
        return DiveHere(begins, placed(DiveRecipe.read(self.recipe), places))


@dataclass(frozen=True)
class DiveHere:
    """A dive on a worker."""

    begins: Source
    recipe: DiveRecipe

    @property
    def source(self) -> Path | None:
        """The source's file; None where it is made up."""
        return file_of(self.begins)

    @property
    def probing(self) -> FilmRecipe:
        """The recipe of its probe."""
        return probing(self.recipe.dream, self.recipe.machine)

    def asked(self, job: Job) -> Asked:
        """All that its job hangs on. Raises MarianaError, Unlike."""
        found = conditions_of_dive(job, self.begins, self.recipe)
        return asked_by(job, self.begins, self.recipe, alike(job, found))


def farmed_dive(begins: Source, output: str, recipe: DiveRecipe) -> Work[Path]:
    """The work of diving into `begins` on a farm."""
    with looked(output, file_of(begins), recipe.output) as job:
        shared = Shared(
            output=output,
            source=file_of(begins),
            storage=recipe.output,
            shots=None,
            farming=recipe.farming,
            asked=asked_of_dive(job, begins, recipe),
            kind=Dive(whole(begins), told(replace(recipe, travelling=Travelling(no_recipe=True))).text()),
            sent=partial(all_sent, recipe, begins),
            probing=lambda job: probing(recipe.dream, job.machine(recipe.machine)),
        )
        return shared_work(job, shared)
