"""A job at work, as a person sees it: what is left, how long it will take, and what to do when it was stopped."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mariana_video.cli.bar import Bar, foretell, say
from mariana_video.errors import MarianaError

if TYPE_CHECKING:
    from mariana_video.api.effort import Effort
    from mariana_video.job.job import Frames, Job, Todo
    from mariana_video.loop.state import Finished

FORETOLD = 10  # frames after which it is said how long the whole will take


def follow(job: Job, todo: Todo, frames: Frames, quiet: bool, effort: Effort) -> None:
    """Makes what is left of a prepared job, with a bar, and finishes it. Ctrl-C is told with the way to go on.

    `effort` is what its frames are expected to cost.
    """
    began = time.monotonic()
    if not job.listed and (0 < todo.first < todo.total or todo.frames < todo.total):
        say(f"continuing from frame {_grouped(min(todo.first + 1, todo.total))} of {_grouped(todo.total)}", quiet)
    try:
        before, costs = todo.total - todo.frames, (effort.of(todo.runs), effort.after(job.output, todo.total))
        with Bar(todo.total, "frames", quiet=quiet, done=before, weights=costs[0], after=costs[1]) as bar:
            job.make(frames, _Seen(bar, todo.frames).one, job.storage.preview)
        job.finish(lambda note: say(note, quiet))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"stopped; nothing is lost: the same command goes on{_shown(job)}") from None
    seconds = time.monotonic() - began
    say(f"{job.output}: {todo.total} frames, {todo.frames / seconds:.2f} a second", quiet)


def finish(output: str, /) -> None:
    """Make a playable film of what is done so far of OUTPUT, at any time, without ending the job.

    It is called NAME.part.mp4 beside NAME.mp4, and made anew each time.

    Parameters
    ----------
    output
        The OUTPUT of a film that is being made, or was broken off.
    """
    from mariana_video.job.finish import finish_so_far

    path, frames, total = finish_so_far(output, say)
    say(f"{path}: {frames} of {total} frames")


def already_finished(output: str, overwrite: bool, quiet: bool) -> bool:
    """Whether a job's OUTPUT is there and only its clearing up was broken off: that is done now, and said."""
    from mariana_video.job.output_paths import is_finished, keeps_parts

    if overwrite or not is_finished(output) or keeps_parts(output):
        return False

    from mariana_video.job.job import clear_up

    clear_up(output)
    say(f"{output} is finished already", quiet)
    return True


def _shown(job: Job) -> str:
    """Makes a playable film of what is done beside OUTPUT, and says where; nothing where no frame is finished."""
    from mariana_video.job.finish import finish_so_far

    try:
        part, frames, total = finish_so_far(job.output, lambda note: None)
    except MarianaError:
        return ""
    return f", and the {_grouped(frames)} of {_grouped(total)} frames that are finished can be played: {part}"


class _Seen:
    """Counts frames on the bar, and says after some how long the whole will take."""

    def __init__(self, bar: Bar, frames: int) -> None:
        self._bar, self._frames = bar, frames

    def one(self, _done: Finished) -> None:
        """One more frame is made."""
        self._bar.step()
        if self._bar.foretelling.done == FORETOLD < self._frames:
            seconds = self._bar.foretelling.whole()
            if seconds is not None:
                self._bar.say(foretell(self._frames, seconds))


def _grouped(number: int) -> str:
    """1312 as people write it: 1 312."""
    return f"{number:,}".replace(",", " ")
