"""A film over a farm: its shots are made elsewhere, each by one worker, and joined here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from mariana_video.api.making.films import asked_by, planned, work_of_shot
from mariana_video.api.making.jobs import Asked, finished, job_work, looked, ready
from mariana_video.api.making.work import Watch, Work
from mariana_video.api.spreading.alike import begun_with, check_alike
from mariana_video.api.spreading.placed import all_sent, files_of, placed, placed_value
from mariana_video.api.spreading.probes import Probe, probe_of, probing
from mariana_video.api.spreading.spread import FOLDER, Spread, spread_work
from mariana_video.farm.errand import Given, Item, Sent
from mariana_video.farm.worker import preview_in
from mariana_video.footage.plan import Plan
from mariana_video.job import hand_in as handing
from mariana_video.job.conditions import conditions_of
from mariana_video.job.held_frames import FILE as HELD
from mariana_video.job.job import Job, open_job
from mariana_video.job.output_paths import CONDITIONS, folder_for
from mariana_video.loop.dreamer import Dreamer, make_dreamer
from mariana_video.recipe.kinds import FilmRecipe
from mariana_video.recipe.toml import to_text
from mariana_video.recipe.values.farm import Farm

OnLook = Callable[[int], None]
_SHOT = "shot "
_ONE = "the film is one shot, which one worker makes alone; --split SECONDS parts it among several"


@dataclass(frozen=True)
class FilmErrand:
    """All that workers need to make shots of a film: what was planned, and under which conditions it is made."""

    token: str
    sent: tuple[Sent, ...]
    preview: str
    source: Path
    name: str
    recipe: str
    plan: Plan
    conditions: str
    probe: Probe | None

    def maker(self, places: Mapping[Path, Path], folder: Path) -> FilmMaker:
        """What makes its shots, its files being at their `places`. Raises MarianaError, Unlike."""
        return FilmMaker(self, places, folder)


class FilmMaker:
    """Makes shots on a worker, one after the other, with one network and one plan."""

    def __init__(self, errand: FilmErrand, places: Mapping[Path, Path], folder: Path) -> None:
        self._errand, self._source = errand, places[errand.source.absolute()]
        self._recipe = placed(FilmRecipe.read(errand.recipe), places)
        clip = replace(errand.plan.clip, path=self._source, files=_placed_files(errand.plan, self._source))
        self._plan = replace(errand.plan, clip=clip, looks=_placed_looks(errand.plan, places))
        self._asked: Asked | None = None
        place = folder / "looked" / errand.name
        place.parent.mkdir(parents=True, exist_ok=True)
        with self._looked(place.parent) as job:
            self._asked = asked_by(job, self._recipe, self._dreamer(job), self._plan)

    def probe(self, folder: Path) -> None:
        """Sees that this machine's bits are those of the command's. Raises Unlike."""
        if self._errand.probe is not None:
            recipe = self._recipe
            self._errand.probe.check(probing(recipe.dream, recipe.machine, recipe.carry, recipe.where), folder)

    def make(self, item: str, folder: Path, on_step: Callable[[], None]) -> Given:
        """Makes a shot, by its number."""
        assert self._asked is not None
        preview = preview_in(folder, self._errand.preview)
        with self._looked(folder, preview) as job:
            work = work_of_shot(job, self._asked, int(item.removeprefix(_SHOT)))
            for _ in range(work.done):
                on_step()
        made = work.run(lambda _: on_step())
        names = [f"{made.name}/{path}" for path in (CONDITIONS, handing.FILE, *handing.parts(made))]
        return Given(folder, (*names, *([f"{made.name}/{HELD}"] if (made / HELD).exists() else [])))

    @contextmanager
    def _looked(self, folder: Path, preview: Path | None = None) -> Iterator[Job]:
        """The job of a shot in `folder`, begun under the conditions of the command's job."""
        output = f"{folder / Path(self._errand.name).name}{'/' if self._errand.name.endswith('/') else ''}"
        conditions = folder_for(output) / CONDITIONS
        conditions.parent.mkdir(exist_ok=True)
        if not conditions.exists() or conditions.read_text("utf-8") != self._errand.conditions:
            conditions.write_text(self._errand.conditions, "utf-8")
        storage = replace(self._recipe.storage, preview=preview, overwrite=False, restart=False)
        with looked(output, self._source, storage, self._recipe.span.shots) as job:
            yield job

    def _dreamer(self, job: Job) -> Dreamer:
        """What dreams here, after seeing that all is as on the command's machine. Raises Unlike."""
        recipe = self._recipe
        dreamer = make_dreamer(recipe.dreamt, job.machine(recipe.machine))
        mixed = recipe.farming.mixed
        check_alike(job.before, conditions_of("video", {}, job.storage, dreamer, self._source, recipe.files(), mixed))
        job.conditions = begun_with(job.before)
        return dreamer


def _placed_files(plan: Plan, source: Path) -> tuple[Path, ...]:
    return tuple(source / file.name for file in plan.clip.files)


def _placed_looks(plan: Plan, places: Mapping[Path, Path]) -> tuple[Any, ...]:
    """What a list says of its shots, with the files that it names at their places."""
    return tuple(
        replace(shot, look={name: placed_value(value, places) for name, value in shot.look.items()})
        for shot in plan.looks
    )


def farmed_film(source: Path, output: str, recipe: FilmRecipe, farm: Farm, on_look: OnLook) -> Work[Path]:
    """The work of dreaming the film `source` as `output` on a farm; `on_look` is told how many frames were seen."""
    with looked(output, source, recipe.storage, recipe.span.shots) as job:
        dreamer, plan = planned(job, recipe, on_look)
        asked = asked_by(job, recipe, dreamer, plan)
        work = job_work(job, asked)
        items = _items(job, asked)
    film = _Film(source, output, recipe, asked, plan, [recipe.storage.restart])
    notes = [_ONE] if len(asked.film.shots) == 1 else []
    return spread_work(work, farm, partial(_opened, film), items, notes)


@dataclass(frozen=True)
class _Film:
    """A film that was looked at. It is to `restart` once: running again goes on."""

    source: Path
    output: str
    recipe: FilmRecipe
    asked: Asked
    plan: Plan
    restart: list[bool]


def _items(job: Job, asked: Asked) -> list[Item]:
    """The shots of which anything is missing: each is made as a whole."""
    shots = asked.film.shots
    if job.anew:
        left = list(range(len(shots)))
    else:
        missing = {position for gap in job.store.missing() for position in gap}
        left = [number for number, shot in enumerate(shots) if not missing.isdisjoint(shot)]
    return [Item(f"{_SHOT}{n + 1}", sum(asked.effort.of([shots[n]])), len(shots[n])) for n in left]


@contextmanager
def _opened(film: _Film, watch: Watch) -> Iterator[Spread]:
    """The film's job, locked as long as this lasts."""
    recipe, asked = film.recipe, film.asked
    with open_job(film.output, film.source, recipe.storage, recipe.span.shots, restart=film.restart[0]) as job:
        film.restart[0] = False
        ready(job, asked, lambda note: None)
        job.check_source()
        items, total = _items(job, asked), len(asked.film.times)
        job.begin()

        def taken(_shot: str, folder: Path) -> None:
            made = folder / job.folder.name
            handing.check(job, made, asked.film.shots)
            handing.hand_in(job, made)

        def ended() -> Path:
            job.prepare(asked.film, asked.cuts, lambda note: None)  # looks at what has come in
            return finished(job, watch)

        done = total - sum(item.steps for item in items)
        errand, preview = partial(_errand, film, job), recipe.storage.preview
        yield Spread(job.folder, items, done, total, errand, taken, ended, preview)


def _errand(film: _Film, job: Job) -> FilmErrand:
    """What workers need to know."""
    recipe, asked, plan = film.recipe, film.asked, film.plan
    dream = probing(asked.dreamer.recipe.dream, job.machine(recipe.machine), recipe.carry, recipe.where)
    probe = None if recipe.farming.mixed else probe_of(dream, job.folder / FOLDER / "probe")
    looks = [path for shot in plan.looks for value in shot.look.values() for path in files_of(value)]
    sent, conditions = all_sent(recipe, film.source, looks), to_text(job.conditions)
    told = "\n".join([recipe.text(), conditions, film.output, *(one.checksum for one in sent)])
    name = Path(film.output).name + ("/" if film.output.endswith("/") else "")
    preview = "" if recipe.storage.preview is None else recipe.storage.preview.suffix.lower()
    token = hashlib.sha256(told.encode(errors="surrogateescape")).hexdigest()
    return FilmErrand(token, sent, preview, film.source, name, recipe.text(), plan, conditions, probe)
