"""A sheet of what each layer of a network dreams, or each channel of a layer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mariana_video.api.foreseen.recipes import going_by
from mariana_video.api.foreseen.sizes import SHEETS, is_sheet
from mariana_video.api.foreseen.sources import check_drawn, check_whole_picture, file_of
from mariana_video.api.foreseen.unused import check_image
from mariana_video.dream.plain.made_up import MadeUp, Source, source_of
from mariana_video.errors import UsageError
from mariana_video.media.output import check_apart, check_output
from mariana_video.recipe.idle import does_nothing, idle
from mariana_video.recipe.kinds import SheetRecipe
from mariana_video.recipe.reading import named

if TYPE_CHECKING:
    from mariana_video.api.making.work import Work

_LONGEST = 60  # letters of a network's name, and of the layers', in the name of a sheet
_NEITHER = "give --sheet SOURCE, for what every layer dreams on it, or --channels LAYER, for what its channels dream"


def sheet(
    network: str | Path | None = None,
    output: str | Path | None = None,
    recipe: SheetRecipe | str | Path | None = None,
    **options: Any,
) -> Work[Path]:
    """The work of making a sheet of what a network's layers dream (`sheet`), or channels, as `mariana layers` does.

    Its `run` gives the path of `output`, by default a name of its own. `options` are those of the command by name, in
    place of a `recipe` or over it. A sheet goes on where it was broken off. Raises MarianaError, in one line.
    """
    asked = with_network(network, SheetRecipe.asked(recipe, options))
    made = sheet_path(output, asked)
    source = _source(asked)
    asked = going_by(asked, asked.travelling.recipe, source)
    idle(asked.dream, "layers", "on a sheet, whose pictures have a layer each", "leave it out, or give --channels")
    check_image(asked.dream)
    check_drawn(asked.dream, source)
    asked.check_files()
    if not is_sheet(str(made)):
        raise UsageError(f"{made} has no ending of a sheet; these work: {', '.join(SHEETS)}")
    check_output(made, file_of(source), asked.tiles.overwrite)
    check_apart(made, asked.files().values())
    from mariana_video.api.galleries.sheets import sheet_work  # loads torch: not for a refusal

    return sheet_work(made, source, asked)


def _source(asked: SheetRecipe) -> Source:
    """What each picture of a sheet begins with."""
    tiles = asked.tiles
    if tiles.sheet is not None and tiles.channels is not None:
        raise UsageError("--sheet and --channels make two sheets: give one of them")
    if tiles.sheet is not None:
        source = source_of(named("sheet", str, tiles.sheet))
        check_whole_picture(source, asked.begins.at)
        return source
    if tiles.channels is None:
        raise UsageError(_NEITHER)
    idle(asked.begins, "at", "with --channels, which begin in grey", "leave it out")
    return MadeUp.GREY


def with_network(network: str | Path | None, recipe: SheetRecipe) -> SheetRecipe:
    """The recipe of a NETWORK, where one is said."""
    if network is None:
        return recipe
    if "network" in recipe.dream.said:
        raise UsageError(f"NETWORK is {network}, and --network {recipe.dream.network}: give one of them")
    return recipe.but(network=network)


def sheet_path(output: str | Path | None, recipe: SheetRecipe) -> Path:
    """OUTPUT; by default NETWORK-layers.png or NETWORK-LAYER-channels.png, of letters that every system takes."""
    if output is not None:
        path: Path = named("output", Path, output)
        return path
    channels = recipe.tiles.channels
    words = [*recipe.dream.network.names, *([] if channels is None else [str(channels)])]
    shown = (re.sub(r"[^\w.]+", "-", word)[:_LONGEST].strip("-") for word in words)
    return Path("-".join([*shown, "layers" if channels is None else "channels"]) + ".png")


def asks_for_sheet(recipe: SheetRecipe, output: Path | None = None) -> bool:
    """Whether a sheet is asked for, not a list. Raises UsageError for what a list has no use for."""
    if recipe.tiles.sheet is not None or recipe.tiles.channels is not None:
        return True
    if output is not None:
        raise UsageError(f"{output} is not written: {_NEITHER}")
    for group in (getattr(recipe, name) for name in recipe.groups()):
        for name in sorted(group.said - {"network", "weights"}):
            raise does_nothing(name, getattr(group, name), "where layers are only listed", _NEITHER)
    return False
