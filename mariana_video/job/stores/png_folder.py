"""The frames of a folder of numbered PNGs on the way: each is finished when it is written."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from mariana_video.errors import OutputError
from mariana_video.job.stores.store import Film, OnNote
from mariana_video.loop.state import Finished
from mariana_video.media.comments import RECIPE
from mariana_video.media.files import sync, write_whole
from mariana_video.media.output import cannot_write, discard, frame_name, naming_output, sync_folder
from mariana_video.media.stills.pictures import write_picture

FRAMES = "frames"
_COPIES = ".copies"


class PngFolder:
    """The store of a film that is a folder of pictures."""

    def __init__(self, folder: Path, output: Path, film: Film, on_note: OnNote) -> None:
        self._folder, self._output = folder, output
        self._total = len(film.times)
        keys = film.shot_keys
        self._shots = {shot.start: key for shot, key in zip(film.shots, keys, strict=True)} if keys else {}
        try:
            for place in {self._path(shot.start).parent for shot in film.shots}:
                place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(output, error) from error
        self._recipe = film.recipe
        self._size, self._ends = film.size, {shot.stop - 1 for shot in film.shots}
        self._sound = {number for number in range(self._total) if is_whole(self._path(number))}
        if film.clip is not None and film.clip.sounds:
            on_note("a folder of pictures has no sound: the source's is left out")
        if film.clip is not None and film.clip.varied:
            on_note("a folder of pictures has no times: the source's frames do not follow each other evenly")

    def missing(self) -> Iterator[range]:
        """The runs of positions that have no sound picture."""
        start: int | None = None
        for position in range(self._total + 1):
            gap = position < self._total and position not in self._sound
            if gap and start is None:
                start = position
            if not gap and start is not None:
                yield range(start, position)
                start = None

    def add(self, position: int, done: Finished) -> None:
        """Write a picture. Raises OutputError if the disk refuses."""
        if position not in self._sound:
            with naming_output(self._output, self._path(position)):
                write_picture(self._path(position), done.rgb, done.alpha)
            self._sound.add(position)

    def sync(self) -> None:
        """Flush the names of the pictures to the disk; the pictures themselves are."""
        for place in {self._path(position).parent for position in self._sound}:
            sync_folder(place)

    def close(self) -> None:
        """Nothing is open."""

    def border(self, position: int) -> bool:
        """Whether a shot ends with this frame: each picture is a part of its own."""
        return position in self._ends

    def files(self, positions: range) -> tuple[Path, ...]:
        """The pictures."""
        return tuple(self._path(position) for position in positions)

    def fits(self, made: Path, place: Path) -> bool:  # noqa: ARG002  # every store is asked so
        """Whether a picture made elsewhere is whole and of the film's size."""
        return is_whole(made) and picture_size(made) == self._size

    def assemble(self, on_note: OnNote) -> Path:  # noqa: ARG002  # every store is asked so
        """The folder with its recipe, every picture read back. What a list of shots makes is copied: its own stay."""
        broken = [number for number in range(self._total) if not is_whole(self._path(number))]
        if broken:
            raise OutputError(
                f"{self._output}: {len(broken)} of {self._total} pictures can't be read back; "
                "see whether the disk is damaged, and run the same command again"
            )
        if self._shots:
            return self._told(self._copied())
        for path in (self._folder / FRAMES).iterdir():  # what was being written when an earlier run was killed
            if path.name.startswith("."):
                path.unlink()
        self.sync()
        return self._told(self._folder / FRAMES)

    def _told(self, made: Path) -> Path:
        """The folder `made`, which carries its recipe, or none that an earlier run left."""
        try:
            if self._recipe is None:
                (made / RECIPE).unlink(missing_ok=True)
            else:
                write_whole(made / RECIPE, self._recipe.encode())
        except OSError as error:
            raise cannot_write(self._output, error) from error
        return made

    def _copied(self) -> Path:
        made = self._folder / _COPIES
        discard(made)
        try:
            made.mkdir()
            for path in self.files(range(self._total)):
                shutil.copyfile(path, made / path.name)
                with (made / path.name).open("rb") as file:
                    sync(file)
        except OSError as error:
            raise cannot_write(self._output, error) from error
        sync_folder(made)
        return made

    def _path(self, position: int) -> Path:
        return picture_path(self._folder, position, self._shots)


def picture_path(folder: Path, position: int, shots: Mapping[int, str]) -> Path:
    """Where the picture of a frame lies in a job's `folder`; `shots` are the keys by the shots' first positions."""
    begins = max((begin for begin in shots if begin <= position), default=None)
    place = folder / FRAMES if begins is None else folder / FRAMES / shots[begins]
    return place / frame_name(position + 1)


def picture_size(path: Path) -> tuple[int, int]:
    """The (width, height) of a whole picture."""
    from PIL import Image

    with Image.open(path) as picture:
        return picture.size


def is_whole(path: Path) -> bool:
    """Whether a PNG is there with all its parts undamaged: they carry checksums."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            picture.verify()
    except (OSError, SyntaxError, ValueError):
        return False
    return True
