"""The pictures beside a film that its dream goes by: a guide, which may move, and a palette."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from torch import Tensor

from mariana_video.dream.arrays import to_tensor
from mariana_video.dream.others import Others
from mariana_video.dream.size import dream_shape, fitted
from mariana_video.errors import SourceError, UsageError
from mariana_video.loop.state import Moment
from mariana_video.media.read.alongside import Alongside
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.recipe.options import Recipe

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
        try:
            self._clip = Alongside(path)
        except SourceError as error:
            raise UsageError(f"--guide: {error}") from None
        self._shown: tuple[int, tuple[int, int], Tensor] | None = None

    def at(self, seconds: Fraction, beside: tuple[int, int]) -> Tensor:
        """What it shows at a time, as a picture of `beside` (height, width) goes by it: 1×3×h×w.

        Its shorter side is as long as that picture's, unless it were much larger than the picture for it.
        """
        number, frame = self._clip.at(seconds)
        if self._shown is None or self._shown[:2] != (number, beside):
            self._shown = number, beside, _as_seen(to_tensor(frame.rgb), beside)
        return self._shown[2]


def guide_at_first(recipe: Recipe, beside: tuple[int, int]) -> Tensor | None:
    """What the guide of a recipe shows first, as `Guide.at` gives it, without looking through all of it."""
    path = recipe.dream.guide
    return None if path is None else _as_seen(read_beside(path, "guide"), beside)


def _as_seen(picture: Tensor, beside: tuple[int, int]) -> Tensor:
    return fitted(picture, _as_large(dream_shape((picture.shape[-2], picture.shape[-1]), min(beside)), beside))


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
