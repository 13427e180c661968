"""A large picture's colours, symmetry and what stays of its source: as `loop.frames` finishes any picture."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from mariana_video.dream.large.sheet import ALL, Sheet, bands, by_rows
from mariana_video.dream.plain.colours import (
    FAINT,
    LEAST,
    Statistics,
    coloured,
    colourful,
    kept_colours,
    repainted,
    repainting,
    statistics,
)
from mariana_video.loop.dreaming import mixed, within
from mariana_video.loop.state import Values

_MIDDLE = 0.5  # what colours are counted from, so that little is lost of their squares


def finished(picture: Sheet, source: Sheet, alpha: Sheet | None, values: Values) -> Sheet:
    """The dream `picture` of a `source` (1×3×H×W each), finished, in its place; `alpha` is 1×1×H×W.

    What is wholly transparent stays as it was.
    """
    _colour(picture, source, values)
    finish, mix = values.finish, values.mix
    if alpha is None:
        by_rows(picture, lambda dream, source: finish.folded(mixed(dream, source, mix)), picture, source)
    else:

        def seen(dream: Tensor, source: Tensor, alpha: Tensor) -> Tensor:
            return mixed(within((alpha > 0).to(dream), source, finish.folded(dream)), source, mix)

        by_rows(picture, seen, picture, source, alpha)
    return picture


def _colour(picture: Sheet, source: Sheet, values: Values) -> None:
    """Its colours, moved in its place: see `Finish.coloured`."""
    finish = values.finish
    if finish.colour != "free":
        by_rows(picture, lambda dream, source: kept_colours(dream, source, finish.colour), picture, source)
    if finish.palette is not None:
        matrix, shift = repainting(_statistics(picture), statistics(finish.palette))
        by_rows(picture, lambda dream: repainted(dream, matrix, shift), picture)
    if finish.saturation is not None:
        found, own = _colourful(picture), _colourful(source)
        if found >= FAINT:
            factor = finish.saturation * own / found
            by_rows(picture, lambda dream: coloured(dream, factor), picture)


def _colourful(picture: Sheet) -> float:
    """As `colourful` of the whole, to the last digits."""
    total = 0.0
    for rows in bands(picture.shape):
        total += colourful(picture[ALL, ALL, rows, ALL]) * (rows.stop - rows.start)
    return total / picture.shape[-2]


def _statistics(picture: Sheet) -> Statistics:
    """As `statistics` of the whole, likewise."""
    first, second = np.zeros(3), np.zeros((3, 3))
    for rows in bands(picture.shape):
        values = picture[ALL, ALL, rows, ALL][0].flatten(1).numpy().astype(np.float64) - _MIDDLE
        first += values.sum(1)
        second += values @ values.T
    count = picture.size // 3
    mean = first / count
    return mean + _MIDDLE, second / count - np.outer(mean, mean) + LEAST * np.eye(3)
