"""Soft visibility on fields made by hand."""

import numpy as np
import pytest

from mariana_video.motion.visibility import visibility

SHAPE = (40, 60)
INNER = np.s_[8:-8, 8:-8]


def uniform(x: float, y: float) -> np.ndarray:
    return np.broadcast_to(np.array([x, y], np.float32), (*SHAPE, 2)).copy()


def flat(level: float = 0.5) -> np.ndarray:
    return np.full(SHAPE, level, np.float32)


def seen(back: np.ndarray, forth: np.ndarray, **options) -> np.ndarray:
    return visibility(back, forth, options.pop("current", flat()), options.pop("previous", flat()), **options)


def test_a_loop_that_closes_is_wholly_visible_and_a_little_error_costs_nothing():
    assert seen(uniform(3, -2), uniform(-3, 2))[INNER].min() > 0.999
    assert seen(uniform(3, -2), uniform(-2.4, 2))[INNER].min() > 0.999


def test_trust_falls_softly_and_to_nothing():
    softly = seen(uniform(0, 0), uniform(1.2, 0))[INNER].mean()
    assert 0.2 < softly < 0.9
    assert seen(uniform(0, 0), uniform(3, 0))[INNER].max() < 1e-3


def test_fast_motion_is_forgiven_no_more_than_slow():
    assert seen(uniform(4, 0), uniform(-1, 0))[:, :40].max() < 1e-3
    assert seen(uniform(25, 0), uniform(-22, 0))[:, :30].max() < 1e-3


def test_what_was_out_of_the_frame_is_not_visible():
    visible = seen(uniform(10, 0), uniform(-10, 0))
    assert visible[:, -9:].max() < 0.01
    assert visible[:, :45].min() > 0.999
    assert seen(uniform(0, -10), uniform(0, 10))[:8].max() < 0.01


@pytest.mark.parametrize("channels", [(), (3,)])
def test_pictures_that_contradict_the_flow_are_believed(channels):
    current = np.full((*SHAPE, *channels), 0.5, np.float32)
    previous = current.copy()
    previous[:, 30:] += 0.3
    visible = visibility(uniform(0, 0), uniform(0, 0), current, previous)
    assert visible[:, :24].min() > 0.999
    assert visible[:, 36:].max() < 0.01
    noisy = current + 0.02
    assert visibility(uniform(0, 0), uniform(0, 0), current, noisy).min() > 0.999


def test_doubt_counts_as_error():
    doubt = np.zeros(SHAPE, np.float32)
    doubt[:, 30:] = 5
    visible = seen(uniform(0, 0), uniform(0, 0), doubt=doubt)
    assert visible[:, 36:].max() < 0.01
    assert visible[:, :20].min() > 0.99


def test_edges_are_soft():
    forth = uniform(0, 0)
    forth[:, 30:] = 9
    edge = seen(uniform(0, 0), forth)[20]
    assert ((edge > 0.02) & (edge < 0.98)).sum() >= 2
