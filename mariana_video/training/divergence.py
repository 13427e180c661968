"""When a network begins to learn its pictures by heart: training accuracy leaves validation accuracy behind."""

from __future__ import annotations

from collections.abc import Sequence

GAP = 0.035  # the paper calls a gap of 3 to 4 points "diverging"
WINDOW = 5  # epochs over which both curves are averaged, for a single epoch's figures jump by a point or two


def diverging_epoch(
    training: Sequence[float], validation: Sequence[float], gap: float = GAP, window: int = WINDOW
) -> int | None:
    """The first epoch (counted from 1) at which the smoothed curves lie `gap` apart, or None.

    Args:
        training: accuracy of each epoch as seen in training, 0…1.
        validation: accuracy after each epoch, 0…1, as long as `training`.
        window: epochs averaged, the last of them being the one judged; none is judged before there are so many.
    """
    for end in range(window, min(len(training), len(validation)) + 1):
        span = slice(end - window, end)
        if _mean(training[span]) - _mean(validation[span]) >= gap:
            return end
    return None


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
