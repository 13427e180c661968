"""Jobs over a farm: shots of a film, or a whole dive, are made elsewhere, each by one worker, and joined here."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from mariana_video.api.making.films import work_of_shot
from mariana_video.api.making.jobs import Asked, finished, job_work, looked, ready
from mariana_video.api.making.work import Watch, Work
from mariana_video.api.spreading.alike import begun_with, check_alike
from mariana_video.api.spreading.probes import Probe, probe_of
from mariana_video.api.spreading.spread import FOLDER, Spread, Taking, spread_work
from mariana_video.errors import OutputError
from mariana_video.farm.errand import Given, Item, Sent
from mariana_video.farm.worker import preview_in
from mariana_video.job import hand_in as handing
from mariana_video.job.held_frames import FILE as HELD
from mariana_video.job.job import Job, open_job
from mariana_video.job.output_paths import CONDITIONS, folder_for
from mariana_video.loop.dreamer import Dreamer
from mariana_video.recipe.job import Farming, Output
from mariana_video.recipe.kinds import FilmRecipe
from mariana_video.recipe.toml import Sections, to_text

_SHOT = "shot "


@dataclass(frozen=True)
class Told:
    """What workers need to know of any job: the name of OUTPUT, and the conditions under which the job was begun."""

    name: str
    conditions: str
    probe: Probe | None
    storage: Output
    shots: Path | None

    @contextmanager
    def looked(self, folder: Path, source: Path | None, preview: Path | None = None) -> Iterator[Job]:
        """The job of a part of it in `folder`, begun under the same conditions."""
        output = f"{folder / Path(self.name).name}{'/' if self.name.endswith('/') else ''}"
        conditions = folder_for(output) / CONDITIONS
        conditions.parent.mkdir(parents=True, exist_ok=True)
        if not conditions.exists() or conditions.read_text("utf-8") != self.conditions:
            conditions.write_text(self.conditions, "utf-8")
        storage = self.storage.taking({"preview": preview, "overwrite": False, "restart": False})
        with looked(output, source, storage, self.shots) as job:
            yield job


class Here(Protocol):
    """A kind of work as a worker sees it, its files being at their places on this machine."""

    @property
    def source(self) -> Path | None:
        """The source's file."""
        ...

    @property
    def probing(self) -> FilmRecipe:
        """The recipe of its probe."""
        ...

    def asked(self, job: Job) -> Asked:
        """All that its job hangs on. Raises MarianaError, Unlike."""
        ...


class Kind(Protocol):
    """What is told of one kind of work."""

    def here(self, places: Mapping[Path, Path]) -> Here:
        """It, on a worker."""
        ...


@dataclass(frozen=True)
class JobErrand:
    """All that workers need to know to make shots of a job."""

    token: str
    sent: tuple[Sent, ...]
    preview: str
    told: Told
    kind: Kind

    def maker(self, places: Mapping[Path, Path], folder: Path) -> JobMaker:
        """What makes its shots, its files being at their `places`. Raises MarianaError, Unlike."""
        return JobMaker(self, self.kind.here(places), folder)


class JobMaker:
    """Makes shots on a worker, one after the other, with one network and one plan."""

    def __init__(self, errand: JobErrand, here: Here, folder: Path) -> None:
        self._errand, self._told, self._here = errand, errand.told, here
        place = folder / "looked" / str(os.getpid())  # others prepare themselves on this machine, too
        try:
            with self._told.looked(place, here.source) as job:
                self._asked = here.asked(job)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def probe(self, folder: Path) -> None:
        """Sees that this machine's bits are those of the command's. Raises Unlike."""
        if self._told.probe is not None:
            self._told.probe.check(self._here.probing, folder)

    def make(self, item: str, folder: Path, on_step: Callable[[], None]) -> Given:
        """Makes a shot, by its name."""
        with self._told.looked(folder, self._here.source, preview_in(folder, self._errand.preview)) as job:
            work = work_of_shot(job, self._asked, int(item.removeprefix(_SHOT)))
        for _ in range(work.done):
            on_step()
        made = work.run(lambda _: on_step())
        names = [f"{made.name}/{path}" for path in (CONDITIONS, handing.FILE, *handing.parts(made))]
        return Given(folder, (*names, *([f"{made.name}/{HELD}"] if (made / HELD).exists() else [])))


def alike(job: Job, found: tuple[Dreamer, Sections]) -> Dreamer:
    """What dreams on a worker, after seeing that all is as on the command's machine. Raises Unlike."""
    dreamer, conditions = found
    check_alike(job.before, conditions)
    job.conditions = begun_with(job.before)
    return dreamer


@dataclass(frozen=True)
class Shared:
    """A job that was looked at, and that a farm is to make: `kind` says what workers do, `sent` what they need."""

    output: str
    source: Path | None
    storage: Output
    shots: Path | None
    farming: Farming
    asked: Asked
    kind: Kind
    sent: Callable[[], tuple[Sent, ...]]
    probing: Callable[[Job], FilmRecipe]
    notes: Sequence[str] = ()


def shared_work(job: Job, shared: Shared) -> Work[Path]:
    """The work of a job that was looked at, made by a farm."""
    assert shared.farming.farm is not None, "a farm is asked for"
    work = job_work(job, shared.asked)
    opened = partial(_opened, shared, [shared.storage.restart])
    return spread_work(work, shared.farming.farm, opened, _items(job, shared.asked), shared.notes)


def _items(job: Job, asked: Asked) -> list[Item]:
    """The shots of which anything is missing: each is made as a whole."""
    shots = asked.film.shots
    left = list(range(len(shots)))
    if not job.anew:
        missing = {position for gap in job.store.missing() for position in gap}
        left = [number for number in left if not missing.isdisjoint(shots[number])]
    return [Item(f"{_SHOT}{n + 1}", sum(asked.effort.of([shots[n]])), len(shots[n])) for n in left]


@contextmanager
def _opened(shared: Shared, restart: list[bool], watch: Watch) -> Iterator[Taking]:
    """The job, locked as long as this lasts. It is to `restart` once: running again goes on."""
    asked = shared.asked
    with open_job(shared.output, shared.source, shared.storage, shared.shots, restart=restart[0]) as job:
        restart[0] = False
        ready(job, asked, lambda note: None)
        job.check_source()
        items, total = _items(job, asked), len(asked.film.times)
        job.begin()

        def taken(shot: str, folder: Path) -> None:
            made = folder / job.folder.name
            if [f"{_SHOT}{number}" for number in handing.check(job, made, asked.film.shots)] != [shot]:
                raise OutputError(f"what came in for {shot} of {shared.output} is another one")
            handing.hand_in(job, made)

        def ended() -> Path:
            job.prepare(asked.film, asked.cuts, lambda note: None)  # looks at what has come in
            return finished(job, watch)

        done = total - sum(item.steps for item in items)
        errand, preview = partial(_errand, shared, job), shared.storage.preview
        yield Taking(Spread(job.folder, items, done, total, errand, preview), taken, ended)


def _errand(shared: Shared, job: Job) -> JobErrand:
    """What workers need to know."""
    place = job.folder / FOLDER / "probe"
    probe = None if shared.farming.mixed else probe_of(shared.probing(job), place)
    sent, conditions = shared.sent(), to_text(job.conditions)
    name = Path(shared.output).name + ("/" if shared.output.endswith("/") else "")
    told = Told(name, conditions, probe, shared.storage, shared.shots)
    preview = "" if shared.storage.preview is None else shared.storage.preview.suffix.lower()
    text = "\n".join([str(shared.output), conditions, *(one.checksum for one in sent)])
    token = hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()
    return JobErrand(token, sent, preview, told, shared.kind)
