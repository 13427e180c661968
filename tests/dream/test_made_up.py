"""Pictures that are made up: one for each word, size and seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mariana_video.dream.plain.made_up import MadeUp, source_of


@pytest.mark.parametrize("source", list(MadeUp))
def test_a_size_and_a_seed_say_the_picture(source: MadeUp) -> None:
    made = source.picture((40, 24), 3)
    assert made.shape == (24, 40, 3)
    assert made.dtype == np.float32
    assert made.min() >= 0
    assert made.max() <= 1
    assert np.array_equal(made, source.picture((40, 24), 3))
    assert not np.array_equal(made, source.picture((40, 24), 4))


def test_grey_looks_even_and_noise_does_not() -> None:
    grey, noise = (source.picture((64, 48), 0) for source in (MadeUp.GREY, MadeUp.NOISE))
    assert 0 < np.abs(grey - 0.5).max() < 0.05
    assert 0.15 < noise.std() < 0.25


def test_a_word_is_a_word_and_all_else_a_file() -> None:
    assert source_of("noise") is MadeUp.NOISE
    assert source_of("./noise") == Path("noise")
    assert source_of("noise.png") == Path("noise.png")
