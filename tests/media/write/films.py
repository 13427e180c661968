"""Short films of grey frames, and their length."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.media.write.passing import open_writer


def film(path: str | Path, count: int = 5, **options: Any) -> None:
    """A short film of grey frames, of no source."""
    with open_writer(path, None, size=(32, 32), rate=Fraction(25), **options) as writer:
        for n in range(count):
            writer.write(np.full((32, 32, 3), n / 10, np.float32), Fraction(n, 25))


def length(path: Path) -> Fraction:
    with av.open(f"file:{path}") as container:
        stream = container.streams.video[0]
        return (stream.start_time + stream.duration) * stream.time_base
