"""Works that are jobs: they lie in OUTPUT.mariana/ until they are through, and go on where they were stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mariana_video.api.foreseen.effort import Effort
from mariana_video.api.foreseen.foresight import check_changed
from mariana_video.api.making.work import Made, OnNote, Watch, Work
from mariana_video.job.job import Frames, Job, Todo, open_job
from mariana_video.job.stores.store import Film
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.state import Finished
from mariana_video.media.output import check_output
from mariana_video.recipe.job import Output
from mariana_video.recipe.toml import Sections
from mariana_video.recipe.values.timeline import Timeline


@dataclass(frozen=True)
class Asked:
    """All that a job hangs on, once it was looked at.

    `conditions` must be those that the job was begun with, but for what is `free` (settings that hold frame by frame);
    `frames` gives the pictures, calling the function that it gets after every step; at `cuts` a frame needs no state.
    """

    film: Film
    conditions: Sections
    free: frozenset[str]
    frames: Callable[[Callable[[object], None]], Frames]
    effort: Effort
    dreamer: Dreamer
    timeline: Timeline
    cuts: frozenset[int] = frozenset()
    notes: list[str] = field(default_factory=list)


@contextmanager
def looked(output: str, source: Path | None, storage: Output) -> Iterator[Job]:
    """The job as it is, to be looked at. One that is to be begun anew is as if nothing were there of it."""
    with open_job(output, source, storage, restart=False) as job:
        if storage.restart:
            job.before = {}
        yield job


def job_work(job: Job, asked: Asked) -> Work[Path]:
    """The work of a job that was looked at. Raises what refuses it."""
    marks, storage, notes = job.marks, job.storage, list(asked.notes)
    todo = _all(asked.film) if storage.restart else _ready(job, asked, notes.append)
    notes += _going_on(todo)
    restart = [storage.restart]  # once: running again goes on

    def make(watch: Watch) -> Path:
        watch.check()
        with open_job(job.output, job.source, storage, restart=restart[0]) as again:
            restart[0] = False
            again.marks = marks  # its source is to be what it was when it was looked at
            _made(again, asked, watch, work)
        return Path(job.output)

    work = Work(
        "frames",
        todo.total,
        make,
        done=todo.total - todo.frames,
        size=asked.film.size,
        notes=notes,
        weights=asked.effort.of(todo.runs),
        after=asked.effort.after(job.output, todo.total),
        output=job.output,
    )
    return work


def _made(job: Job, asked: Asked, watch: Watch, work: Work[Path]) -> None:
    """Makes what is left of a job, and finishes it."""
    todo = _ready(job, asked, lambda note: None)  # told when it was looked at
    job.check_source()
    work.done, work.weights = todo.total - todo.frames, asked.effort.of(todo.runs)

    def one(done: Finished) -> None:
        work.done += 1
        watch.made(Made(work.done, todo.total, lambda: done.rgb))

    job.make(asked.frames(watch.check), one, job.storage.preview)
    watch.check()
    job.finish(watch.note)


def _ready(job: Job, asked: Asked, on_note: OnNote) -> Todo:
    """What is left to do, after seeing that the job was begun with these conditions and that there is room for it."""
    job.agree(asked.conditions, asked.free)
    check_output(job.output, job.source, job.storage.overwrite, job.bytes_needed(asked.film))
    todo = job.prepare(asked.film, asked.cuts, on_note)
    check_changed(job, asked.dreamer, asked.timeline, on_note)
    return todo


def _going_on(todo: Todo) -> list[str]:
    if not (0 < todo.first < todo.total or todo.frames < todo.total):
        return []
    return [f"continuing from frame {grouped(min(todo.first + 1, todo.total))} of {grouped(todo.total)}"]


def grouped(number: int) -> str:
    """1312 as people write it: 1 312."""
    return f"{number:,}".replace(",", " ")


def _all(film: Film) -> Todo:
    frames = len(film.times)
    return Todo(0, frames, frames, (range(frames),))
