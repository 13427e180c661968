"""The writer for every kind of OUTPUT: a film, an animation, a folder of pictures."""

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from mariana_video.media.clip import Clip
from mariana_video.media.colour import Floats
from mariana_video.media.containers import ANIMATIONS
from mariana_video.media.write.animation import AnimationWriter
from mariana_video.media.write.folders import FolderWriter
from mariana_video.media.write.writer import Writer


class FrameWriter(Protocol):
    """What every kind of OUTPUT offers: a context manager that takes frames in order of time."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def write(self, rgb: Floats, pts: Fraction, alpha: Floats | None = None, duration: Fraction | None = None) -> None:
        """Add a frame: float32 H×W×3 in 0…1, its time on the source's own clock, alpha H×W or None."""
        ...

    def keep_part(self) -> Path:
        """Ask that, if the work now breaks off, what is finished stays; gives the name it will have."""
        ...


def open_writer(path: str | Path, clip: Clip | None, **options: Any) -> FrameWriter:
    """The writer for OUTPUT's ending: a film, an animation, or a folder of PNGs for a name that ends in "/".

    Options as for `Writer` (films and folders alike), `loop` for animations. Raises UsageError for an ending
    that says no kind of film.
    """
    name = str(path)
    if name.endswith("/") or Path(path).is_dir():
        return FolderWriter(path, clip, **_without(options, "codec", "crf", "sound", "threads", "loop"))
    if Path(path).suffix.lower() in ANIMATIONS:
        return AnimationWriter(path, clip, **_without(options, "codec", "crf", "sound"))
    return Writer(path, clip, **_without(options, "loop"))


def _without(options: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in options.items() if key not in names}
