"""When a network begins to learn its pictures by heart: training accuracy leaves validation accuracy behind."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

GAP = 0.035  # the paper calls a gap of 3 to 4 points "diverging"
WINDOW = 9  # epochs over which the gap's median is taken: one epoch's validation may fall by ten points and come back


def diverging_epoch(
    training: Sequence[float], validation: Sequence[float], gap: float = GAP, window: int = WINDOW
) -> int | None:
    """The first epoch (counted from 1) at which the curves lie `gap` apart, by the median of some epochs, or None.

    Args:
        training: accuracy of each epoch as seen in training, 0…1.
        validation: accuracy after each epoch, 0…1, as long as `training`.
        window: epochs looked at, the last of them being the one judged; none is judged before there are so many.
    """
    gaps = [seen - held_back for seen, held_back in zip(training, validation, strict=False)]
    for end in range(window, len(gaps) + 1):
        if median(gaps[end - window : end]) >= gap:
            return end
    return None
