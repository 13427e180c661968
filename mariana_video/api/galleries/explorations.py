"""An exploration: a folder of pictures, each with its recipe, and a sheet of them.

The record of what stands stays in the folder, so that a larger --count later adds to what is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mariana_video.api.foreseen.farming import is_farmed
from mariana_video.api.foreseen.sources import file_of
from mariana_video.api.foreseen.tiles import check_sheet_size, columns_of
from mariana_video.api.galleries.batch import Batch, BatchHere, Tile, size_on
from mariana_video.api.galleries.looks import Look, Looks, Studio, blended_looks, drawn_looks, varied_looks
from mariana_video.api.making.stills import still_of
from mariana_video.api.making.travelling import carried
from mariana_video.api.making.work import Watch, Work
from mariana_video.api.spreading.pictures import Elsewhere
from mariana_video.api.spreading.placed import all_sent, placed, told, whole
from mariana_video.dream.plain.made_up import MadeUp, Source
from mariana_video.footage.still import Still
from mariana_video.job.conditions import conditions_of
from mariana_video.job.record import WORK, Record
from mariana_video.media.output import check_apart, check_output
from mariana_video.media.stills.pictures import write_picture
from mariana_video.networks.network import Network
from mariana_video.recipe.job import Output, Travelling
from mariana_video.recipe.kinds import ExploreRecipe, PictureRecipe
from mariana_video.recipe.options import needs_clock
from mariana_video.recipe.pictures import Still as StillOptions
from mariana_video.recipe.toml import Plain
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.size import Size

SHEET = "sheet.png"


@dataclass(frozen=True)
class Exploring:
    """What workers are told of an exploration."""

    source: Source
    recipe: str

    def here(self, places: Mapping[Path, Path], folder: Path) -> BatchHere:
        """It, on a worker."""
        recipe = placed(ExploreRecipe.read(self.recipe), places)
        source = places[self.source] if isinstance(self.source, Path) else self.source
        return BatchHere(_planned(folder, source, recipe).batch)


@dataclass(frozen=True)
class _Exploration:
    """A folder that is about to be filled with a `batch` of pictures of `source`, and a sheet of them."""

    output: Path
    source: Source
    batch: Batch
    columns: int
    notes: Sequence[str]

    @property
    def sheet(self) -> Path:
        """The sheet's file."""
        return self.output / SHEET

    def left(self, record: Record) -> list[Tile]:
        """The pictures that don't stand yet. Raises OutputError for somebody's own file in the place of one."""
        left = self.batch.left(record, file_of(self.source))
        if not record.holds(None, self.sheet):
            check_output(self.sheet, file_of(self.source), self.batch.overwrite)
        return left


def exploring_work(output: Path, source: Source, recipe: ExploreRecipe) -> Work[Path]:
    """The work of filling the folder `output` with looks of `source`."""
    planned = _planned(output, source, recipe)
    if is_farmed(recipe.farming):
        kind, sent = Exploring(whole(source), told(recipe).text()), partial(all_sent, recipe, source)
        elsewhere = Elsewhere(recipe.farming, kind, recipe.dream, recipe.machine, sent)
        planned = replace(planned, batch=replace(planned.batch, elsewhere=elsewhere))
    with planned.batch.opened(SHEET) as record:
        left = planned.left(record)
    return planned.batch.work(left, planned.notes, partial(_make, planned), output)


def _planned(output: Path, source: Source, recipe: ExploreRecipe) -> _Exploration:
    """Everything looked up, and nothing that would be refused later."""
    asked, size = recipe.exploring, size_on(source, recipe.exploring.size)
    columns = asked.columns or columns_of(asked.count)
    check_sheet_size(asked.count, columns, size, "a smaller --count")
    still = StillOptions(at=recipe.begins.at, size=Size(*size))
    base = PictureRecipe(recipe.dream, still=still, machine=recipe.machine)
    found = _looks(base, recipe, source, Studio(recipe.machine))
    tiles = _tiles(found.looks, output, source)
    for file in recipe.files().values():
        check_apart(output / SHEET, [file])
        for tile in tiles:
            check_apart(tile.target, [file])
    whole = replace(found.looks[0].dreamer, networks=found.networks, objective=_whole(found.networks))
    options = {**found.of, "picture": _picture(recipe, size)}
    mixed = recipe.farming.mixed
    conditions = conditions_of("explore", options, Output(), whole, source, recipe.files(), mixed)
    batch = Batch(output, tiles, conditions, recipe.storage.overwrite)
    batch.check_memory()
    notes = carried(base, Travelling(recipe=asked.like), base.dream.network, [found.looks[0].dreamer], source).notes
    return _Exploration(output, source, batch, columns, notes)


def _whole(networks: Mapping[str, Network]) -> Objective:
    """All that any number of looks may dream with these networks, their classifiers too."""
    said = (f"{name}:{'class(0)' if one.classes else next(iter(one.layers))}" for name, one in networks.items())
    return Objective(" + ".join(said))


def _looks(base: PictureRecipe, recipe: ExploreRecipe, source: Source, studio: Studio) -> Looks:
    asked = recipe.exploring
    if asked.like is not None:
        return varied_looks(base, asked.like, asked.count, source, studio)
    if asked.blend is not None:
        return blended_looks(base, asked.blend, asked.count, source, studio)
    return drawn_looks(base, asked.count, source, studio)


def _tiles(looks: Sequence[Look], output: Path, source: Source) -> list[Tile]:
    """A tile for each look, as `mariana image` would make it."""
    stills: dict[tuple[int, bool], Still] = {}
    tiles = []
    for number, look in enumerate(looks, 1):
        dreamer = replace(look.dreamer, everywhere=isinstance(source, MadeUp))
        # Only what is made up hangs on the seed.
        key = (look.recipe.dream.seed if isinstance(source, MadeUp) else 0, needs_clock(look.recipe.dreamt))
        if key not in stills:
            stills[key] = still_of(source, look.recipe.still.at, look.recipe.still.size, look.recipe.dreamt)
        tiles.append(Tile(look.label, dreamer, stills[key], output / f"{number:04d}.png", partial(_text, look, source)))
    return tiles


def _text(look: Look, source: Source) -> str | None:
    """The recipe that a picture carries."""
    return carried(look.recipe, Travelling(), look.recipe.dream.network, [look.dreamer], source).text


def _picture(recipe: ExploreRecipe, size: tuple[int, int]) -> dict[str, Plain]:
    at = {} if recipe.begins.at is None else {"at": str(recipe.begins.at)}
    return {"size": str(Size(*size)), **at}


def _make(planned: _Exploration, watch: Watch, work: Work[Path]) -> Path:
    """Makes the pictures that are left, and lays out all of them."""
    output, batch = planned.output, planned.batch
    with batch.opened(SHEET) as record:
        batch.make(planned.left(record), record, watch, work)
        made = output / WORK / SHEET
        with record.adding(None, planned.sheet, made):
            write_picture(made, batch.laid(planned.columns))
    watch.note(f"{output}: {len(batch.tiles)} pictures, each with its recipe, and all of them on {planned.sheet}")
    return output
