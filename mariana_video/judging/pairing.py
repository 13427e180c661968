"""A source and a dreamed clip of it, frame beside frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mariana_video.errors import UsageError
from mariana_video.media.clip import Clip, Frame
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read, scan
from mariana_video.media.shape import fitted
from mariana_video.recipe.values.time import Time

Array = NDArray[np.float32]

_SAME_RATE = 0.005
_LOST = 2  # frames: some programs leave the last ones away
_LARGEST = 1280  # pixels of the longer side at which pictures are compared; larger ones are shrunk


@dataclass(frozen=True)
class Pair:
    """Two clips whose frames belong together, `frames` of them, as pictures of `size` (width, height).

    `notes` are sentences worth telling a person.
    """

    source: Clip
    dream: Clip
    start: Fraction | None
    frames: int
    size: tuple[int, int]
    notes: tuple[str, ...]

    def __iter__(self) -> Iterator[tuple[Fraction, Array, Array]]:
        """(time of the dreamed frame in seconds, source, dream), pictures float32 H×W×3 in 0…1."""
        sources = read(self.source, start=self.start, size=self.size)
        dreams = read(self.dream, size=self.size)
        for _, one, other in zip(range(self.frames), sources, dreams, strict=False):
            yield other.pts, _flat(one), _flat(other)


def pair(source: Path, dream: Path, start: Time | float | None = None) -> Pair:
    """SOURCE, from `start` on (a time or seconds), and a DREAM of it; frames are paired in order.

    Raises SourceError where one can't be read, UsageError where their frames can't belong together.
    """
    first = open_clip(source)
    begin = None if start is None else Time.of(start).seconds(first.duration)
    second = open_clip(dream, first.rate)
    counts = sum(1 for _ in scan(first, start=begin)), sum(1 for _ in scan(second))
    notes = [*_lengths(first, second, counts, begin), *_rates(first, second)]
    size = fitted(first.size, min(_LARGEST, max(second.size)))
    if second.size != first.size:
        notes.append(f"the dream has {_by(second.size)} pixels, the source {_by(first.size)}: compared at {_by(size)}")
    return Pair(first, second, begin, min(counts), size, tuple(notes))


def _lengths(source: Clip, dream: Clip, counts: tuple[int, int], start: Fraction | None) -> Iterator[str]:
    frames, dreamed = counts
    if min(counts) < 2:
        raise UsageError(f"{source.path} has {frames} frames and {dream.path} {dreamed}: at least 2 are needed")
    if dreamed > frames or (dreamed < frames - _LOST and start is None):
        raise UsageError(
            f"{dream.path} has {dreamed} frames and {source.path} {frames}: they must be the same frames; "
            "for a dream of a part give its beginning in the source, --start SECONDS"
        )
    if dreamed < frames:
        yield f"the dream has {dreamed} frames, the source {frames}: those at its end are left out"


def _rates(source: Clip, dream: Clip) -> Iterator[str]:
    if source.kind == "video" == dream.kind and abs(dream.rate / source.rate - 1) > _SAME_RATE:
        yield (
            f"the dream has {float(dream.rate):.2f} frames a second, the source {float(source.rate):.2f}: "
            "frames are paired in order"
        )


def _by(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _flat(frame: Frame) -> Array:
    """A frame's picture; what is transparent shows black."""
    return frame.rgb if frame.alpha is None else frame.rgb * frame.alpha[..., None]
