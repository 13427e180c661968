"""The frames of a folder of numbered PNGs on the way: each is finished when it is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mariana_video.errors import OutputError
from mariana_video.job.stores.store import Film, OnNote
from mariana_video.loop.state import Finished
from mariana_video.media.output import cannot_write, frame_name, naming_output, sync_folder
from mariana_video.media.stills.pictures import write_picture

FRAMES = "frames"


class PngFolder:
    """The store of a film that is a folder of pictures."""

    def __init__(self, folder: Path, output: Path, film: Film, on_note: OnNote) -> None:
        self._pictures, self._output = folder / FRAMES, output
        self._total = len(film.times)
        try:
            self._pictures.mkdir(exist_ok=True)
        except OSError as error:
            raise cannot_write(output, error) from error
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
            with naming_output(self._output, self._pictures):
                write_picture(self._path(position), done.rgb, done.alpha)
            self._sound.add(position)

    def sync(self) -> None:
        """Flush the names of the pictures to the disk; the pictures themselves are."""
        sync_folder(self._pictures)

    def close(self) -> None:
        """Nothing is open."""

    def border(self, position: int) -> bool:  # noqa: ARG002  # every store is asked so
        """Every picture is a part of its own, and none is a better place for a state than another."""
        return False

    def assemble(self, on_note: OnNote) -> Path:  # noqa: ARG002
        """The folder, with every picture read back."""
        broken = [number for number in range(self._total) if not is_whole(self._path(number))]
        if broken:
            raise OutputError(
                f"{self._output}: {len(broken)} of {self._total} pictures can't be read back; "
                "see whether the disk is damaged, and run the same command again"
            )
        for path in self._pictures.iterdir():  # what was being written when an earlier run was killed
            if path.name.startswith("."):
                path.unlink()
        self.sync()
        return self._pictures

    def _path(self, position: int) -> Path:
        return self._pictures / frame_name(position + 1)


def is_whole(path: Path) -> bool:
    """Whether a PNG is there with all its parts undamaged: they carry checksums."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            picture.verify()
    except (OSError, SyntaxError, ValueError):
        return False
    return True
