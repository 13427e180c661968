"""The pictures beside a film that its dream goes by: a guide, which may move, and a palette."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from torch import Tensor

from mariana_video.dream.arrays import to_tensor
from mariana_video.dream.others import Others
from mariana_video.dream.size import dream_shape, fitted
from mariana_video.errors import SourceError, UsageError
from mariana_video.loop.state import Moment
from mariana_video.media.clip import Frame
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read, scan
from mariana_video.recipe.options import Recipe

_AT_ONCE = Fraction(1, 500)  # seconds: containers round times to a thousandth
_GREY = 0.5
_MORE = 1.5  # times the picture's pixels are the most that a guide has: it takes memory and time like the picture


def read_beside(path: Path, option: str) -> Tensor:
    """The first picture of a file as 1×3×H×W. Raises UsageError, naming the `option`, where it can't be read."""
    try:
        return to_tensor(next(read(open_clip(path))).rgb)
    except (SourceError, StopIteration) as error:
        raise UsageError(f"--{option}: {error or f'{path} holds no picture'}") from None


class Guide:
    """A guide's pictures by time, counted from its first one; a film's last picture stays when it is over.

    Raises UsageError as it is made for what can't be read.
    """

    def __init__(self, path: Path) -> None:
        self._frames: Iterator[Frame] = iter(())
        self._number = -1
        self._shown: tuple[int, tuple[int, int], Tensor] | None = None
        self._rgb: Tensor | None = None
        try:
            self._clip = open_clip(path)
            self._times = [frame.pts - self._clip.start for frame in scan(self._clip)]
            self._picture(0)
        except (SourceError, IndexError, StopIteration) as error:
            raise UsageError(f"--guide: {str(error) or f'{path} holds no picture'}") from None

    def at(self, seconds: Fraction, beside: tuple[int, int]) -> Tensor:
        """What it shows at a time, as a picture of `beside` (height, width) goes by it: 1×3×h×w.

        Its shorter side is as long as that picture's, unless it were much larger than the picture for it.
        """
        number = max(0, bisect_right(self._times, seconds + _AT_ONCE) - 1)
        picture = self._picture(number)
        shape = _as_large(dream_shape((picture.shape[-2], picture.shape[-1]), min(beside)), beside)
        if self._shown is None or self._shown[:2] != (number, shape):
            self._shown = number, shape, fitted(picture, shape)
        return self._shown[2]

    def _picture(self, number: int) -> Tensor:
        if self._rgb is None or number < self._number:
            self._frames, self._number = read(self._clip, start=self._times[number]), number - 1
        while self._number < number:
            self._rgb = to_tensor(next(self._frames).rgb)
            self._number += 1
        assert self._rgb is not None, "the numbers begin at 0"
        return self._rgb


def _as_large(shape: tuple[int, int], beside: tuple[int, int]) -> tuple[int, int]:
    """A guide's `shape` (height, width), shrunk where it holds many more pixels than the picture `beside` it."""
    more = math.prod(shape) / (_MORE * math.prod(beside))
    if more <= 1:
        return shape
    height, width = (max(1, round(side / math.sqrt(more))) for side in shape)
    return height, width


def guide_of(recipe: Recipe) -> Guide | None:
    """The guide that a recipe names. Raises UsageError where it can't be read."""
    return None if recipe.dream.guide is None else Guide(recipe.dream.guide)


def guided(guide: Guide | None, moment: Moment, seconds: Fraction, beside: tuple[int, int] | None = None) -> Moment:
    """`moment` with what the guide shows so many seconds after its first picture.

    It is as large as suits the moment's source, or a picture of `beside` (height, width).
    """
    if guide is None:
        return moment
    shape = beside or (moment.source.shape[-2], moment.source.shape[-1])
    return replace(moment, guide=guide.at(seconds, shape).to(moment.source.device))


def others_of(
    source: Tensor, guide: Tensor | None, everywhere: bool, rest: Tensor | None = None, scale: float = 1.0
) -> Others:
    """What an ascent goes by beside its picture: see `Others`.

    Of a source that was made up, dreamed on `everywhere`, nothing is to stay.
    """
    if everywhere and rest is None:
        rest = source.new_full((), _GREY).expand_as(source)
    return Others(source, guide, rest, scale)
