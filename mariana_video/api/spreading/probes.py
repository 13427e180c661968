"""The probe: a few small frames that every machine dreams before it may take part."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mariana_video.api.making.films import shot_work
from mariana_video.farm.errand import Unlike, checksum
from mariana_video.job.output_paths import CONDITIONS
from mariana_video.media.stills.pictures import write_picture
from mariana_video.recipe.job import Farming, Machine, Storage
from mariana_video.recipe.kinds import FilmRecipe
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Carry, Where

_SIZE, _FRAMES = (160, 120), 3  # (width, height)
_CELLS = 10
_UNLIKE = "its probe came out otherwise, and no setting or version tells why: a processor of another kind"


@dataclass(frozen=True)
class Probe:
    """The pictures of a small film, and the checksum of what the command's machine dreams of them."""

    pictures: tuple[bytes, ...]
    checksum: str

    def check(self, recipe: FilmRecipe, folder: Path) -> None:
        """Sees that this machine dreams the same, in a `folder` that is removed again. Raises Unlike."""
        if _dreamed(recipe, self.pictures, folder) != self.checksum:
            raise Unlike(_UNLIKE)


def probe_of(recipe: FilmRecipe, folder: Path) -> Probe:
    """The probe of a recipe, dreamed on this machine in a `folder` that is removed again."""
    pictures = _pictures(folder)
    return Probe(pictures, _dreamed(recipe, pictures, folder))


def probing(dream: Dream, machine: Machine, carry: Carry | None = None, where: Where | None = None) -> FilmRecipe:
    """The recipe of a probe: a film's, of any kind of work."""
    return FilmRecipe(dream=dream, carry=carry or Carry(), where=where or Where(), machine=machine)


def _dreamed(recipe: FilmRecipe, pictures: tuple[bytes, ...], folder: Path) -> str:
    """The checksum of a probe's film as this machine makes and encodes it."""
    source = folder / "pictures"
    try:
        source.mkdir(parents=True, exist_ok=True)
        for number, picture in enumerate(pictures, 1):
            (source / f"{number:04d}.png").write_bytes(picture)
        asked = FilmRecipe(
            recipe.dream, recipe.carry, where=recipe.where, machine=recipe.machine, storage=Storage(), farming=Farming()
        )
        made = shot_work(source, str(folder / "probe.mkv"), asked, 1).run()
        parts = sorted(path for path in made.iterdir() if path.suffix == ".packets" and path.name != CONDITIONS)
        return ",".join(checksum(path) for path in parts)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pictures(folder: Path) -> tuple[bytes, ...]:
    """A random texture that slides to the right, as PNGs."""
    made = []
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(_FRAMES):
        path = folder / f"{number}.png"
        write_picture(path, _picture(number))
        made.append(path.read_bytes())
    return tuple(made)


def _picture(number: int) -> NDArray[np.float32]:
    width, height = _SIZE
    cells = np.random.default_rng(1).random((height // _CELLS, width // _CELLS + _FRAMES, 3))
    wide = cells.repeat(_CELLS, 0).repeat(_CELLS, 1)
    left = (_FRAMES - number) * 3
    return np.ascontiguousarray(wide[:, left : left + width], np.float32)
