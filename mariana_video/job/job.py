"""A job that can be broken off anywhere and goes on exactly: what it needs for that lies in OUTPUT.mariana/.

    lock                        held while a process works on the job
    job.toml                    what the job was begun with: recipe, source's checksum, machine, the film's clock
    000012.packets              a finished part of the film, encoded for good
    000013.frames, .encoding    the open part: its finished frames, losslessly, and what is encoded of it
    state-…                     the loop's state at the last checkpoints
    so-far.json, preview.txt    what of the files beside OUTPUT is the job's own

Any command that gives finished frames can be such a job. The state goes in and out as it is; nothing here looks at it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mariana_video.errors import OutputError, SourceError, UsageError
from mariana_video.footage.held_flashes import flashes_note
from mariana_video.footage.pipeline import sink
from mariana_video.job import beside_output as beside
from mariana_video.job import checkpoint
from mariana_video.job.conditions import agree, content_of, machine_given, marks_of
from mariana_video.job.flash_warning import warn_of_flashes
from mariana_video.job.output_paths import CONDITIONS, check_own, clear, folder_for, in_place, is_finished
from mariana_video.job.preview import Preview
from mariana_video.job.stores.choice import bytes_needed, check_storage, film_section, open_store
from mariana_video.job.stores.store import Film, OnNote, Store
from mariana_video.loop.state import Finished, State
from mariana_video.media.files import write_whole
from mariana_video.media.lock import locked
from mariana_video.media.output import cannot_write, check_output, would_replace
from mariana_video.media.stills.pictures import ENDINGS_OUT
from mariana_video.recipe.job import Machine, Output
from mariana_video.recipe.toml import Plain, Sections, read_text, to_text

_EVERY = 30.0  # seconds between checkpoints: half of the minute that may be lost at the most
_BEHIND = 3  # frames that keeping may lag behind dreaming

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

    def __init__(self, output: str, folder: Path, source: Path | None, storage: Output, before: Sections) -> None:
        self.output, self.folder, self.source, self.storage = output, folder, source, storage
        self.before = before
        self.changed = False
        self.finished = False
        self._conditions: Sections = before
        self._film: Film | None = None
        self._store: Store | None = None
        self.marks = marks_of(source) if source is not None and source.exists() else ()
        self._last: tuple[int, State] | None = None
        self._state: State | None = None
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
                self._check_apart(Path(str(section["path"])))
        if self.before:
            self.changed = agree(self.output, self.before, conditions, checkpoint.reached(self.folder), free)
        self._conditions = conditions

    def _check_apart(self, read: Path) -> None:
        for written in (Path(self.output), self.storage.preview):
            if written is not None and would_replace(written, read):
                raise OutputError(f"{written} is read for the dream; give another name for what is written")

    def bytes_needed(self, film: Film) -> int:
        """About how much more disk the job will take: OUTPUT, its parts, the open part's frames and the states."""
        used = sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())
        return max(0, bytes_needed(film, self.output, self.storage) - used)

    def prepare(self, film: Film, fresh: frozenset[int], on_note: OnNote) -> Todo:
        """Looks at what is there of `film` and says what is left to do.

        `fresh` are the positions besides the first that need no state (cuts). Raises OutputError.
        """
        self._conditions = {**self._conditions, "film": self._fixed(film)}
        self._film, self._fresh = film, fresh | {0}
        self._store = open_store(self.folder, self.output, film, self._conditions, on_note)
        runs = tuple(range(self._start(gap)[0], gap.stop) for gap in self._store.missing())
        return Todo(runs[0].start if runs else len(film.times), sum(map(len, runs)), len(film.times), runs)

    @property
    def kept(self) -> int:
        """How many frames from the first on hold one that is finished."""
        assert self._store is not None, "prepare comes first"
        assert self._film is not None
        missing = {position for gap in self._store.missing() for position in gap}
        return max((n + 1 for n in range(len(self._film.times)) if n not in missing), default=0)

    def make(self, frames: Frames, on_frame: Callable[[Finished], None], preview: Path | None = None) -> None:
        """Makes and keeps every missing frame; `on_frame` is called with each. What is finished outlives any error."""
        assert self._store is not None, "prepare comes first"
        self._begin()
        look = Preview(preview)
        if preview is not None:
            self._claim(preview)
        try:
            for gap in list(self._store.missing()):
                first, state = self._start(gap)
                with frames(state, first) as coming, sink(self._keep, _BEHIND) as put:
                    for done in _numbered(coming, range(first, gap.stop), self.source):
                        put(done)
                        on_frame(done[1])
                        look.show(done[1])
        except BaseException:  # whatever stops it, Ctrl-C too: the last finished frame is kept, and the stop goes on
            self._save_last()
            raise
        finally:
            self._store.close()

    def finish(self, on_note: OnNote) -> None:
        """Joins the film, verifies it, gives it its name, and tells if it flashes. Leaving clears the job's folder."""
        assert self._store is not None, "prepare comes first"
        self.check_source()
        made = self._store.assemble(on_note)
        check_output(self.output, None, self.storage.overwrite)  # somebody may have put a file there meanwhile
        in_place(made, self.output, self.folder)
        self.finished = True
        assert self._film is not None
        held = None if self._state is None else flashes_note(self._state.tensors)
        if held is not None:
            on_note(held)
        warn_of_flashes(Path(self.output), self._film.rate, on_note)

    def _begin(self) -> None:
        """Writes down what the job is made with, once nothing is left that could refuse it. Raises OutputError."""
        if self._conditions == self.before:
            return
        try:
            write_whole(self.folder / CONDITIONS, to_text(self._conditions).encode())
        except OSError as error:
            raise cannot_write(self.output, error) from error

    def _fixed(self, film: Film) -> Mapping[str, Plain]:
        """What is fixed of the film: as it was when the job began, or as it is now."""
        now, before = film_section(film, self.output), self.before.get("film")
        if before is None:
            return now
        if any(before.get(name, value) != value for name, value in now.items() if name != "encoder_threads"):
            raise SourceError(f"{self.source} gives other frames than when {self.output} was begun; use --restart")
        return before

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
        assert self._store is not None
        self._store.add(position, done)
        self._last, self._state = (position, done.state), done.state
        border = self._store.border(position)
        if border:
            self.check_source()
        if border or time.monotonic() - self._saved >= _EVERY:
            self._save()

    def _save(self) -> None:
        assert self._store is not None
        if self._last is None:
            return
        try:
            self._store.sync()
            checkpoint.save(self.folder, *self._last)
        except OSError as error:
            raise cannot_write(self.output, error) from error
        self._last, self._saved = None, time.monotonic()

    def _save_last(self) -> None:
        """After an error: what is finished is kept if the disk lets it be."""
        with contextlib.suppress(OutputError, ValueError):
            self._save()

    def check_source(self) -> None:
        """Raises SourceError if the source is no longer what it was when the job began."""
        if self.source is None:
            return
        try:
            marks = marks_of(self.source)
            same = marks == self.marks or content_of(self.source) == self._conditions["source"].get("content")
        except OSError as error:
            raise SourceError(
                f"{self.source} is gone ({(error.strerror or 'unreadable').lower()}); "
                "put it back and the same command goes on"
            ) from error
        if not same:
            raise SourceError(
                f"{self.source} has changed while it was being read; put the old one back and the same command goes on"
            )
        self.marks = marks


def clear_up(output: str) -> None:
    """Removes what a job has left beside an OUTPUT that stands. Raises OutputError if a process works on it."""
    folder = folder_for(output)
    with locked(folder, output):
        beside.take_away(folder)
        clear(folder, output)


@contextmanager
def open_job(output: str, source: Path | None, storage: Output, restart: bool | None = None) -> Iterator[Job]:
    """The job of making `output`, locked: begun, or continued where OUTPUT.mariana/ is there.

    `output` is a text, for "/" at its end says a folder. With `restart` (by default as `storage` has it) what is there
    is thrown away. On leaving, the folder is removed if OUTPUT stands or nothing is in it.

    Raises UsageError for a codec or quality that can't be, and OutputError if another process works on it, if the
    folder's name is taken by somebody's own, and for a preview that would replace somebody's file.
    """
    check_storage(output, storage)  # before anything is written down that would be held against the next try
    folder = folder_for(output)
    check_own(folder, output)
    with locked(folder, output):
        _check_preview(folder, output, source, storage)
        if (storage.restart if restart is None else restart) or is_finished(output):
            clear(folder, output)
        job = Job(output, folder, source, storage, read_conditions(folder))
        try:
            yield job
        finally:
            if job.finished:
                beside.take_away(folder)
            if job.finished or not (folder / CONDITIONS).exists():
                clear(folder, output)


def read_conditions(folder: Path) -> Sections:
    """What the job was begun with; empty where none was. Raises OutputError where it can't be read."""
    try:
        return read_text((folder / CONDITIONS).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, UsageError) as error:
        raise OutputError(f"{folder / CONDITIONS} can't be read; --restart begins the film anew") from error


def _numbered(coming: Iterator[Finished], positions: range, source: Path | None) -> Iterator[tuple[int, Finished]]:
    """The frames of `positions`, numbered. Raises SourceError if there are fewer."""
    for position in positions:
        done = next(coming, None)
        if done is None:
            raise SourceError(f"{source} has changed since it was looked at: it ends after frame {position}")
        yield position, done


def _check_preview(folder: Path, output: str, source: Path | None, storage: Output) -> None:
    """See that --preview can be a picture and replaces nobody's file: one of the same job's may be renewed."""
    preview = storage.preview
    if preview is None:
        return
    if preview.suffix.lower() not in ENDINGS_OUT:
        raise UsageError(f"--preview {preview} has no ending of a picture; these work: {', '.join(ENDINGS_OUT)}")
    if preview.absolute() == Path(output).absolute():
        raise UsageError(f"--preview {preview} is OUTPUT itself; give the preview another name")
    check_output(preview, source, storage.overwrite or beside.is_claimed(folder, preview))
