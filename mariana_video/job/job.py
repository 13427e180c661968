"""A job that can be broken off anywhere and goes on exactly: what it needs for that lies in OUTPUT.mariana/.

    lock                        held while a process works on the job
    job.toml                    what the job was begun with: recipe, source's checksum, machine, the film's clock
    000012.packets              a finished part of the film, encoded for good
    000013.frames, .encoding    the open part: its finished frames, losslessly, and what is encoded of it
    state-…                     the loop's state at the last checkpoints
    held.json                   where flashes were held back
    recipe.toml                 the recipe that travels with OUTPUT
    so-far.json, preview.txt    what of the files beside OUTPUT is the job's own

Any command that gives finished frames can be such a job. The state goes in and out as it is; nothing here looks at it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mariana_video.errors import OutputError, SourceError
from mariana_video.footage.pipeline import most_waiting, sink
from mariana_video.job import beside_output as beside
from mariana_video.job import checkpoint, held_frames, kept_shots
from mariana_video.job import output_paths as paths
from mariana_video.job.conditions import agree, check_same, machine_given, marks_of
from mariana_video.job.flash_warning import warn_of_flashes
from mariana_video.job.output_paths import clear
from mariana_video.job.preview import Preview, check_preview
from mariana_video.job.stores.choice import agreed_film, bytes_needed, check_storage, open_store, shot_sections
from mariana_video.job.stores.store import Film, OnNote, Store
from mariana_video.loop.state import Finished, State
from mariana_video.media.files import write_whole
from mariana_video.media.lock import locked
from mariana_video.media.output import cannot_write, check_apart, check_output
from mariana_video.recipe.job import Machine, Output
from mariana_video.recipe.toml import Sections, to_text

_EVERY = 30.0  # seconds between checkpoints: half of the minute that may be lost at the most

Frames = Callable[[State | None, int], AbstractContextManager[Iterator[Finished]]]
"""Gives the film's frames from a position on: with the state of the frame before, or none to start nearest there."""


@dataclass(frozen=True)
class Todo:
    """What is left of a job: it goes on from position `first`; `frames` of all `total` are to be made, at `runs`."""

    first: int
    frames: int
    total: int
    runs: tuple[range, ...] = ()


class Job:
    """A locked job; see `open_job`."""

    def __init__(
        self,
        output: str,
        folder: Path,
        source: Path | None,
        storage: Output,
        before: Sections,
        shots: Path | None = None,
    ) -> None:
        self.output, self.folder, self.source, self.storage = output, folder, source, storage
        self.before, self.shots = before, shots
        self.changed = self.finished = self.anew = self.looking = False
        self.conditions: Sections = before
        self._film: Film | None = None
        self._store: Store | None = None
        self.marks = marks_of(source) if source is not None and source.exists() else ()
        self._last: tuple[int, State] | None = None
        self._saved = time.monotonic()

    def machine(self, given: Machine) -> Machine:
        """Where the job runs: what `given` leaves open is as it was when the job began."""
        return machine_given(given, self.before)

    def agree(self, conditions: Sections, free: Collection[str] = ()) -> None:
        """Raises UsageError, naming the setting, unless the job was begun with these conditions.

        Settings of the dream that are `free` may be others: `changed` then says so, and whoever makes the frames sees
        to it that none that is `kept` would be another. Raises OutputError where a file that is written is one that the
        terms read.
        """
        for section in conditions.values():
            if "path" in section:
                self.check_apart(Path(str(section["path"])))
        if self.before:
            self.changed = agree(self.output, self.before, conditions, checkpoint.reached(self.folder), free)
        self.conditions = conditions

    def check_apart(self, read: Path) -> None:
        """Raises OutputError where a file that is read is one that is written."""
        for written in (Path(self.output), self.storage.preview):
            if written is not None:
                check_apart(written, [read])

    def bytes_needed(self, film: Film) -> int:
        """About how much more disk the job will take: OUTPUT, its parts, the open part's frames and the states."""
        used = sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())
        return max(0, bytes_needed(film, self.output, self.storage) - used)

    def prepare(self, film: Film, fresh: frozenset[int], on_note: OnNote) -> Todo:
        """Looks at what is there of `film` and says what is left to do.

        `fresh` are the positions besides the first that need no state (cuts). Raises OutputError.
        """
        fixed = agreed_film(film, self.output, self.before, self.source)
        self.conditions = {**self.conditions, "film": fixed, **shot_sections(film, self.output)}
        self._film, self._fresh = film, fresh | {0}
        if not self.looking:
            kept_shots.forget_others(self.folder, film, self.before)
        self._store = open_store(self.folder, self.output, film, self.conditions, on_note)
        runs = tuple(range(self._start(gap)[0], gap.stop) for gap in self._store.missing())
        return Todo(runs[0].start if runs else len(film.times), sum(map(len, runs)), len(film.times), runs)

    @property
    def staying(self) -> tuple[Path, ...]:
        """What is kept of a finished film that was made by a list of shots."""
        if not self.finished or self._store is None or self._film is None:
            return (self.folder / paths.FINISHED,)
        return kept_shots.staying(self.folder, self._store, len(self._film.times))

    @property
    def store(self) -> Store:
        """Where its finished frames are."""
        assert self._store is not None, "prepare comes first"
        return self._store

    @property
    def replaceable(self) -> bool:
        """Whether OUTPUT may be replaced."""
        return paths.replaceable(self.output, self.storage.overwrite, self.shots)

    @property
    def kept(self) -> int:
        """How many frames from the first on hold one that is finished."""
        assert self._film is not None
        missing = {position for gap in self.store.missing() for position in gap}
        return max((n + 1 for n in range(len(self._film.times)) if n not in missing), default=0)

    def make(
        self,
        frames: Frames,
        on_frame: Callable[[Finished], None],
        preview: Path | None = None,
        only: range | None = None,
    ) -> None:
        """Makes and keeps every missing frame; `on_frame` is called with each. What is finished outlives any error.

        `only` are the positions of whole shots: no others are made then.
        """
        self.begin()
        assert self._film is not None
        look = Preview(preview)
        if preview is not None:
            self._claim(preview)
        try:
            for gap in [gap for missing in self.store.missing() if (gap := _within(missing, only))]:
                first, state = self._start(gap)
                with frames(state, first) as coming, sink(self._keep, most_waiting(self._film.size)) as put:
                    for done in _numbered(coming, range(first, gap.stop), self.source):
                        put(done)
                        on_frame(done[1])
                        look.show(done[1])
        except BaseException:  # whatever stops it, Ctrl-C too: the last finished frame is kept, and the stop goes on
            self._save_last()
            raise
        finally:
            self.store.close()

    def finish(self, on_note: OnNote, check: Callable[[], None] = lambda: None) -> None:
        """Joins the film, verifies it, names it unless `check` raises, tells if it flashes. Leaving clears up."""
        self.check_source()
        made = self.store.assemble(on_note)
        check()
        check_output(self.output, None, self.replaceable)  # somebody may have put a file there meanwhile
        paths.in_place(made, self.output, self.folder, keeping=self.shots is not None)
        self.finished = True
        assert self._film is not None
        if (note := held_frames.told(self.folder)) is not None:
            on_note(note)
        if self.shots is not None:
            on_note(kept_shots.told(self.folder, self.staying))
        warn_of_flashes(Path(self.output), self._film.rate, on_note)

    def begin(self) -> None:
        """Writes down what the job is made with, once nothing is left that could refuse it. Raises OutputError."""
        assert self._film is not None
        try:
            held_frames.forget(self.folder, [float(self._film.times[n]) for gap in self.store.missing() for n in gap])
            paths.note_recipe(self.folder, self._film.recipe)
            if self.conditions != self.before:
                write_whole(self.folder / paths.CONDITIONS, to_text(self.conditions).encode())
        except OSError as error:
            raise cannot_write(self.output, error) from error

    def _claim(self, preview: Path) -> None:
        try:
            beside.claim_preview(self.folder, preview)
        except OSError as error:
            raise cannot_write(self.output, error) from error

    def _start(self, gap: range) -> tuple[int, State | None]:
        """The nearest position from which the first of `gap` can be reached, and the state to start with."""
        known = checkpoint.latest(self.folder, gap.start)
        nearest = max(position for position in self._fresh if position <= gap.start)
        if known is None or known[0] + 1 < nearest:
            return nearest, None
        return known[0] + 1, known[1]

    def _keep(self, item: tuple[int, Finished]) -> None:
        """Keeps a frame, and now and then the state. Runs beside the dreaming, in a thread of its own."""
        position, done = item
        self.store.add(position, done)
        self._last = position, done.state
        border = self.store.border(position)
        if border:
            self.check_source()
        if border or time.monotonic() - self._saved >= _EVERY:
            self._save()

    def _save(self) -> None:
        if self._last is None:
            return
        try:
            self.store.sync()
            checkpoint.save(self.folder, *self._last)
            held_frames.note(self.folder, self._last[1])
        except OSError as error:
            raise cannot_write(self.output, error) from error
        self._last, self._saved = None, time.monotonic()

    def _save_last(self) -> None:
        """After an error: what is finished is kept if the disk lets it be."""
        with contextlib.suppress(OutputError, ValueError):
            self._save()

    def check_source(self) -> None:
        """Raises SourceError if the source is no longer what it was when the job began."""
        if self.source is not None:
            self.marks = check_same(self.source, self.marks, self.conditions)


@contextmanager
def open_job(
    output: str,
    source: Path | None,
    storage: Output,
    shots: Path | None = None,
    *,
    restart: bool | None = None,
    looking: bool = False,
) -> Iterator[Job]:
    """The job of making `output` (a text: "/" at its end says a folder), locked: begun, or continued from its folder.

    With `restart` (by default as `storage` has it) all there goes, but not while `looking`: then the job is `anew`. On
    leaving, the folder goes if OUTPUT stands or nothing is in it; with a list of `shots`, parts stay. Raises UsageError
    for a codec or quality that can't be, OutputError if another process works on it, if the folder's name is taken by
    somebody's own, and for a preview that would replace somebody's file.
    """
    check_storage(output, storage)  # before anything is written down that would be held against the next try
    folder = paths.folder_for(output)
    paths.check_own(folder, output)
    with locked(folder, output):
        check_preview(folder, output, source, storage)
        kept = shots is not None and paths.keeps_parts(output)
        anew = (storage.restart if restart is None else restart) or (paths.is_finished(output) and not kept)
        begun = looking and paths.holds_work(folder)
        if anew and not looking:
            clear(folder, output, [folder / paths.FINISHED] if kept else ())
        job = Job(output, folder, source, storage, {} if anew else paths.read_conditions(folder), shots)
        job.anew, job.looking = anew, looking
        try:
            yield job
        finally:
            if job.finished:
                beside.take_away(folder)
            if (job.finished or not (folder / paths.CONDITIONS).exists()) and not begun:
                clear(folder, output, *([job.staying] if shots is not None else []))


def _within(gap: range, only: range | None) -> range:
    return gap if only is None else range(max(gap.start, only.start), min(gap.stop, only.stop))


def _numbered(coming: Iterator[Finished], positions: range, source: Path | None) -> Iterator[tuple[int, Finished]]:
    """The frames of `positions`, numbered. Raises SourceError if there are fewer."""
    for position in positions:
        done = next(coming, None)
        if done is None:
            raise SourceError(f"{source} has changed since it was looked at: it ends after frame {position}")
        yield position, done
