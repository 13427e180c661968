"""The contact sheet of a comparison over a farm: each cell is made by one worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from mariana_video.api.making.progressions import (
    Places,
    conditions_of_progression,
    last_of_cell,
    progression_work,
    shown_on_sheet,
)
from mariana_video.api.making.work import Work
from mariana_video.api.spreading.pictures import Elsewhere
from mariana_video.api.spreading.placed import all_sent, placed, told, whole
from mariana_video.dream.plain.made_up import Source
from mariana_video.progression.film import Progression
from mariana_video.recipe.job import Output
from mariana_video.recipe.kinds import ProgressionRecipe
from mariana_video.recipe.look import Dream
from mariana_video.recipe.progression import variants
from mariana_video.recipe.toml import Sections


@dataclass(frozen=True)
class Comparison:
    """What workers are told of a comparison."""

    name: str
    source: Source
    recipe: str

    def here(self, places: Mapping[Path, Path], folder: Path) -> ComparisonHere:
        """It, on a worker."""
        recipe = placed(ProgressionRecipe.read(self.recipe), places)
        source = places[self.source] if isinstance(self.source, Path) else self.source
        columns = variants(recipe.ascent, recipe.progress.columns, "columns")
        cells = [(column, variants(column.dream, recipe.progress.rows, "rows")) for column in columns]
        shown = shown_on_sheet(source, str(folder / self.name), recipe, cells)
        return ComparisonHere(shown, conditions_of_progression(Output(), source, shown, recipe))


@dataclass(frozen=True)
class ComparisonHere:
    """A comparison on a worker."""

    shown: Progression
    conditions: Sections

    def make(self, number: int, folder: Path, check: Callable[[], None]) -> Path:
        """Dreams a cell: its last picture, and what stands under it. Raises MarianaError."""
        picture, caption = last_of_cell(self.shown, number, lambda _: check())
        made = folder / "cell.npz"
        np.savez(made, picture=picture, caption=np.array(caption))
        return made


def farmed_comparison(source: Source, output: str, recipe: ProgressionRecipe, places: Places) -> Work[Path]:
    """The work of a comparison's contact sheet on a farm."""
    kind, sent = Comparison(Path(output).name, whole(source), told(recipe).text()), partial(all_sent, recipe, source)
    probed = Dream().but(network=recipe.ascent.network, weights=recipe.ascent.weights)
    elsewhere = Elsewhere(recipe.farming, kind, probed, recipe.machine, sent)
    return progression_work(source, output, recipe, places, elsewhere)
