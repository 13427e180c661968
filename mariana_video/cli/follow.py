"""A job at work, as a person sees it: what is left, how long it will take, and what to do when it was stopped."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mariana_video.cli.progress import Bar, foretell, say
from mariana_video.errors import MarianaError

if TYPE_CHECKING:
    from mariana_video.film.film import Finished
    from mariana_video.film.job import Frames, Job, Todo

_FORETOLD = 5  # frames after which the whole can be foretold: the first one takes many more steps than those after it


def follow(job: Job, todo: Todo, frames: Frames, quiet: bool) -> None:
    """Makes what is left of a prepared job, with a bar, and finishes it. Ctrl-C is told with the way to go on."""
    began = time.monotonic()
    if 0 < todo.first < todo.total or todo.frames < todo.total:
        say(f"going on from frame {_grouped(min(todo.first + 1, todo.total))} of {_grouped(todo.total)}", quiet)
    try:
        with Bar(todo.total, "frames", quiet=quiet, done=todo.total - todo.frames) as bar:
            job.make(frames, _Foretelling(bar, todo.frames).seen, job.storage.preview)
        job.finish(lambda note: say(note, quiet))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"stopped; nothing is lost: the same command goes on{_shown(job)}") from None
    seconds = time.monotonic() - began
    say(f"{job.output}: {todo.total} frames, {todo.frames / seconds:.2f} a second", quiet)


def stands_already(output: str, overwrite: bool, quiet: bool) -> bool:
    """Whether a job's OUTPUT is there and only its clearing up was broken off: that is done now, and said."""
    from mariana_video.film.place import stands

    if overwrite or not stands(output):
        return False

    from mariana_video.film.job import clear_up

    clear_up(output)
    say(f"{output} stands already", quiet)
    return True


def _shown(job: Job) -> str:
    """Makes a playable film of what is done beside OUTPUT, and says where; nothing where no frame is finished."""
    from mariana_video.film.finish import finish_so_far

    try:
        part, frames, total = finish_so_far(job.output, lambda note: None)
    except MarianaError:
        return ""
    return f", and the {_grouped(frames)} of {_grouped(total)} frames that are finished can be played: {part}"


class _Foretelling:
    """Counts frames on the bar, and says after a few how long the whole will take."""

    def __init__(self, bar: Bar, frames: int) -> None:
        self._bar, self._frames = bar, frames
        self._count = 0
        self._began = time.monotonic()
        self._first = 0.0

    def seen(self, _done: Finished) -> None:
        self._bar.step()
        self._count += 1
        now = time.monotonic() - self._began
        if self._count == 1:
            self._first = now
        if self._count == _FORETOLD and self._frames > _FORETOLD:
            each = (now - self._first) / (self._count - 1)
            self._bar.say(foretell(self._frames, self._first + each * (self._frames - 1)))


def _grouped(number: int) -> str:
    """1312 as people write it: 1 312."""
    return f"{number:,}".replace(",", " ")
