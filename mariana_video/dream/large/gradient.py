"""The gradient of a score in a picture on disk, its network's grid shifted: as `ascent.shifted_gradient` has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from mariana_video.dream.ascent import padded_shape, shares
from mariana_video.dream.large.rules import mean_size
from mariana_video.dream.large.sheet import ALL, Disk, Sheet, bands, by_rows
from mariana_video.dream.objectives.kind import Beside
from mariana_video.dream.rules import finite
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
class _Frame:
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


@dataclass(frozen=True)
class _Sheets:
    """Sheets on `disk` for what is said of a padded picture.

    They are those of a part of it, of `shape` (…, height, width), that begins `top` and `left` of it.
    """

    disk: Disk
    shape: torch.Size
    top: int = 0
    left: int = 0

    def laid(self, channels: int) -> tuple[Sheet, _Frame]:
        """One, and what lays on it."""
        sheet = self.disk.sheet((1, channels, *self.shape[2:]))
        return sheet, _Frame(sheet, self.top, self.left)


def large_gradient(
    score: Score, picture: Sheet, shift: tuple[int, int], reach: int, others: Mapping[Beside, Parted], disk: Disk
) -> LargeSlope:
    """The score of `picture` and its gradient, the grid shifted by `shift` (down, right) up to `reach`.

    Of several networks each adds to it by its weight, as `ascent` has it.
    """
    top, left = shift
    shape = torch.Size((1, 3, *padded_shape(score, (picture.shape[-2], picture.shape[-1]), reach)))

    def padded(one: Parted) -> Padded:
        return Padded(one, shape, top, left)

    beside = {which: padded(other) for which, other in others.items()}
    parts = score.parted()
    if len(parts) == 1:
        return _of_one(score, padded(picture), beside, _Sheets(disk, picture.shape, top, left))
    found = [(weight, _of_one(part, padded(picture), beside, _Sheets(disk, shape))) for weight, part in parts]
    return _cut(_balanced(found, disk), picture.shape, top, left, disk)


def _balanced(found: Sequence[tuple[float, LargeSlope]], disk: Disk) -> LargeSlope:
    """Several networks' slopes, each by its weight."""
    slopes = [slope for _, slope in found]
    total = disk.sheet(slopes[0].gradient.shape)
    factors = shares([weight for weight, _ in found], [finite(mean_size(slope.gradient)) for slope in slopes])
    for factor, slope in zip(factors, slopes, strict=True):
        by_rows(total, partial(_more, factor), total, slope.gradient)
    known = [slope.left for slope in slopes if slope.left is not None]
    left = by_rows(known[0], _farther, *known) if len(known) == len(slopes) else None
    return LargeSlope(sum(slope.score for slope in slopes), total, left)


def _cut(slope: LargeSlope, shape: torch.Size, top: int, left: int, disk: Disk) -> LargeSlope:
    """That of the part of a picture that begins `top` and `left` of it."""

    def part(sheet: Sheet) -> Sheet:
        made, columns = disk.sheet((1, sheet.shape[1], *shape[2:])), slice(left, left + shape[3])
        for rows in bands(made.shape):
            made[ALL, ALL, rows, ALL] = sheet[ALL, ALL, slice(rows.start + top, rows.stop + top), columns]
        return made

    return LargeSlope(slope.score, part(slope.gradient), None if slope.left is None else part(slope.left))


def _more(factor: float, total: Tensor, gradient: Tensor) -> Tensor:
    return total + gradient * factor


def _farther(*parts: Tensor) -> Tensor:
    return torch.stack(parts).amax(0)


def _of_one(score: Score, padded: Padded, others: Mapping[Beside, Padded], sheets: _Sheets) -> LargeSlope:
    """The slope of one network."""
    (gradient, whole), (far, left) = sheets.laid(3), sheets.laid(1)
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
