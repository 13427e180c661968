"""Pictures of one source that are dreamed one by one, each by its own look, and laid out on a sheet."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mariana_video.api.foreseen.effort import effort_of_picture
from mariana_video.api.making.pictures import made_in
from mariana_video.api.making.work import Made, Watch, Work
from mariana_video.api.spreading.pictures import Elsewhere
from mariana_video.dream.arrays import to_array
from mariana_video.dream.plain.made_up import SIZE, MadeUp, Source
from mariana_video.errors import MarianaError
from mariana_video.footage.film import dream_picture
from mariana_video.footage.kaleidoscope import folded_alpha
from mariana_video.footage.still import Still
from mariana_video.job.record import WORK, Record
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.footprint import check_memory
from mariana_video.media.output import check_output
from mariana_video.media.read.opening import open_clip
from mariana_video.media.shape import fitted
from mariana_video.media.stills.pictures import read_picture, write_picture
from mariana_video.media.stills.sheet import sheet
from mariana_video.recipe.toml import Sections
from mariana_video.recipe.values.size import Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIDE = 320  # pixels of a picture on its longer side, where no size is asked for


@dataclass(frozen=True)
class Tile:
    """One of the pictures: what stands under it on the sheet, who dreams it on what, its file, and what that carries.

    `text` is asked for when the picture is made.
    """

    label: str
    dreamer: Dreamer
    still: Still
    target: Path
    text: Callable[[], str | None] = lambda: None

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        return self.still.rgb.shape[0], self.still.rgb.shape[1]

    @property
    def effort(self) -> float:
        """What it is expected to cost."""
        return effort_of_picture(self.dreamer, self.shape, self.still.instant)


@dataclass(frozen=True)
class Batch:
    """All `tiles`, whose files lie in one `folder`, made by `conditions`; strangers' files stay unless `overwrite`."""

    folder: Path
    tiles: Sequence[Tile]
    conditions: Sections
    overwrite: bool
    elsewhere: Elsewhere | None = None
    """Who makes them in place of this machine."""

    @contextmanager
    def opened(self, *others: str) -> Iterator[Record]:
        """The record of what stands of it, locked; `others` are further names that are made there."""
        names = {*(tile.target.name for tile in self.tiles), *others}
        with made_in(self.folder, self.conditions, self.overwrite, names) as record:
            yield record

    def left(self, record: Record, source: Path | None = None) -> list[Tile]:
        """The tiles that don't stand yet. Raises OutputError for somebody's own file in the place of one."""
        left = [tile for tile in self.tiles if not record.holds(None, tile.target)]
        for tile in left:
            check_output(tile.target, source, self.overwrite)
        return left

    def check_memory(self) -> None:
        """See that each fits into memory. Raises DreamError."""
        asked = {}
        for tile in self.tiles:
            score = tile.dreamer.score(tile.still.instant)
            asked[tuple(score.asked.items())] = (tile.dreamer, score, (tile.shape[1], tile.shape[0]))
        for dreamer, score, size in asked.values():
            check_memory(dreamer, score, size)

    def work(
        self, left: Sequence[Tile], notes: Sequence[str], make: Callable[[Watch, Work[Path]], Path], output: Path
    ) -> Work[Path]:
        """The work of dreaming the tiles that are `left` and laying out all, as `make` does, which gives `output`."""
        tiles, total = self.tiles, len(self.tiles)
        height, width = tiles[0].shape
        told = [f"{total} pictures of {width}x{height}, dreamed in {tiles[0].dreamer.precision}", *notes]
        if len(left) < total:
            told.append(f"continuing: {total - len(left)} of {total} pictures are done")
        work = Work(
            "pictures",
            total,
            lambda watch: make(watch, work),
            done=total - len(left),
            size=(width, height),
            notes=told,
            weights=[tile.effort for tile in left],
            output=output,
            foretold=None if self.elsewhere is None else self.elsewhere.foretold([tile.effort for tile in left]),
        )
        return work

    def make(self, left: Iterable[Tile], record: Record, watch: Watch, work: Work[Path]) -> None:
        """Dreams the tiles that are `left`, one by one."""
        left = list(left)
        record.clear_earlier({tile.target.name for tile in self.tiles})
        work.done, work.weights = len(self.tiles) - len(left), [tile.effort for tile in left]
        if self.elsewhere is not None:
            self._fetch(self.elsewhere, left, record, watch, work)
            return
        for tile in left:
            picture = _dreamed(tile, record, watch)
            work.done += 1
            watch.made(Made(work.done, len(self.tiles), partial(_same, picture), tile.label))

    def _fetch(
        self, elsewhere: Elsewhere, left: Sequence[Tile], record: Record, watch: Watch, work: Work[Path]
    ) -> None:
        """Has the tiles that are `left` made elsewhere. Raises what can't be dreamed."""
        efforts = {number: tile.effort for number, tile in enumerate(self.tiles) if tile in left}
        for number, made in elsewhere.made(efforts, self.conditions, self.folder / WORK, watch, work):
            if isinstance(made, MarianaError):
                raise made
            tile = self.tiles[number]
            with record.adding(None, tile.target, tile.target.parent / WORK / tile.target.name):
                shutil.copyfile(made, tile.target.parent / WORK / tile.target.name)

    def laid(self, columns: int) -> NDArray[np.float32]:
        """The sheet of all pictures, as they are kept."""
        pictures = [read_picture(tile.target)[0] for tile in self.tiles]
        return sheet(pictures, columns, [tile.label for tile in self.tiles])


@dataclass(frozen=True)
class BatchHere:
    """The pictures of a batch on a worker."""

    batch: Batch

    @property
    def conditions(self) -> Sections:
        """All that its pictures depend on."""
        return self.batch.conditions

    def make(self, number: int, folder: Path, check: Callable[[], None]) -> Path:
        """Dreams a picture. Raises MarianaError."""
        made = folder / self.batch.tiles[number].target.name
        drawn(self.batch.tiles[number], made, lambda *_: check())
        return made


def size_on(source: Source, size: Size | None) -> tuple[int, int]:
    """The (width, height) of a picture of `source`, as small as sheets have them where no size is asked for."""
    whole = SIZE if isinstance(source, MadeUp) else open_clip(source).size
    return fitted(whole, _SIDE) if size is None else size.fit(whole)


def _dreamed(tile: Tile, record: Record, watch: Watch) -> NDArray[np.float32]:
    """Dreams a picture and keeps it."""
    made = tile.target.parent / WORK / tile.target.name
    with record.adding(None, tile.target, made):
        return drawn(tile, made, watch.check)


def drawn(tile: Tile, made: Path, check: Callable[..., None]) -> NDArray[np.float32]:
    """Dreams a picture into the file `made`; `check` is called after each step."""
    still = tile.still
    picture = to_array(dream_picture(tile.dreamer, still.rgb, still.alpha, check, still.instant).picture)
    alpha = folded_alpha(still.alpha, tile.dreamer.values(still.instant))
    write_picture(made, picture, alpha, tile.text())
    return picture


def _same(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    return picture
