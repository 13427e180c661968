"""A clip taken through reader and writer with its pictures unchanged: what most tests of this room look at."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.write.writers import FrameWriter, open_writer


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


def broken_off(writer: FrameWriter, count: int = 1, *, keep: bool = False) -> Path | None:
    """Write `count` grey frames of 32×32 and break off with a RuntimeError; the name of what was to be kept."""
    part = None
    with pytest.raises(RuntimeError, match="broken off"), writer:  # noqa: PT012
        for number in range(count):
            writer.write(np.full((32, 32, 3), number / count, np.float32), Fraction(number, 25))
        part = writer.keep_part() if keep else None
        raise RuntimeError("broken off")
    return part
