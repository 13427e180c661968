"""A folder of numbered PNGs as OUTPUT: exact size, 8-bit sRGB, transparency kept."""

import secrets
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

from mariana_video.errors import OutputError, UsageError
from mariana_video.media.clip import Clip
from mariana_video.media.colour import Floats
from mariana_video.media.output import NUMBERED, cannot_write, discard, told_of
from mariana_video.media.stills.pictures import save_picture


class FolderWriter:
    """Writes frame-000001.png, frame-000002.png … into a hidden folder, which gets OUTPUT's name at the end.

    Into a folder that exists already (it was allowed to be overwritten) the pictures are moved one by one, and
    numbered frames of an earlier film are removed; nothing else in it is touched.
    """

    def __init__(
        self,
        path: str | Path,
        clip: Clip | None,
        *,
        size: tuple[int, int],
        rate: Fraction | None = None,
        start: Fraction | None = None,
        duration: Fraction | None = None,
        notes: Callable[[str], None] | None = None,
    ) -> None:
        self.path = Path(path)
        self.clip, self.size, self.rate = clip, size, rate
        self.start, self.duration = start, duration
        self.notes = notes or (lambda _: None)
        self.made = self.path.absolute().parent / f".{self.path.name[:200]}.{secrets.token_hex(4)}"
        self.part: Path | None = None
        self.frames = 0

    def __enter__(self) -> Self:
        if self.clip is not None and self.clip.sounds:
            self.notes("a folder of pictures has no sound: the source's is left out")
        if self.clip is not None and self.clip.varied:
            self.notes("a folder of pictures has no times: the source's frames do not follow each other evenly")
        try:
            self.made.mkdir()
        except OSError as error:
            raise cannot_write(self.path, error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._put_in_place(self.path)
            elif self.part is not None and self.frames:
                self._put_in_place(self.part)
        finally:
            discard(self.made)

    def write(  # the arguments are those of every writer
        self,
        rgb: Floats,
        pts: Fraction,  # noqa: ARG002
        alpha: Floats | None = None,
        duration: Fraction | None = None,  # noqa: ARG002
    ) -> None:
        """Add a frame: float32 H×W×3 in 0…1, alpha H×W or None; a folder has no times, so they are not used."""
        if rgb.shape[:2] != (self.size[1], self.size[0]):
            raise UsageError(f"a frame of {rgb.shape[1]}×{rgb.shape[0]} for pictures of {self.size[0]}×{self.size[1]}")
        with told_of(self.path, self.made):
            save_picture(self.made / frame_name(self.frames + 1), rgb, alpha, "PNG")
        self.frames += 1

    def keep_part(self) -> Path:
        """Ask that, if the work now breaks off, what is finished stays; gives the folder it will be in."""
        self.part = self.path.with_name(self.path.name + ".part")
        return self.part

    def _put_in_place(self, folder: Path) -> None:
        if self.frames == 0:
            raise OutputError(f"{self.path} is not written: not one frame came")
        found = sorted(self.made.glob("frame-*.png"))
        if len(found) != self.frames:
            raise OutputError(f"{self.path} holds {len(found)} of {self.frames} frames; see whether the disk is full")
        try:
            if not folder.exists():
                self.made.rename(folder)
                return
            for file in found:
                file.replace(folder / file.name)
            for old in folder.iterdir():
                if NUMBERED.fullmatch(old.name) and old.name > frame_name(self.frames):
                    old.unlink()
        except OSError as error:
            raise cannot_write(self.path, error) from error


def frame_name(number: int) -> str:
    """The file name of a frame, counted from 1."""
    return f"frame-{number:06d}.png"
