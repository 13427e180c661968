from __future__ import annotations

import numpy as np
import pytest

from mariana_video.meters.sharpness import laplacian_energy


def test_a_ramp_has_none():
    ramp = np.linspace(0, 1, 20, dtype=np.float32) + np.linspace(0, 1, 10, dtype=np.float32)[:, None]
    assert laplacian_energy(ramp) == pytest.approx(0, abs=1e-10)


def test_a_single_pixel_has_sixteen_and_four_neighbours():
    picture = np.zeros((12, 12), np.float32)
    picture[5, 5] = 1
    assert laplacian_energy(picture) == pytest.approx(20 / 100)


def test_it_grows_with_the_square_of_contrast_and_falls_with_blur(rng):
    picture = rng.random((40, 40, 3), np.float32)
    blurred = (picture[:-1] + picture[1:]) / 2
    assert laplacian_energy(picture * 2) == pytest.approx(4 * laplacian_energy(picture), rel=1e-4)
    assert laplacian_energy(blurred) < 0.7 * laplacian_energy(picture)


def test_a_picture_without_an_inside_has_none():
    assert laplacian_energy(np.ones((2, 9, 3), np.float32)) == 0


@pytest.fixture
def rng():
    return np.random.default_rng(0)
