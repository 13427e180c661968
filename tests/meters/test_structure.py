"""Structure against noise: each measure at its known ends."""

from __future__ import annotations

import numpy as np
import pytest

from mariana_video.meters.convergence import Curve, draw, table
from mariana_video.meters.structure import Structure, structure

SHAPE = (120, 160)
Y, X = np.mgrid[: SHAPE[0], : SHAPE[1]]


def noise(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(SHAPE).astype(np.float32)


def natural_noise() -> np.ndarray:
    """Noise with the 1/f spectrum of natural pictures: random, but not flat."""
    distance = np.hypot(np.fft.fftfreq(SHAPE[0])[:, None], np.fft.fftfreq(SHAPE[1])[None])
    distance[0, 0] = 1
    made = np.fft.ifft2(np.fft.fft2(noise() - 0.5) / distance).real
    return ((made - made.min()) / np.ptp(made)).astype(np.float32)


def measured(picture: np.ndarray) -> Structure:
    return structure(picture.astype(np.float32))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_white_noise_has_none(seed: int) -> None:
    found = measured(noise(seed))
    assert found.flatness > 0.95
    assert found.coherence < 0.25
    assert max(found.repetition, found.mirror, found.turn) < 0.15


def test_natural_noise_is_not_flat_and_has_none_all_the_same() -> None:
    found = measured(natural_noise())
    assert found.flatness < 0.5
    assert found.coherence < 0.35
    assert max(found.repetition, found.mirror, found.turn) < 0.3


def test_stripes_have_all() -> None:
    found = measured(0.5 + 0.5 * np.sin(X / 3 + Y / 5))
    assert found.flatness < 0.05
    assert min(found.coherence, found.repetition, found.turn) > 0.9


def test_each_symmetry_is_found_by_its_own_measure() -> None:
    half = noise()
    mirrored = np.hstack([half[:, :80], half[:, 79::-1]])
    turned = np.vstack([half[:60], half[59::-1, ::-1]])
    repeated = np.tile(half[:24, :32], (5, 5))
    assert measured(mirrored).mirror > 0.9 > 0.3 > measured(mirrored).turn
    assert measured(turned).turn > 0.9 > 0.3 > measured(turned).mirror
    assert measured(repeated).repetition > 0.9
    assert measured(mirrored).repetition < 0.3


def test_a_mirror_may_stand_anywhere() -> None:
    half = noise()
    assert measured(np.hstack([half[:, :60], half[:, 59::-1], half[:, 60:100]])).mirror > 0.5


def test_nothing_at_all_is_nothing() -> None:
    assert measured(np.full((40, 50, 3), 0.5)) == Structure(0.0, 1.0, 0.0, 0.0, 0.0)


def test_a_larger_picture_of_the_same_thing_measures_alike() -> None:
    small = 0.5 + 0.5 * np.sin(X / 6) * np.cos(Y / 9)
    y, x = np.mgrid[: 4 * SHAPE[0], : 4 * SHAPE[1]] / 4
    large = 0.5 + 0.5 * np.sin(x / 6) * np.cos(y / 9)
    assert measured(large).coherence == pytest.approx(measured(small).coherence, abs=0.15)


def test_curves_as_a_table_and_as_a_drawing(tmp_path) -> None:  # type: ignore[no-untyped-def]
    curve = Curve("one")
    curve.add(0, float("nan"), 0.0, noise())
    curve.add(5, 2.5, 0.1, natural_noise())
    curve.add(5, 2.5, 0.1, natural_noise())  # a cell that waits shows the same step again
    lines = table([curve]).splitlines()
    assert lines[0].startswith("dream,step,score,change,coherence,flatness")
    assert [line.split(",")[:4] for line in lines[1:]] == [["one", "0", "nan", "0"], ["one", "5", "2.5", "0.1"]]
    draw([curve, Curve("two", curve.points)], tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
