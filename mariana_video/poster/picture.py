"""A picture too large for memory: composed small, sharpened part by part, as `footage` dreams one that fits.

It is the same picture, to the last bit but for the last digits of its colours' statistics.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import torch
from torch import Tensor

from mariana_video.dream.ascent import Step
from mariana_video.dream.large.ascent import Large, goes_by_parts
from mariana_video.dream.large.resizing import finer, resized
from mariana_video.dream.large.sheet import Disk, Sheet, by_rows
from mariana_video.dream.plain.symmetry import kaleidoscope
from mariana_video.dream.tiled import whole_of
from mariana_video.loop.detail import first_steps, larger_octaves, pace_at
from mariana_video.loop.dream_clock import DREAM_RATE
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.frames import step
from mariana_video.loop.state import Moment, Values
from mariana_video.networks.device import give_back
from mariana_video.poster.finishing import finished


def can_be_large(dreamer: Dreamer, shape: tuple[int, int]) -> bool:
    """Whether a picture of `shape` (height, width) can be dreamed part by part.

    It is composed at a smaller size then, and no part of what is asked looks at all of it at once.
    """
    values = dreamer.values()
    score = dreamer.scored(values.terms)
    octaves = larger_octaves(shape, dreamer.shape(shape), values.octave_scale)
    plain = goes_by_parts(values.style) and values.finish.folds < 2 and score.measure != "mean"
    beside = "guide" in score.beside or dreamer.recipe.where.mask is not None or dreamer.everywhere
    return bool(octaves and values.strength) and plain and not beside and dreamer.device.type == "cpu"


@dataclass(frozen=True)
class Poster:
    """A `source` on `disk` (1×3×H×W, 0…1) that is dreamed, and its `alpha` (1×1×H×W) where it has any."""

    dreamer: Dreamer
    disk: Disk
    source: Sheet
    alpha: Sheet | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        return self.source.shape[-2], self.source.shape[-1]

    def dreamed(self) -> Sheet:
        """The finished picture. Raises DreamError, OSError."""
        values, folds = self.dreamer.values(), self.dreamer.values().style.folds
        if folds:
            by_rows(self.source, lambda part: kaleidoscope(part, folds), self.source)
        if self.alpha is not None:
            by_rows(self.alpha, lambda part: kaleidoscope(part, values.finish.folds), self.alpha)
        dreamed = self.dreamer.shape(self.shape)
        small = whole_of(resized(self.source, dreamed, self.disk, cubic=True)).clamp(0, 1)
        moment = Moment(0, Fraction(0), 1 / DREAM_RATE, small, values)
        _, composed, _ = step(self.dreamer, None, moment)
        give_back()
        change, reach = composed.picture - small, self.dreamer.reach(small)
        fine = self._detail(values, change, reach, composed.picture)
        laid = resized(change, self.shape, self.disk, cubic=True)
        by_rows(fine, lambda laid, source, fine: laid.add_(source).add_(fine).clamp_(0, 1), laid, self.source, fine)
        del laid
        return finished(fine, self.source, self.alpha, values)

    def _detail(self, values: Values, change: Tensor, reach: Tensor | None, shown: Tensor) -> Sheet:
        """The detail over a composition's `change` (1×3×h×w), which is `shown` meanwhile: see `Sharpening.begun`."""
        dreamed, score = (change.shape[-2], change.shape[-1]), self.dreamer.scored(values.terms)
        octaves = larger_octaves(self.shape, dreamed, values.octave_scale)
        laid = resized(change, self.shape, self.disk, cubic=True)
        begun = picture = by_rows(laid, lambda laid, source: laid.add_(source).clamp_(0, 1), laid, self.source)
        if reach is None:
            reach = change.new_ones(1, 1, *dreamed)
        gain = resized(reach, self.shape, self.disk, cubic=True)
        large = Large(self.disk, score, by_rows(gain, lambda part: part.clamp(0, 1), gain), self.source)
        for level, octave in enumerate(octaves, 1):
            pace = pace_at(values, first_steps(values), level)

            def told(number: int, score: float, pushed: int, steps: int = pace.steps) -> None:
                self.dreamer.on_step(Step(1, 1, number, steps, score, pushed, shown, shown))

            picture = large.ascended(picture, octave, pace, (self.dreamer.recipe.dream.seed, 0), told)
        change_made = by_rows(self.disk.sheet(picture.shape), torch.sub, picture, begun)
        return finer(change_made, dreamed, self.disk)
