"""A sheet of what each layer of a network dreams, or each channel of a layer: picture by picture, then laid out.

Until it stands, the pictures that are done lie in OUTPUT.mariana/, with a record of what they were made with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mariana_video.api.foreseen import tiles as foreseen
from mariana_video.api.foreseen.farming import is_farmed
from mariana_video.api.galleries.batch import Batch, BatchHere, Tile, size_on
from mariana_video.api.making.stills import still_of
from mariana_video.api.making.travelling import Carried, carried
from mariana_video.api.making.work import Watch, Work
from mariana_video.api.spreading.pictures import Elsewhere
from mariana_video.api.spreading.placed import all_sent, placed, told, whole
from mariana_video.dream.plain.made_up import MadeUp, Source
from mariana_video.job.conditions import conditions_of
from mariana_video.job.output_paths import check_own, clear, folder_for, in_place
from mariana_video.job.stores.png_folder import FRAMES
from mariana_video.loop.dreamer import Dreamer, Loaded, dreamer_for, make_dreamer
from mariana_video.media.lock import locked
from mariana_video.media.output import check_output, naming_output
from mariana_video.media.stills.pictures import write_picture
from mariana_video.networks.several import load_named
from mariana_video.recipe.job import Machine, Output, Travelling
from mariana_video.recipe.kinds import SheetRecipe
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Recipe
from mariana_video.recipe.toml import Plain, Sections, plain
from mariana_video.recipe.values.size import Size


@dataclass(frozen=True)
class SheetOf:
    """What workers are told of a sheet."""

    name: str
    source: Source
    recipe: str

    def here(self, places: Mapping[Path, Path], folder: Path) -> BatchHere:
        """It, on a worker."""
        recipe = placed(SheetRecipe.read(self.recipe), places)
        source = places[self.source] if isinstance(self.source, Path) else self.source
        return BatchHere(_planned(folder / self.name, source, recipe).batch)


@dataclass(frozen=True)
class _Sheet:
    """A sheet that is about to be made of a `batch` of pictures, which lie in `folder` until it stands."""

    output: Path
    folder: Path
    batch: Batch
    columns: int
    travels: Carried


def sheet_work(output: Path, source: Source, recipe: SheetRecipe) -> Work[Path]:
    """The work of making a sheet of a network's layers on `source`, or of channels."""
    planned = _planned(output, source, recipe)
    if is_farmed(recipe.farming):
        asked = replace(recipe, travelling=Travelling(no_recipe=True))
        kind, sent = SheetOf(output.name, whole(source), told(asked).text()), partial(all_sent, recipe, source)
        elsewhere = Elsewhere(recipe.farming, kind, recipe.dream, recipe.machine, sent)
        planned = replace(planned, batch=replace(planned.batch, elsewhere=elsewhere))
    check_own(planned.folder, str(output))
    with locked(planned.folder, str(output)), planned.batch.opened() as record:
        left = planned.batch.left(record)
    return planned.batch.work(left, planned.travels.notes, partial(_make, planned), output)


def _planned(output: Path, source: Source, recipe: SheetRecipe) -> _Sheet:
    """Everything looked up, and nothing that would be refused later."""
    channels, dream = recipe.tiles.channels, recipe.dream
    names = dream.network.names if channels is None else [term.network for term in channels.terms]
    loaded: Loaded = {}
    networks = load_named(dream.network, dream.weights, names, loaded)
    if channels is None:
        shown, size = foreseen.layer_tiles(networks), size_on(source, recipe.tiles.size)
        dreams = [dream.but(layers=one.layers) for one in shown]
    else:
        shown = foreseen.channel_tiles(channels, networks)
        side = foreseen.channel_side(shown)
        size = (side, side) if recipe.tiles.size is None else recipe.tiles.size.fit((side, side))
        dreams = [foreseen.channel_dream_of(one, dream, min(size)) for one in shown]
    columns = recipe.tiles.columns or foreseen.columns_of(len(shown))
    foreseen.check_sheet_size(len(shown), columns, size, "fewer --channels")
    still = still_of(source, recipe.begins.at, Size(*size), Recipe(dreams[0]))
    dreamers = _dreamers(dreams, recipe.machine, isinstance(source, MadeUp), loaded)
    folder, whole = folder_for(output), replace(dreamers[0], networks=networks)
    places = [folder / FRAMES / f"{number:05d}.png" for number in range(1, len(shown) + 1)]
    each = zip(shown, dreamers, places, strict=True)
    tiles = [Tile(one.label, dreamer, still, place) for one, dreamer, place in each]
    mixed = recipe.farming.mixed
    conditions = conditions_of("layers", _options(recipe), Output(), whole, source, recipe.files(), mixed)
    batch = Batch(folder / FRAMES, tiles, conditions, recipe.tiles.overwrite)
    batch.check_memory()
    travels = carried(recipe, recipe.travelling, dream.network, [whole], source)
    return _Sheet(output, folder, batch, columns, travels)


def _dreamers(dreams: Sequence[Dream], machine: Machine, everywhere: bool, loaded: Loaded) -> list[Dreamer]:
    first = make_dreamer(Recipe(dreams[0]), machine)
    return [replace(dreamer_for(first, Recipe(dream), loaded), everywhere=everywhere) for dream in dreams]


def _options(recipe: SheetRecipe) -> Sections:
    """What of a recipe changes a picture: how they are laid out is no matter of theirs."""
    said = {"channels": recipe.tiles.channels, "size": recipe.tiles.size, "at": recipe.begins.at}
    picture: dict[str, Plain] = {name: str(value) for name, value in said.items() if value is not None}
    return {"dream": plain(recipe.dream), "picture": picture}


def _make(planned: _Sheet, watch: Watch, work: Work[Path]) -> Path:
    """Makes the pictures that are left, and lays out all of them."""
    output, batch = planned.output, planned.batch
    with locked(planned.folder, str(output)):
        with batch.opened() as record:
            batch.make(batch.left(record), record, watch, work)
            made = _laid(planned)
        check_output(output, None, batch.overwrite)  # somebody may have put a file there meanwhile
        in_place(made, str(output), planned.folder)
        clear(planned.folder, str(output))
    watch.note(f"{output}: {len(batch.tiles)} pictures, {planned.columns} side by side")
    return output


def _laid(planned: _Sheet) -> Path:
    """The sheet of the pictures that are kept, in the job's folder."""
    made = planned.folder / f".sheet{planned.output.suffix.lower()}"
    with naming_output(planned.output, made):
        write_picture(made, planned.batch.laid(planned.columns), text=planned.travels.text)
    return made
