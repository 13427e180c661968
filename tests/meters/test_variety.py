"""How many directions carry a variance is counted right."""

from __future__ import annotations

import numpy as np
import pytest

from mariana_video.meters.variety import PART, directions, strongest


@pytest.mark.parametrize("count", [1, 3, 12])
def test_as_many_directions_as_there_are(count: int) -> None:
    chance = np.random.default_rng(0)
    basis = np.linalg.qr(chance.normal(size=(20, 20)))[0][:count]
    rows = (chance.normal(size=(5000, count)) @ basis).astype(np.float32)
    assert directions([rows[:2000], rows[2000:]]) == pytest.approx(count, rel=0.02)


def test_more_of_the_same_is_no_more_variety() -> None:
    chance = np.random.default_rng(1)
    rows = chance.normal(size=(400, 6)).astype(np.float32)
    assert directions([rows, rows]) == pytest.approx(directions([rows]))


def test_what_does_not_vary_has_none() -> None:
    assert directions([np.ones((9, 4), np.float32)]) == 0
    assert directions([np.ones((1, 4), np.float32)]) == 0


def test_the_strongest_places_count_and_how_loud_they_are_does_not() -> None:
    features = np.full((3, 10, 10), 0.1, np.float32)
    features[1, :2] = 5
    found = strongest(features)
    assert found.shape == (round(100 * PART), 3)
    assert np.allclose(np.linalg.norm(found, axis=1), 1)
    assert (found[:, 1] > 0.99).all()
    assert np.allclose(strongest(7 * features), found)
