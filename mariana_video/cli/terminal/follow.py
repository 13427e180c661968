"""A work, as a person sees it: what it will do, what is left, how long it will take, what to do when it was stopped."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from mariana_video.cli.terminal.bar import Bar, foretell, say
from mariana_video.errors import MarianaError

if TYPE_CHECKING:
    from pathlib import Path

    from mariana_video.api.making.work import Made, Work

T = TypeVar("T")
FORETOLD = 10  # frames after which it is said how long the whole will take


def follow(work: Work[T], quiet: bool, label: str = "") -> T:
    """Says what a work will do, and does it, with a bar."""
    for note in work.notes:
        say(note, quiet)
    foretelling = work.foretelling()
    with Bar(work.total, work.unit, label=label, quiet=quiet, done=work.done, foretelling=foretelling) as bar:
        return work.run(lambda made: bar.step(made.note), bar.say)


def follow_job(work: Work[Path], quiet: bool) -> None:
    """As `follow`, of a film: also says early how long the whole will take. Ctrl-C is told with the way to go on."""
    for note in work.notes:
        say(note, quiet)
    began, done, total = time.monotonic(), work.done, work.total or 0
    left = total - done
    try:
        with Bar(total, work.unit, quiet=quiet, done=done, foretelling=work.foretelling()) as bar:
            work.run(_Seen(bar, left).one, bar.say)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"stopped; nothing is lost: the same command goes on{_shown(work.output)}") from None
    say(f"{work.output}: {total} frames, {left / (time.monotonic() - began):.2f} a second", quiet)


def follow_pictures(work: Work[Path], quiet: bool) -> None:
    """As `follow`, of pictures that are made one by one: Ctrl-C is told with how many are done."""
    try:
        follow(work, quiet)
    except KeyboardInterrupt:
        done = f"{work.done} of {work.total} pictures are done"
        raise KeyboardInterrupt(f"stopped; {done}, and the same command continues") from None


def follow_or_foresee(work: Work[Path], quiet: bool, dry_run: bool) -> None:
    """As `follow_job`; on a dry run says what the film will take, and makes nothing."""
    if dry_run:
        foresee(work, quiet)
    else:
        follow_job(work, quiet)


def foresee(work: Work[Path], quiet: bool) -> None:
    """Says what a work will take, which a few of its frames tell."""
    for note in work.notes:
        say(note, quiet)
    say("dreaming a few frames, to see what all will take", quiet)
    print(work.foresee())


def already_finished(output: str, overwrite: bool, quiet: bool, dry_run: bool = False) -> bool:
    """Whether a job's OUTPUT is there and only its clearing up was broken off: that is done now, and said."""
    from mariana_video.api import finish

    finished = finish.already_finished(output, overwrite, looking=dry_run)
    if finished:
        say(f"{output} is finished already", quiet)
    return finished


def _shown(output: str | Path | None) -> str:
    """Makes a playable film of what is done beside OUTPUT, and says where; nothing where no frame is finished."""
    from mariana_video.api.finish import finish
    from mariana_video.api.making.jobs import grouped

    try:
        part = finish(str(output)).run()
    except MarianaError:
        return ""
    done = f"{grouped(part.frames)} of {grouped(part.total)} frames"
    return f", and the {done} that are finished can be played: {part.path}"


class _Seen:
    """Counts frames on the bar, and says after some how long the whole will take."""

    def __init__(self, bar: Bar, frames: int) -> None:
        self._bar, self._frames, self._told = bar, frames, False

    def one(self, _made: Made) -> None:
        """One more frame is made."""
        self._bar.step()
        if not self._told and self._bar.foretelling.done >= FORETOLD < self._frames:
            seconds = self._bar.foretelling.whole()
            if seconds is not None:
                self._told = True
                self._bar.say(foretell(self._frames, seconds))
