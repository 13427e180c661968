"""The gradient of a score in a picture on disk, its network's grid shifted: as `ascent.shifted_gradient` has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from mariana_video.dream.ascent import padded_shape, shares
from mariana_video.dream.large.rules import mean_size
from mariana_video.dream.large.sheet import ALL, Disk, Sheet, by_rows
from mariana_video.dream.objectives.kind import Beside
from mariana_video.dream.score import Score
from mariana_video.dream.tiled import goes_in_parts, gradient_of, lay_gradient, whole_of
from mariana_video.networks.tiles import Parted, Window


@dataclass(frozen=True)
class LargeSlope:
    """As `Slope`, on disk."""

    score: float
    gradient: Sheet
    left: Sheet | None


@dataclass(frozen=True)
class Padded:
    """A `picture` in a larger one of `shape` (1, C, height, width) that begins `top` and `left` of it.

    What lies outside is its reflection.
    """

    picture: Parted
    shape: torch.Size
    top: int
    left: int

    def __getitem__(self, window: Window) -> Tensor:
        """A part."""
        places = [
            _reflected(range(*one.indices(side)), first, own)
            for one, side, first, own in zip(
                window[2:], self.shape[2:], (self.top, self.left), self.picture.shape[2:], strict=True
            )
        ]
        rows, columns = (slice(int(one.min()), int(one.max()) + 1) for one in places)
        found = self.picture[ALL, ALL, rows, columns]
        for axis, (one, first) in enumerate(zip(places, (rows.start, columns.start), strict=True), 2):
            if len(one) != found.shape[axis] or bool((one.diff() != 1).any()):
                found = found.index_select(axis, one - first)
        return found


def _reflected(places: range, first: int, side: int) -> Tensor:
    """Where places of the padded picture lie in one that begins at the `first` and has so many."""
    beyond = (torch.arange(places.start, places.stop) - first) % max(1, 2 * side - 2)
    return torch.minimum(beyond, 2 * side - 2 - beyond)


@dataclass(frozen=True)
class _Cut:
    """What is laid on a padded picture, cut to the `sheet` that begins at `top` and `left` of it."""

    sheet: Sheet
    top: int
    left: int

    def __setitem__(self, window: Window, part: Tensor) -> None:
        _, _, height, width = self.sheet.shape
        rows, columns = window[2:]
        upper, lower = max(rows.start, self.top), min(rows.stop, self.top + height)
        before, after = max(columns.start, self.left), min(columns.stop, self.left + width)
        if upper < lower and before < after:
            own = part[..., upper - rows.start : lower - rows.start, before - columns.start : after - columns.start]
            self.sheet[
                ALL, ALL, slice(upper - self.top, lower - self.top), slice(before - self.left, after - self.left)
            ] = own


def large_gradient(
    score: Score, picture: Sheet, shift: tuple[int, int], reach: int, others: Mapping[Beside, Parted], disk: Disk
) -> LargeSlope:
    """The score of `picture` and its gradient, the grid shifted by `shift` (down, right) up to `reach`.

    Of several networks each adds to it by its weight, as `ascent` has it.
    """
    top, left = shift
    shape = padded_shape(score, (picture.shape[-2], picture.shape[-1]), reach)

    def padded(one: Parted) -> Padded:
        return Padded(one, torch.Size((1, one.shape[1], *shape)), top, left)

    beside = {which: padded(other) for which, other in others.items()}
    found = [_of_one(part, padded(picture), beside, picture, disk) for _, part in score.parted()]
    if len(found) == 1:
        return found[0]
    total = disk.sheet(picture.shape)
    sizes = [mean_size(slope.gradient) for slope in found]
    for factor, slope in zip(shares([weight for weight, _ in score.parted()], sizes), found, strict=True):
        by_rows(total, partial(_more, factor), total, slope.gradient)
    lefts = [slope.left for slope in found]
    known = [one for one in lefts if one is not None]
    left_over = by_rows(known[0], _farther, *known) if len(known) == len(lefts) else None
    return LargeSlope(sum(slope.score for slope in found), total, left_over)


def _more(factor: float, total: Tensor, gradient: Tensor) -> Tensor:
    return total + gradient * factor


def _farther(*parts: Tensor) -> Tensor:
    return torch.stack(parts).amax(0)


def _of_one(score: Score, padded: Padded, others: Mapping[Beside, Padded], picture: Sheet, disk: Disk) -> LargeSlope:
    gradient, far = disk.sheet(picture.shape), disk.sheet((1, 1, *picture.shape[2:]))
    whole, left = (_Cut(sheet, padded.top, padded.left) for sheet in (gradient, far))
    with torch.inference_mode(False), torch.enable_grad():
        if goes_in_parts(score, padded.shape):
            found, goals = lay_gradient(score, padded, others, whole, left)
            return LargeSlope(found, gradient, far if goals else None)
        slope = gradient_of(score, whole_of(padded), {which: whole_of(other) for which, other in others.items()})
    everything = ALL, ALL, slice(0, padded.shape[2]), slice(0, padded.shape[3])
    whole[everything] = slope.gradient
    if slope.left is not None:
        left[everything] = slope.left
    return LargeSlope(slope.score, gradient, None if slope.left is None else far)
