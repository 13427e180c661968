"""GIF and animated WebP as OUTPUT, through the ffmpeg program and a lossless spool."""

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

from mariana_video.errors import UsageError

from .clip import Clip
from .colour import Floats


class AnimationWriter:
    """Comes with animations."""

    def __init__(self, path: str | Path, clip: Clip | None, **options: object) -> None:
        raise UsageError(f"{path}: GIF and WebP come with animations; use .mp4 until then")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def write(
        self, rgb: Floats, pts: Fraction, alpha: Floats | None = None, duration: Fraction | None = None
    ) -> None: ...

    def keep_part(self) -> Path:
        return Path()
