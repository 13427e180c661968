"""Flashes: counted as WCAG 2.3.1 defines them, wherever they are."""

from __future__ import annotations

import numpy as np
import pytest

from mariana_video.meters.flashes import Flashes, luminance

SHAPE = (54, 96, 3)


def flashes(pictures, rate=30.0):
    meter = Flashes()
    for number, picture in enumerate(pictures):
        meter.add(picture, number / rate)
    return meter.worst


def flicker(rate, hertz, *, seconds=2.0, dark=0.0, bright=1.0, area=np.s_[:, :]):
    """A picture of mid-dark grey in which an area goes from dark to bright and back `hertz` times a second."""
    for number in range(round(seconds * rate)):
        picture = np.full(SHAPE, 0.3, np.float32)
        picture[area] = bright if number * hertz / rate % 1 < 0.5 else dark
        yield picture


@pytest.mark.parametrize(("rate", "hertz"), [(30, 10), (60, 10), (60, 4), (20, 10), (25, 5), (24, 3)])
def test_a_flicker_is_counted_by_its_rate(rate, hertz):
    assert flashes(flicker(rate, hertz), rate).flashes == hertz


def test_ten_flashes_also_at_a_rate_that_is_no_whole_number():
    rate = 30000 / 1001
    assert flashes(flicker(rate, 10), rate).flashes == pytest.approx(10, abs=1)


def test_three_are_safe_and_four_are_not():
    assert flashes(flicker(24, 3), 24).safe
    assert not flashes(flicker(24, 4), 24).safe


def test_a_flickering_corner_is_found_where_it_is():
    worst = flashes(flicker(30, 10, area=np.s_[-9:, -16:]))  # a quarter of a third by a third
    left, top, width, height = worst.box
    assert worst.flashes == 10
    assert left + width == pytest.approx(1)
    assert top + height == pytest.approx(1)


def test_less_than_a_quarter_of_a_window_is_no_flash():
    assert flashes(flicker(30, 10, area=np.s_[-8:, -16:])).flashes == 0


def test_a_change_under_a_tenth_of_luminance_is_no_flash():
    grey = 0.349  # 0.1 of luminance is 0.349 as stored
    assert flashes(flicker(30, 10, bright=grey - 0.01)).flashes == 0
    assert flashes(flicker(30, 10, bright=grey + 0.01)).flashes == 10


def test_between_bright_and_brighter_is_no_flash():
    assert flashes(flicker(30, 10, dark=0.91, bright=1.0)).flashes == 0  # luminance 0.81 to 1
    assert flashes(flicker(30, 10, dark=0.88, bright=1.0)).flashes == 10  # from 0.75


def test_a_slow_fade_back_and_forth_is_counted_once_each_way():
    ramp = np.abs(np.linspace(-2, 2, 121) % 2 - 1)  # two fades each way in four seconds
    assert flashes(np.full(SHAPE, value, np.float32) for value in ramp).flashes <= 1


def test_halves_flickering_against_each_other_are_found_though_the_mean_stands_still():
    def pictures():
        for number in range(60):
            picture = np.zeros(SHAPE, np.float32)
            half = np.s_[:, :48] if number // 3 % 2 else np.s_[:, 48:]
            picture[half] = 1
            yield picture

    assert flashes(pictures()).flashes == 5


def test_a_cut_is_no_flash():
    scenes = [np.random.default_rng(seed).random(SHAPE, np.float32) for seed in (0, 1)]
    assert flashes([scenes[0]] * 30 + [scenes[1]] * 30).flashes == 0


def test_a_fine_balanced_pattern_that_changes_places_is_no_flash():
    def pictures():
        board = np.indices((540, 960)).sum(0) % 2
        for number in range(40):
            yield np.repeat((board ^ (number % 2)).astype(np.float32)[..., None], 3, 2)

    assert flashes(pictures()).flashes == 0


def test_a_flash_that_spreads_over_some_frames_is_one():
    """Fifths of the picture, mixed finely, brighten one after the other and darken one after the other."""
    group = (np.indices(SHAPE[:2]) * [[[1]], [[2]]]).sum(0) % 5

    def pictures():
        for number in range(60):
            lit = min(number % 10, 10 - number % 10)  # 0 to 5 groups and back, three times a second
            yield np.repeat((group < lit).astype(np.float32)[..., None], 3, 2)

    assert flashes(pictures()).flashes == 3


def test_luminance_is_in_linear_light_with_the_weights_of_srgb():
    colours = np.eye(3, dtype=np.float32)[:, None, :]
    np.testing.assert_allclose(luminance(colours)[:, 0], [0.2126, 0.7152, 0.0722], atol=1e-4)
    assert luminance(np.full((4, 4, 3), 0.5, np.float32)).mean() == pytest.approx(0.2159, abs=2e-3)


def test_tiny_and_long_pictures_work():
    for shape in ((1, 1, 3), (2, 300, 3), (300, 2, 3)):
        pictures = [np.full(shape, number // 3 % 2, np.float32) for number in range(60)]
        assert flashes(pictures).flashes == 5


def test_crowded_are_the_windows_that_flash_too_often_and_no_others():
    meter = Flashes()
    for number, picture in enumerate(flicker(30, 10, area=np.s_[-18:, -32:])):
        meter.add(picture, number / 30)
    light, red = meter.crowded((7, 6))
    assert light[-18:, -32:].all()
    assert not light[:18].any()
    assert not light[:, :32].any()
    assert not red.any()
