"""A work that a farm makes together: planned and put together here, made elsewhere.

What has come in is kept in the work's own place at once, so whatever ends the command loses none of it.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from mariana_video.api.making.work import Made, Watch, Work
from mariana_video.api.spreading.foretelling import SharedForetelling
from mariana_video.errors import MarianaError
from mariana_video.farm.cluster import connected
from mariana_video.farm.errand import Errand, Item
from mariana_video.farm.hands import Hands
from mariana_video.media.files import write_whole
from mariana_video.media.output import cannot_write
from mariana_video.recipe.values.farm import Farm

FOLDER = ".farm"
"""Where in a work's own folder what comes in lies until it is taken."""


@dataclass(frozen=True)
class Spread:
    """A work that is open, and what is left of it.

    `errand` is asked for once something is to be made. `folder` is the work's own; `done` of `total` steps stand.
    """

    folder: Path
    items: Sequence[Item]
    done: int
    total: int
    errand: Callable[[], Errand]
    preview: Path | None = None


@dataclass(frozen=True)
class Taking:
    """What is done with what comes in of a work that is `spread`, and with the whole."""

    spread: Spread
    take: Callable[[str, Path], None]
    end: Callable[[], Path]


Opened = Callable[[Watch], AbstractContextManager[Taking]]


def spread_work(
    work: Work[Path], farm: Farm, opened: Opened, items: Sequence[Item], notes: Sequence[str]
) -> Work[Path]:
    """`work`, made by a farm: `opened` opens it anew whenever it runs, `items` are those that are left of it now."""
    told = [*work.notes, *notes]

    def make(watch: Watch) -> Path:
        watch.check()
        with opened(watch) as taking:
            made.done = taking.spread.done
            for name, folder in all_made(taking.spread, farm, watch, made):
                taking.take(name, folder)
            return taking.end()

    made = Work[Path](
        work.unit,
        work.total,
        make,
        done=(work.total or 0) - sum(item.steps for item in items),
        size=work.size,
        notes=told,
        weights=work.weights,
        after=work.after,
        output=work.output,
        foresee=lambda _check: work.foresee(),
        foretold=SharedForetelling(items, work.after),
    )
    return made


def all_made(spread: Spread, farm: Farm, watch: Watch, work: Work[Path]) -> Iterator[tuple[str, Path]]:
    """Has everything made that is left: gives each item's name, and the folder where its files lie until the next."""
    if not spread.items:
        return
    place = spread.folder / FOLDER
    shutil.rmtree(place, ignore_errors=True)
    following = _Following(spread, watch, work)
    try:
        errand = spread.errand()
        with connected(farm):
            for name, folder in Hands(farm, errand, spread.items, place, following).made():
                yield name, folder
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise cannot_write(str(work.output), error) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


class _Following:
    """Follows a farm at work: bar, time left, preview."""

    def __init__(self, spread: Spread, watch: Watch, work: Work[Path]) -> None:
        self._spread, self._watch, self._work = spread, watch, work
        known = work.foretold
        self._foretold = known if isinstance(known, SharedForetelling) else SharedForetelling(spread.items)
        self._foretold.begin(spread.items)
        self.check, self.note = watch.check, watch.note

    def steps(self, told: Mapping[str, int]) -> None:
        """So many steps of items are done."""
        for _ in range(self._foretold.told(told)):
            self._work.done += 1
            self._watch.made(Made(self._work.done, self._spread.total))

    def workers(self, number: int) -> None:
        """So many workers take part."""
        self._foretold.workers = max(1, number)

    def picture(self, content: bytes) -> None:
        """A new preview. That it can't be written ends no work."""
        if self._spread.preview is not None:
            with contextlib.suppress(OSError, MarianaError):
                write_whole(self._spread.preview, content)
