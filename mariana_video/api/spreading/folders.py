"""A folder of pictures over a farm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mariana_video.api.making.stills import Folder, folder_of, folder_work
from mariana_video.api.making.work import Work
from mariana_video.api.spreading.pictures import Elsewhere
from mariana_video.api.spreading.placed import all_sent, placed, told
from mariana_video.recipe.kinds import PictureRecipe


@dataclass(frozen=True)
class FolderOf:
    """What workers are told of a folder of pictures."""

    source: Path
    name: str
    recipe: str

    def here(self, places: Mapping[Path, Path], folder: Path) -> Folder:
        """It, on a worker."""
        recipe = placed(PictureRecipe.read(self.recipe), places)
        folder.mkdir(parents=True, exist_ok=True)
        return folder_of(places[self.source], folder / self.name, recipe)


def farmed_folder(source: Path, output: Path, recipe: PictureRecipe) -> Work[Path]:
    """The work of dreaming every picture of a folder on a farm."""
    kind, sent = FolderOf(source.absolute(), output.name, told(recipe).text()), partial(all_sent, recipe, source)
    elsewhere = Elsewhere(recipe.farming, kind, recipe.dream, recipe.machine, sent)
    return folder_work(source, output, recipe, elsewhere)
