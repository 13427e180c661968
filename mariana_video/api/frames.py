"""Pictures that are arrays: one, or a film's frames as their maker gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from mariana_video.api.foreseen.unused import check_image
from mariana_video.dream.arrays import to_array
from mariana_video.errors import UsageError
from mariana_video.footage.film import dream_picture
from mariana_video.footage.live import live, picture_of
from mariana_video.footage.still import read_still
from mariana_video.loop.dreamer import make_dreamer
from mariana_video.loop.footprint import check_memory
from mariana_video.media.read.opening import open_clip
from mariana_video.recipe.group import shared_out
from mariana_video.recipe.idle import check_carry, check_dream, check_seed, check_where
from mariana_video.recipe.job import Machine
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Carry, Recipe, Where
from mariana_video.recipe.reading import declare
from mariana_video.recipe.values.schedule import Bounds
from mariana_video.recipe.values.size import Size
from mariana_video.recipe.values.time import Time

Picture = NDArray[np.float32]


@dataclass(frozen=True)
class Seen:
    """What a source is, at a glance: a film or a picture, its `size` (width, height), and of a film its `seconds`, as
    far as the file says, its frames a second, and whether it sounds."""

    film: bool
    size: tuple[int, int]
    seconds: float | None = None
    rate: float = 0.0
    sounds: bool = False


def look_at(source: Path) -> Seen:
    """What a source is. Only its header and first frames are read. Raises SourceError."""
    clip = open_clip(source)
    if clip.kind == "picture":
        return Seen(False, clip.size)
    seconds = None if clip.duration is None else float(clip.duration)
    return Seen(True, clip.size, seconds, float(clip.rate), bool(clip.sounds))


def frame_of(source: Path, at: float | None = None, width: int | None = None) -> Picture:
    """A frame of a source as it is (float32 H×W×3, 0…1), `at` a time in seconds, `width` pixels wide.

    Raises MarianaError.
    """
    size = None if width is None else Size.of(f"{width}x")
    return read_still(source, None if at is None else Time.of(at), size).rgb


def dream_frame(frame: NDArray[np.generic], **options: Any) -> Picture:
    """The dream (float32 H×W×3, 0…1) of a picture, H×W×3 RGB, uint8 or float in 0…1.

    `options` are those of `mariana image` that say what is dreamed, where, and on what. Raises MarianaError.
    """
    dream, where, machine = shared_out(options, Dream, Where, Machine)
    check_image(dream)
    check_where(dream, where)
    check_seed(dream)
    picture = picture_of(frame)
    dreamer = make_dreamer(Recipe(dream, where=where), machine)
    check_memory(dreamer, dreamer.score(), (picture.shape[1], picture.shape[0]))
    return to_array(dream_picture(dreamer, picture).picture)


def dream_frames(frames: Iterable[NDArray[np.generic]], *, rate: float | Fraction, **options: Any) -> Iterator[Picture]:
    """The dreams (float32 H×W×3, 0…1) of a film's frames, each as soon as it is asked for; they may never end.

    Args:
        frames: H×W×3 RGB, uint8 or float in 0…1, all of one size.
        rate: frames a second.
        options: those of `mariana video` that say what is dreamed, how it goes on, where, and on what.

    Raises MarianaError: at once for the options, at its turn for a frame that is none.
    """
    dream, carry, where, machine = shared_out(options, Dream, Carry, Where, Machine)
    shown = declare("rate", Annotated[float, Bounds(0, 1000, above=True)]).read(rate)
    if not isinstance(frames, Iterable):
        raise UsageError(f"frames are {type(frames).__name__}; give arrays, one after the other")
    check_dream(dream)
    check_where(dream, where)
    check_seed(dream)
    check_carry(dream, carry)
    dreamer = make_dreamer(Recipe(dream, carry, where=where), machine)
    return live(frames, rate if isinstance(rate, Fraction) else Fraction(repr(shown)), dreamer)
