"""Frames on their way into an OUTPUT, and a clip taken through reader and writer with its pictures unchanged."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
import pytest

from mariana_video.dream.arrays import to_tensor
from mariana_video.job.output_paths import in_place
from mariana_video.job.stores.png_folder import PngFolder
from mariana_video.job.stores.store import Film
from mariana_video.loop.state import Finished, Rendered, State
from mariana_video.media.clip import Clip
from mariana_video.media.colour import Floats
from mariana_video.media.containers import ANIMATIONS
from mariana_video.media.output import discard, hidden_name
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.write.animation import AnimationWriter
from mariana_video.media.write.writer import Writer


class FrameWriter(Protocol):
    """A context manager that takes frames in order of time."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def write(
        self, rgb: Floats, pts: Fraction, alpha: Floats | None = None, duration: Fraction | None = None
    ) -> None: ...


class _Folder:
    """A folder of pictures, kept by the store that jobs keep theirs by."""

    def __init__(self, path: str, clip: Clip | None, size: tuple[int, int], **options: Any) -> None:
        self._path, self._clip, self._size = Path(path), clip, size
        self._told = options.get("notes", lambda note: None)
        self._frames: list[tuple[Floats, Floats | None, Fraction]] = []

    def __enter__(self) -> Self:
        return self

    def write(self, rgb: Floats, pts: Fraction, alpha: Floats | None = None, duration: Fraction | None = None) -> None:
        del duration
        self._frames.append((rgb, alpha, pts))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            return
        times = tuple(pts for _, _, pts in self._frames)
        folder = hidden_name(self._path)
        folder.mkdir()
        try:
            store = PngFolder(folder, self._path, Film(self._clip, self._size, Fraction(25), times), self._told)
            for position, (rgb, alpha, _) in enumerate(self._frames):
                store.add(position, Finished(rgb, alpha, None, *_undreamed(rgb)))
            in_place(store.assemble(self._told), str(self._path), folder)
        finally:
            discard(folder)


def _undreamed(rgb: Floats) -> tuple[Rendered, State]:
    """What a finished frame brings along beside its picture, of one that nobody dreamed."""
    picture = to_tensor(rgb)
    return Rendered(0, Fraction(0), picture, float("nan"), 0.0, 0.0, 0.0), State(0, picture, picture)


def open_writer(path: str | Path, clip: Clip | None, **options: Any) -> FrameWriter:
    """The writer for the ending of `path`: a film, an animation, or a folder of PNGs for a name that ends in "/"."""
    if str(path).endswith("/") or Path(path).is_dir():
        return _Folder(str(path), clip, **options)
    return AnimationWriter(path, clip, **options) if Path(path).suffix in ANIMATIONS else Writer(path, clip, **options)


def through(
    source: Path, output: str | Path, *, start: Fraction | None = None, duration: Fraction | None = None, **options: Any
) -> list[str]:
    """Read `source`, write it to `output` as it is; the sentences that both told."""
    said: list[str] = []
    clip = open_clip(source)
    size = options.pop("size", None)
    with open_writer(
        output, clip, size=size or clip.size, start=start, duration=duration, notes=said.append, **options
    ) as writer:
        for frame in read(clip, start=start, duration=duration, size=size, notes=said.append):
            writer.write(frame.rgb, frame.pts, frame.alpha, frame.duration)
    return [*clip.notes, *said]


def broken_off(writer: FrameWriter) -> None:
    """Write a grey frame of 32×32 and break off with a RuntimeError."""
    with pytest.raises(RuntimeError, match="broken off"), writer:  # noqa: PT012
        writer.write(np.full((32, 32, 3), 0.5, np.float32), Fraction(0))
        raise RuntimeError("broken off")
