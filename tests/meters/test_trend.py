from __future__ import annotations

import numpy as np
import pytest

from mariana_video.meters import trend


def test_parts_of_a_film():
    frames = list(range(1, 101))
    assert frames[trend.first_frames(100)] == list(range(2, 11))
    assert frames[trend.early(100)] == list(range(11, 21))
    assert frames[trend.late(100)] == list(range(91, 101))


@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_short_films_have_an_end_and_a_beginning(count):
    frames = list(range(count))
    assert frames[trend.late(count)] == [count - 1]
    assert frames[trend.early(count)] == [0]


def test_means_leave_out_what_is_not_known():
    assert trend.mean([1.0, float("nan"), 3.0]) == 2
    assert trend.mean([float("nan")]) is None
    assert trend.mean([1.0, 2.0], slice(2, 5)) is None


def test_a_ratio_to_nothing_is_unknown():
    assert trend.ratio(3, 2) == 1.5
    assert trend.ratio(3, 0) is None
    assert trend.ratio(None, 2) is None


def test_rms_and_mean_colour():
    change = np.zeros((4, 5, 3), np.float32)
    change[..., 1] = 0.3
    assert trend.rms(change) == pytest.approx(0.3 / 3**0.5)
    assert trend.mean_colour(change) == pytest.approx((0, 0.3, 0))
