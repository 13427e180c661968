"""Works that are jobs: they lie in OUTPUT.mariana/ until they are through, and go on where they were stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from mariana_video.api.foreseen.effort import Effort
from mariana_video.api.foreseen.foresight import check_changed
from mariana_video.api.foreseen.outlook import Looked, outlook_of
from mariana_video.api.foreseen.trials import Trial
from mariana_video.api.making.work import Made, OnNote, Watch, Work
from mariana_video.dream.ascent import Step
from mariana_video.job.job import Frames, Job, Todo, open_job
from mariana_video.job.shot_keys import tell_kept
from mariana_video.job.stores.choice import bytes_beside
from mariana_video.job.stores.sample import sample_of
from mariana_video.job.stores.store import Film
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.state import Finished
from mariana_video.media.containers import carries_tags
from mariana_video.media.output import check_output
from mariana_video.recipe.job import Output
from mariana_video.recipe.toml import Sections
from mariana_video.recipe.values.timeline import Timeline


@dataclass(frozen=True)
class Asked:
    """All that a job hangs on, once it was looked at.

    `conditions` must be those that the job was begun with, but for what is `free` (settings that hold frame by frame);
    `frames` gives the pictures, calling the function that it gets after every step; at `cuts` a frame needs no state.
    `trials` say what the frames cost.
    """

    film: Film
    conditions: Sections
    free: frozenset[str]
    frames: Callable[[Callable[[Step], None]], Frames]
    effort: Effort
    dreamer: Dreamer
    timeline: Timeline
    trials: Sequence[Trial]
    cuts: frozenset[int] = frozenset()
    notes: list[str] = field(default_factory=list)


@contextmanager
def looked(output: str, source: Path | None, storage: Output, shots: Path | None = None) -> Iterator[Job]:
    """The job as it is, to be looked at. One that is to be begun anew is as if nothing were there of it."""
    with open_job(output, source, storage, shots, looking=True) as job:
        yield job


def finished(job: Job, watch: Watch) -> Path:
    """How a work ends whose every frame is made: OUTPUT stands."""
    job.finish(watch.note, watch.check)
    return Path(job.output)


def job_work(
    job: Job, asked: Asked, only: range | None = None, end: Callable[[Job, Watch], Path] = finished
) -> Work[Path]:
    """The work of a job that was looked at, or of the positions of it that are `only` to be made.

    `end` is called when they are. Raises what refuses it.
    """
    marks, storage, shots, notes = job.marks, job.storage, job.shots, list(asked.notes)
    todo = _within(_all(job, asked) if job.anew else ready(job, asked, notes.append), only)
    if shots is None:
        notes += _going_on(todo)
    if asked.film.recipe is not None and not carries_tags(Path(job.output)):
        notes.append(f"{job.output} can't hold its recipe: it is left out (.mp4, .mkv and others hold it)")
    restart = [storage.restart]  # once: running again goes on

    def make(watch: Watch) -> Path:
        watch.check()
        with open_job(job.output, job.source, storage, shots, restart=restart[0]) as again:
            restart[0] = False
            again.marks = marks  # its source is to be what it was when it was looked at
            _make(again, asked, only, watch, work)
            return end(again, watch)

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
        foresee=partial(outlook_of, _looked(job, asked, todo)),
    )
    return work


def _looked(job: Job, asked: Asked, todo: Todo) -> Looked:
    film = asked.film
    return Looked(
        job.output,
        film.size,
        len(film.times),
        asked.effort,
        todo.runs,
        asked.trials,
        asked.dreamer.device,
        sample=partial(sample_of, film, job.output, asked.conditions),
        beside=bytes_beside(film),
    )


def _make(job: Job, asked: Asked, only: range | None, watch: Watch, work: Work[Path]) -> None:
    """Makes what is left of a job."""
    todo = _within(ready(job, asked, lambda note: None), only)  # notes were told when it was looked at
    job.check_source()
    work.done, work.weights = todo.total - todo.frames, asked.effort.of(todo.runs)

    def one(done: Finished) -> None:
        work.done += 1
        watch.made(Made(work.done, todo.total, lambda: done.rgb, time=done.rendered.time))

    job.make(asked.frames(watch.check), one, job.storage.preview, only)
    watch.check()


def ready(job: Job, asked: Asked, on_note: OnNote) -> Todo:
    """What is left to do, after seeing that the job was begun with these conditions and that there is room for it."""
    job.agree(asked.conditions, asked.free)
    check_output(job.output, job.source, job.replaceable, job.bytes_needed(asked.film))
    todo = job.prepare(asked.film, asked.cuts, on_note)
    check_changed(job, asked.dreamer, asked.timeline, on_note)
    tell_kept(job, asked.film, todo, on_note)
    return todo


def _within(todo: Todo, only: range | None) -> Todo:
    """What is left to do of some positions."""
    if only is None:
        return todo
    runs = [range(max(run.start, only.start), min(run.stop, only.stop)) for run in todo.runs]
    runs = [run for run in runs if run]
    return Todo(runs[0].start if runs else only.stop, sum(map(len, runs)), len(only), tuple(runs))


def _going_on(todo: Todo) -> list[str]:
    if not (0 < todo.first < todo.total or todo.frames < todo.total):
        return []
    return [f"continuing from frame {grouped(min(todo.first + 1, todo.total))} of {grouped(todo.total)}"]


def grouped(number: int) -> str:
    """1312 as people write it: 1 312."""
    return f"{number:,}".replace(",", " ")


def _all(job: Job, asked: Asked) -> Todo:
    """What is to do where all that is there goes first."""
    check_output(job.output, job.source, job.replaceable, job.bytes_needed(asked.film))
    frames = len(asked.film.times)
    return Todo(0, frames, frames, (range(frames),))
