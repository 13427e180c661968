"""The detector on curves with a known answer, and on noise."""

from __future__ import annotations

import numpy as np

from mariana_video.training.epochs.divergence import diverging_epoch


def curves(part_at: int, epochs: int = 100, noise: float = 0.0, seed: int = 0) -> tuple[list[float], list[float]]:
    """Both rise together to `part_at`; then validation stands still while training gains 1 point an epoch."""
    generator = np.random.default_rng(seed)
    epoch = np.arange(1, epochs + 1)
    together = 0.6 * (1 - np.exp(-epoch / 20))
    training = together + np.maximum(0, epoch - part_at) * 0.01
    return list(training), list(together + generator.normal(0, noise, epochs))


def test_the_epoch_is_found_where_the_smoothed_gap_is_reached() -> None:
    # A gap of 3.5 points is reached 3.5 epochs after the parting, and the median of nine epochs looks four back.
    for part_at in (10, 40, 80):
        found = diverging_epoch(*curves(part_at))
        assert found is not None
        assert part_at + 3.5 <= found <= part_at + 8, part_at


def test_curves_that_stay_together_never_diverge_however_noisy() -> None:
    for seed in range(20):
        assert diverging_epoch(*curves(1000, noise=0.02, seed=seed)) is None


def test_noise_moves_the_answer_by_a_few_epochs_only() -> None:
    answers = [diverging_epoch(*curves(50, noise=0.015, seed=seed)) for seed in range(20)]
    assert all(answer is not None and abs(answer - 58) <= 5 for answer in answers), answers


def test_a_few_wild_epochs_are_not_divergence() -> None:
    training, validation = curves(1000)
    for epoch in (30, 33, 36):
        validation[epoch] -= 0.15
    assert diverging_epoch(training, validation) is None


def test_too_few_epochs_say_nothing() -> None:
    assert diverging_epoch([1.0] * 8, [0.0] * 8) is None
    assert diverging_epoch([1.0] * 9, [0.0] * 9) == 9
