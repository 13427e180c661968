"""Writing what a dive or a progression makes: any kind of OUTPUT, with a bar and a word on what it will come to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from mariana_video.cli.progress import Bar, foretell, say
from mariana_video.recipe.job import Encoding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FORETOLD = 5  # frames after which the whole can be foretold
_LARGEST = 480  # pixels of an animation's longer side, where none is asked for
_BYTES = {".gif": 1.0, ".webp": 0.33}  # a pixel of a dream, measured
_PLAIN = 0.2  # the same of a film


def check_kind(output: str) -> None:
    """See that OUTPUT's ending says a kind of film. Raises UsageError with the endings that work."""
    from mariana_video.media.containers import ANIMATIONS, container_for

    if not (output.endswith("/") or Path(output).is_dir() or Path(output).suffix.lower() in ANIMATIONS):
        container_for(Path(output))


def usual_size(size: tuple[int, int], output: str) -> tuple[int, int]:
    """SOURCE's size, or for an animation that size within what people post."""
    if Path(output).suffix.lower() not in _BYTES or max(size) <= _LARGEST:
        return size
    scale = _LARGEST / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def bytes_of(output: str, size: tuple[int, int], frames: int) -> int:
    """About how large OUTPUT will be."""
    return round(size[0] * size[1] * frames * _BYTES.get(Path(output).suffix.lower(), _PLAIN))


def foretell_size(output: str, size: tuple[int, int], frames: int) -> str:
    """What will be made, and for an animation how large its file will be."""
    told = f"{frames} frames of {size[0]}x{size[1]}"
    if Path(output).suffix.lower() not in _BYTES:
        return told
    return f"{told}, about {bytes_of(output, size, frames) / 1e6:.1f} MB; a smaller --size or --rate makes it less"


@dataclass(frozen=True)
class Shown:
    """A finished picture (H×W×3), its time in seconds and how long it is shown (None: one frame)."""

    rgb: NDArray[np.float32]
    time: Fraction
    duration: Fraction | None = None


def write_film(
    output: str,
    frames: Iterator[Shown],
    total: int,
    *,
    size: tuple[int, int],
    rate: Fraction,
    encoding: Encoding,
    endless: bool = True,
    quiet: bool = False,
) -> None:
    """Writes `frames` as OUTPUT, `size` being (width, height).

    Ctrl-C leaves what is finished beside OUTPUT, and says so.
    """
    from mariana_video.film.pipeline import sink
    from mariana_video.media.writer import open_writer

    options = {"codec": encoding.codec, "crf": encoding.crf, "loop": endless}
    notes = lambda note: say(note, quiet)  # noqa: E731
    with open_writer(output, None, size=size, rate=rate, notes=notes, **options) as writer:
        part = writer.keep_part()

        def write(item: Shown) -> None:
            writer.write(item.rgb, item.time, None, item.duration)

        try:
            with sink(write, 3) as put:
                _with_bar(frames, put, total, quiet)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"stopped; what is finished can be played: {part}") from None


def _with_bar(frames: Iterator[Shown], put: Callable[[Shown], None], total: int, quiet: bool) -> None:
    began = time.monotonic()
    with Bar(total, "frames", quiet=quiet) as bar:
        for number, item in enumerate(frames, 1):
            put(item)
            bar.step()
            if number == _FORETOLD and total > _FORETOLD:
                bar.say(foretell(total, (time.monotonic() - began) / (number - 1) * total))
