"""The judge on motion whose right answer is exact."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mariana_video.errors import MotionError
from mariana_video.judging.judge import Judge, compose
from mariana_video.judging.lucas_kanade import lucas_kanade, sample
from mariana_video.judging.uncovered import newly_uncovered
from tests.conftest import texture

HEIGHT, WIDTH = 96, 128


def shifted(by: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """(current, previous): the picture has moved right and down by `by` pixels."""
    large = texture(HEIGHT + 40, WIDTH + 40)
    centre = ((WIDTH + 39) / 2, (HEIGHT + 39) / 2)
    previous = cv2.getRectSubPix(large, (WIDTH, HEIGHT), centre)
    return cv2.getRectSubPix(large, (WIDTH, HEIGHT), (centre[0] - by[0], centre[1] - by[1])), previous


def patch_over_ground(by: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(current, previous, true flow, uncovered): a patch of 40×40 moves right over ground that stands."""
    ground, patch = texture(HEIGHT, WIDTH, seed), texture(40, 40, seed + 1)
    current, previous = ground.copy(), ground.copy()
    previous[30:70, 40:80] = patch
    current[30:70, 40 + by : 80 + by] = patch
    flow = np.zeros((HEIGHT, WIDTH, 2), np.float32)
    flow[30:70, 40 + by : 80 + by, 0] = -by
    uncovered = np.zeros((HEIGHT, WIDTH), bool)
    uncovered[30:70, 40 : 40 + by] = True
    return current, previous, flow, uncovered


@pytest.mark.parametrize("by", [(0.0, 0.0), (0.3, -0.4), (2.5, 1.0), (-6.0, 3.5), (11.0, -4.0)])
def test_a_shift_is_found_and_nearly_all_of_it_judged(by):
    found = Judge().between(*shifted(by))
    error = np.linalg.norm(found.flow + np.float32(by), axis=-1)
    seen = (HEIGHT - abs(by[1])) * (WIDTH - abs(by[0])) / (HEIGHT * WIDTH)
    assert found.judged.mean() > 0.85 * seen
    assert error[found.judged].mean() < 0.15
    assert (error[found.judged] > 1).mean() < 0.02


def test_what_stands_is_still_and_what_moves_is_moving():
    still, moving = Judge().between(*shifted((0, 0))), Judge().between(*shifted((3, 0)))
    assert still.still.mean() > 0.97  # the outermost pixels may be thought to have come from outside
    assert not still.moving.any()
    assert moving.moving.mean() > 0.9
    assert not moving.still.any()


def test_flat_ground_and_black_stand_still():
    black = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    assert Judge().between(black, black).still.all()
    grey = np.full((HEIGHT, WIDTH, 3), 0.5, np.float32)
    noise = 0.004 * np.random.default_rng(0).standard_normal(grey.shape).astype(np.float32)
    assert np.abs(Judge().between(grey, grey + noise).flow).max() < 0.5


def test_what_is_judged_is_right_round_a_moving_patch():
    current, previous, flow, uncovered = patch_over_ground(7)
    found = Judge().between(current, previous)
    error = np.linalg.norm(found.flow - flow, axis=-1)
    assert (error[found.judged] > 1).mean() < 0.03
    assert found.judged[uncovered].mean() < 0.1
    assert found.judged[34:66, 51:83].mean() > 0.8  # the patch itself


def test_what_is_uncovered_is_found():
    for seed in range(3):
        current, previous, _, uncovered = patch_over_ground(7, seed)
        found = Judge().between(current, previous).uncovered
        near = cv2.dilate(uncovered.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
        assert (found & uncovered).sum() > 0.5 * uncovered.sum()
        assert (found & uncovered).sum() > 0.7 * found.sum()
        assert (found & ~near).sum() < 0.1 * uncovered.sum()


def test_what_a_slow_thing_uncovers_does_not_count():
    current, previous, _, _ = patch_over_ground(3)
    assert Judge().between(current, previous).uncovered.sum() < 8


def test_a_cut_cannot_be_judged():
    assert Judge().between(texture(HEIGHT, WIDTH, 0), texture(HEIGHT, WIDTH, 7)).judged.mean() < 0.1


def test_a_flash_of_light_over_a_still_picture_is_contradicted():
    still = texture(HEIGHT, WIDTH)
    assert Judge().between(still, np.clip(still + 0.25, 0, 1)).judged.mean() < 0.1


def test_flat_ground_that_changes_at_once_is_contradicted():
    """No estimator sees motion there, and all agree."""
    dark, bright = (np.full((HEIGHT, WIDTH, 3), value, np.float32) for value in (0.3, 0.6))
    assert not Judge().between(bright, dark).judged.any()


def test_frames_of_two_sizes_are_refused():
    with pytest.raises(MotionError, match="one size"):
        Judge().between(texture(32, 32), texture(32, 40))


def test_lucas_kanade_follows_a_turn():
    """A turn of 3° about the centre: the flow of every pixel is known."""
    first = texture(HEIGHT, WIDTH)
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 3, 1).astype(np.float32)
    second = cv2.warpAffine(first, turn, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    rows, columns = np.indices((HEIGHT, WIDTH), dtype=np.float32)
    places = np.stack([columns, rows], -1)
    true = places @ turn[:, :2].T + turn[:, 2] - places
    found = lucas_kanade(*(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) * 255 for picture in (first, second)))
    assert np.linalg.norm(found - true, axis=-1)[8:-8, 8:-8].mean() < 0.1


def test_flows_add_up_along_the_way():
    """A field that is linear in place can be followed exactly: x → x + x/10 and on."""
    columns = np.tile(np.arange(WIDTH, dtype=np.float32), (HEIGHT, 1))
    flow = np.stack([0.1 * (columns - 60), np.zeros_like(columns)], -1)
    np.testing.assert_allclose(compose(flow, flow)[..., 0], 0.21 * (columns - 60), atol=0.7)
    inner = slice(10, 110)
    np.testing.assert_allclose(
        compose(flow, flow)[:, inner, 0], 0.21 * (columns - 60)[:, inner], atol=2e-3
    )  # OpenCV samples at 1/32 px


def test_sampling_is_linear_between_pixels_and_repeats_the_border():
    ramp = np.tile(np.arange(WIDTH, dtype=np.float32), (HEIGHT, 1))
    by = np.zeros((HEIGHT, WIDTH, 2), np.float32)
    by[..., 0] = 0.5
    moved = sample(ramp, by)
    np.testing.assert_allclose(moved[:, :-1], ramp[:, :-1] + 0.5, atol=1e-3)
    np.testing.assert_allclose(moved[:, -1], WIDTH - 1)


def test_only_what_all_estimators_see_leave_uncovers():
    forth = np.zeros((HEIGHT, WIDTH, 2), np.float32)
    forth[30:70, 40:80, 0] = 7
    uncovered = patch_over_ground(7)[3]
    change, still = np.ones((HEIGHT, WIDTH), np.float32), np.zeros_like(forth)
    found = newly_uncovered([forth, forth], change)
    np.testing.assert_array_equal(found[32:68], uncovered[32:68])
    assert not newly_uncovered([forth, still], change).any()
    assert not newly_uncovered([forth, forth], 0 * change).any()
