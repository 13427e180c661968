"""The meter of specks: neon grain raises it, motifs don't."""

import numpy as np

from mariana_video.meters.specks import grain
from tests.conftest import texture


def test_specks_raise_it_and_motifs_do_not() -> None:
    motifs = 0.4 * (texture(120, 160) - 0.5)
    stronger = 2 * motifs
    rng = np.random.default_rng(0)
    specked = motifs.copy()
    rows, columns = rng.integers(0, 120, 300), rng.integers(0, 160, 300)
    specked[rows, columns] += np.array([0.2, -0.2, 0.2], np.float32)
    assert grain(specked) > 5 * grain(motifs)
    assert grain(stronger) < 0.5 * grain(specked)


def test_grain_without_colour_is_none() -> None:
    grey = np.repeat(np.random.default_rng(0).normal(0, 0.1, (80, 80, 1)), 3, 2).astype(np.float32)
    assert grain(grey) < 0.01


def test_it_grows_with_the_specks() -> None:
    rng = np.random.default_rng(1)
    noise = rng.standard_normal((80, 80, 3)).astype(np.float32)
    found = [grain(strength * noise) for strength in (0.0, 0.02, 0.04, 0.08)]
    assert found == sorted(found)
    assert found[0] == 0
