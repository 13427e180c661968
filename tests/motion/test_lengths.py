"""The same field has the same lengths, to the last bit, however often it is asked."""

import numpy as np

from mariana_video.motion.fields import length
from mariana_video.motion.visibility import visibility


def test_lengths_are_the_same_from_call_to_call() -> None:
    field = np.random.default_rng(0).standard_normal((360, 480, 2)).astype(np.float32)
    found = [length(field.copy()) for _ in range(30)]
    assert all(np.array_equal(found[0], other) for other in found[1:])
    assert np.array_equal(found[0], np.sqrt(field[..., 0] * field[..., 0] + field[..., 1] * field[..., 1]))


def test_so_is_what_is_visible() -> None:
    rng = np.random.default_rng(1)
    back, forth = (rng.standard_normal((360, 480, 2)).astype(np.float32) for _ in range(2))
    current, previous = (rng.random((360, 480, 3), np.float32) for _ in range(2))
    found = [visibility(back, forth, current, previous) for _ in range(20)]
    assert all(np.array_equal(found[0], other) for other in found[1:])
