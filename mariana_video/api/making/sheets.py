"""A sheet of what each layer of a network dreams, or each channel of a layer: picture by picture, then laid out.

Until it stands, the pictures that are done lie in OUTPUT.mariana/, with a record of what they were made with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mariana_video.api.foreseen import tiles as foreseen
from mariana_video.api.foreseen.effort import effort_of_picture
from mariana_video.api.foreseen.tiles import Tile
from mariana_video.api.making.pictures import made_in
from mariana_video.api.making.stills import still_of
from mariana_video.api.making.travelling import Carried, carried
from mariana_video.api.making.work import Made, Watch, Work
from mariana_video.dream.arrays import to_array
from mariana_video.dream.plain.made_up import SIZE, MadeUp, Source
from mariana_video.footage.film import dream_picture
from mariana_video.footage.still import Still
from mariana_video.job.conditions import conditions_of
from mariana_video.job.output_paths import check_own, clear, folder_for, in_place
from mariana_video.job.record import WORK, Record
from mariana_video.job.stores.png_folder import FRAMES
from mariana_video.loop.dreamer import Dreamer, Loaded, dreamer_for, make_dreamer
from mariana_video.loop.footprint import check_memory
from mariana_video.media.lock import locked
from mariana_video.media.output import check_output, naming_output
from mariana_video.media.read.opening import open_clip
from mariana_video.media.shape import fitted
from mariana_video.media.stills.pictures import read_picture, write_picture
from mariana_video.media.stills.sheet import sheet
from mariana_video.networks.several import load_named
from mariana_video.recipe.job import Machine, Output
from mariana_video.recipe.kinds import SheetRecipe
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Recipe
from mariana_video.recipe.toml import Plain, Sections, plain
from mariana_video.recipe.values.size import Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIDE = 320  # pixels of a layer's picture on its longer side, where no size is asked for


@dataclass(frozen=True)
class _Sheet:
    """A sheet that is about to be made: what each of its `tiles` dreams, all of them on `still`."""

    output: Path
    tiles: Sequence[Tile]
    dreamers: Sequence[Dreamer]
    still: Still
    columns: int
    conditions: Sections
    overwrite: bool
    travels: Carried

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) of each picture."""
        return self.still.rgb.shape[0], self.still.rgb.shape[1]

    @property
    def folder(self) -> Path:
        """Where it lies until it stands."""
        return folder_for(self.output)

    def place(self, number: int) -> Path:
        """Where a picture lies until then."""
        return self.folder / FRAMES / f"{number + 1:05d}.png"


def sheet_work(output: Path, source: Source, recipe: SheetRecipe) -> Work[Path]:
    """The work of making a sheet of a network's layers on `source`, or of channels."""
    planned = _planned(output, source, recipe)
    check_own(planned.folder, str(output))
    with locked(planned.folder, str(output)), _record(planned) as record:
        left = _left(planned, record)
    (height, width), total = planned.shape, len(planned.tiles)
    notes = [f"{total} pictures of {width}x{height}, dreamed in {planned.dreamers[0].precision}"]
    notes += planned.travels.notes
    if len(left) < total:
        notes.append(f"continuing: {total - len(left)} of {total} pictures are done")
    work = Work(
        "pictures",
        total,
        lambda watch: _make(planned, watch, work),
        done=total - len(left),
        size=(width, height),
        notes=notes,
        weights=_weights(planned, left),
        output=output,
    )
    return work


def _planned(output: Path, source: Source, recipe: SheetRecipe) -> _Sheet:
    """Everything looked up, and nothing that would be refused later."""
    channels, dream = recipe.tiles.channels, recipe.dream
    names = dream.network.names if channels is None else [term.network for term in channels.terms]
    loaded: Loaded = {}
    networks = load_named(dream.network, dream.weights, names, loaded)
    if channels is None:
        tiles, size = foreseen.layer_tiles(networks), _size_on(source, recipe.tiles.size)
        dreams = [dream.but(layers=tile.layers) for tile in tiles]
    else:
        tiles = foreseen.channel_tiles(channels, networks)
        side = foreseen.channel_side(tiles)
        size = (side, side) if recipe.tiles.size is None else recipe.tiles.size.fit((side, side))
        dreams = [foreseen.channel_dream_of(tile, dream, min(size)) for tile in tiles]
    columns = recipe.tiles.columns or foreseen.columns_of(len(tiles))
    foreseen.check_sheet_size(len(tiles), columns, size)
    still = still_of(source, recipe.begins.at, Size(*size), Recipe(dreams[0]))
    dreamers = _dreamers(dreams, recipe.machine, isinstance(source, MadeUp), loaded)
    for dreamer in {tuple(dreamer.score(still.instant).asked.items()): dreamer for dreamer in dreamers}.values():
        check_memory(dreamer, dreamer.score(still.instant), size)
    whole = replace(dreamers[0], networks=networks)
    conditions = conditions_of("layers", _options(recipe), Output(), whole, source, recipe.files())
    travels = carried(recipe, recipe.travelling, dream.network, [whole], source)
    return _Sheet(output, tiles, dreamers, still, columns, conditions, recipe.tiles.overwrite, travels)


def _size_on(source: Source, size: Size | None) -> tuple[int, int]:
    """The (width, height) of a picture of `source`."""
    whole = SIZE if isinstance(source, MadeUp) else open_clip(source).size
    return fitted(whole, _SIDE) if size is None else size.fit(whole)


def _dreamers(dreams: Sequence[Dream], machine: Machine, everywhere: bool, loaded: Loaded) -> list[Dreamer]:
    first = make_dreamer(Recipe(dreams[0]), machine)
    return [replace(dreamer_for(first, Recipe(dream), loaded), everywhere=everywhere) for dream in dreams]


def _options(recipe: SheetRecipe) -> Sections:
    """What of a recipe changes a picture: how they are laid out is no matter of theirs."""
    said = {"channels": recipe.tiles.channels, "size": recipe.tiles.size, "at": recipe.begins.at}
    picture: dict[str, Plain] = {name: str(value) for name, value in said.items() if value is not None}
    return {"dream": plain(recipe.dream), "picture": picture}


@contextmanager
def _record(planned: _Sheet) -> Iterator[Record]:
    names = [planned.place(number).name for number in range(len(planned.tiles))]
    with made_in(planned.folder / FRAMES, planned.conditions, planned.overwrite, names) as record:
        yield record


def _left(planned: _Sheet, record: Record) -> list[int]:
    """The pictures that don't stand yet. Raises OutputError for somebody's own file in the place of one."""
    left = [number for number in range(len(planned.tiles)) if not record.holds(None, planned.place(number))]
    for number in left:
        check_output(planned.place(number), None, planned.overwrite)
    return left


def _weights(planned: _Sheet, numbers: Iterable[int]) -> list[float]:
    """What each picture is expected to cost."""
    instant = planned.still.instant
    return [effort_of_picture(planned.dreamers[number], planned.shape, instant) for number in numbers]


def _make(planned: _Sheet, watch: Watch, work: Work[Path]) -> Path:
    """Makes the pictures that are left, and lays out all of them."""
    output, total = planned.output, len(planned.tiles)
    with locked(planned.folder, str(output)):
        with _record(planned) as record:
            left = _left(planned, record)
            work.done, work.weights = total - len(left), _weights(planned, left)
            for number in left:
                picture = _dreamed(planned, number, record, watch)
                work.done += 1
                watch.made(Made(work.done, total, partial(_same, picture), planned.tiles[number].label))
            made = _laid(planned)
        check_output(output, None, planned.overwrite)  # somebody may have put a file there meanwhile
        in_place(made, str(output), planned.folder)
        clear(planned.folder, str(output))
    watch.note(f"{output}: {total} pictures, {planned.columns} side by side")
    return output


def _dreamed(planned: _Sheet, number: int, record: Record, watch: Watch) -> NDArray[np.float32]:
    """Dreams a picture and keeps it."""
    still, target = planned.still, planned.place(number)
    rendered = dream_picture(planned.dreamers[number], still.rgb, still.alpha, watch.check, still.instant)
    picture, made = to_array(rendered.picture), target.parent / WORK / target.name
    with record.adding(None, target, made):
        write_picture(made, picture)
    return picture


def _same(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    return picture


def _laid(planned: _Sheet) -> Path:
    """The sheet of the pictures that are kept, in the job's folder."""
    made = planned.folder / f".sheet{planned.output.suffix.lower()}"
    pictures = [read_picture(planned.place(number))[0] for number in range(len(planned.tiles))]
    with naming_output(planned.output, made):
        laid = sheet(pictures, planned.columns, [tile.label for tile in planned.tiles])
        write_picture(made, laid, text=planned.travels.text)
    return made
