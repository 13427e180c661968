"""Gradient ascent on one octave of a picture on disk: what `ascent` does, part by part, to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from mariana_video.dream.ascent import Pace, pushed_through, reach_of
from mariana_video.dream.large.gradient import large_gradient
from mariana_video.dream.large.resizing import resized
from mariana_video.dream.large.rules import moved
from mariana_video.dream.large.sheet import Disk, Sheet, by_rows
from mariana_video.dream.objectives.kind import Beside
from mariana_video.dream.octaves import Octave
from mariana_video.dream.plain.noise import offset
from mariana_video.dream.rules import Length
from mariana_video.dream.score import Score
from mariana_video.dream.style import Style

OnStep = Callable[[int, float, int], None]
"""Called after each step, with its number (from 1), its score and the pixels that were pushed for it."""


def goes_by_parts(style: Style) -> bool:
    """Whether steps in a style can be made part by part: none of it looks at the whole picture at once."""
    whole = style.blur or style.clip_norm or style.clip_contribution or style.smoothness
    return style.rule == "mean" and style.folds < 2 and not whole


@dataclass(frozen=True)
class Large:
    """A picture on `disk` that is dreamed on: `gain` (1×1×H×W) is how far each pixel steps, `source` (1×3×H×W) what it
    goes by."""

    disk: Disk
    score: Score
    gain: Sheet
    source: Sheet

    def ascended(self, picture: Sheet, octave: Octave, pace: Pace, key: tuple[int, ...], on_step: OnStep) -> Sheet:
        """`picture` (1×3×H×W) after the steps on an octave. What `pace` has of pictures is not looked at.

        Raises DreamError on a gradient that is not finite.
        """
        disk, score, style = self.disk, self.score, pace.style
        start = small = resized(picture, octave.shape, disk)
        gain = resized(self.gain, octave.shape, disk)
        length = Length(pace.size, None, octave.scale, style.bands)
        source = resized(self.source, octave.shape, disk) if score.beside or style.compares else start
        others: Mapping[Beside, Sheet] = {"source": source} if score.beside else {}
        reach = reach_of(score, octave, pace.jitter)
        for step in range(pace.steps):
            shift = offset(reach, *key, round(1000 * octave.scale), step)
            slope = large_gradient(score, small, shift, reach, others, disk)
            gradient = self._pulled(slope.gradient, style)
            now = gain if slope.left is None else by_rows(slope.left, torch.mul, gain, slope.left)
            small = moved(small, gradient, length, now, disk)
            small = self._settled(small, gradient, source, style, step)
            on_step(step + 1, slope.score, pushed_through(score, octave.shape, reach))
        if octave.shape == tuple(picture.shape[-2:]):
            return small
        change = by_rows(disk.sheet(small.shape), torch.sub, small, start)
        larger = resized(change, picture.shape[-2:], disk)
        return by_rows(larger, lambda change, begun: change.add_(begun).clamp_(0, 1), larger, picture)

    @staticmethod
    def _pulled(gradient: Sheet, style: Style) -> Sheet:
        """`gradient`, its colours going where they are to."""
        if style.colour_steps == "plain" and style.colour == "free":
            return gradient
        return by_rows(gradient, lambda part: style.pulled(part, part, part), gradient)

    def _settled(self, picture: Sheet, gradient: Sheet, source: Sheet, style: Style, step: int) -> Sheet:
        """What a style does beside the step."""
        if not (style.compares or style.folds):
            return picture

        def settled(picture: Tensor, gradient: Tensor, rest: Tensor) -> Tensor:
            return style.settled(picture, gradient, rest, step)

        return by_rows(self.disk.sheet(picture.shape), settled, picture, gradient, source)
