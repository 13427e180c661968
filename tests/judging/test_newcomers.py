"""What newly appears is found, and how much of it dreams."""

from __future__ import annotations

import numpy as np
import pytest

from mariana_video.judging.judge import Judge
from mariana_video.judging.newcomers import Newcomers
from tests.conftest import texture

HEIGHT, WIDTH, FRAMES = 90, 160, 40


def measured(strength_at) -> Newcomers:
    """A patch comes in at frame 5 and stands; its dream has `strength_at(age)` of the ground's."""
    ground, patch = texture(HEIGHT, WIDTH), texture(50, 60, 3)
    rng = np.random.default_rng(0)
    found, judge, before = Newcomers(), Judge(), None
    for number in range(FRAMES):
        frame, strength = ground.copy(), np.ones((HEIGHT, WIDTH, 1), np.float32)
        if number >= 5:
            frame[20:70, 50:110] = 1 - patch
            strength[20:70, 50:110] = strength_at(number - 4)
        change = strength * rng.normal(0, 0.1, (HEIGHT, WIDTH, 3)).astype(np.float32)
        found.add(change, None if before is None else judge.between(frame, before))
        before = frame
    return found


def test_what_dreams_by_its_fifth_frame_is_told_from_what_stays_bare() -> None:
    grows, bare = measured(lambda age: min(1.0, age / 4)), measured(lambda age: 0.1)
    assert grows.strength == pytest.approx(1, abs=0.12)
    assert grows.after == 3
    assert bare.strength is not None
    assert bare.strength < 0.5  # a rim of the ground round it counts as new, too
    assert bare.after is None


def test_where_nothing_is_new_nothing_is_told() -> None:
    ground = texture(HEIGHT, WIDTH)
    found, judge = Newcomers(), Judge()
    for number in range(8):
        found.add(ground * np.float32(0.1), None if number == 0 else judge.between(ground, ground))
    assert found.strength is None
    assert found.after is None
