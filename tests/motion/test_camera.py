"""Laws of the zoom camera."""

import pytest
import torch

from mariana_video.errors import UsageError
from mariana_video.motion.camera import camera
from mariana_video.motion.warp import warp
from tests.motion.scenes import composed

SHAPE = (61, 80)


def test_a_camera_at_rest_moves_nothing():
    motion = camera(SHAPE)
    assert torch.equal(motion.flow, torch.zeros(1, 2, *SHAPE))
    assert torch.equal(motion.visible, torch.ones(1, 1, *SHAPE))


def test_twice_root_two_is_two():
    once, twice = camera(SHAPE, zoom=2**0.5).flow, camera(SHAPE, zoom=2).flow
    assert (composed(once, once) - twice).abs().max() < 1e-4


def test_four_quarter_turns_and_a_full_turn_are_the_identity():
    assert torch.equal(camera(SHAPE, turn=360).flow, torch.zeros(1, 2, *SHAPE))
    image = torch.rand(1, 3, 40, 40)
    quarter = camera((40, 40), turn=90).flow
    turned = image
    for _ in range(4):
        turned = warp(turned, quarter)
    assert (turned - image).abs().max() < 1e-3


def test_a_positive_turn_is_clockwise_as_seen():
    image = torch.zeros(1, 1, 41, 41)
    image[..., 5, 20] = 1  # above the middle
    turned = warp(image, camera((41, 41), turn=90).flow)
    assert turned[0, 0, 20, 35] > 0.9  # right of it


def test_zooming_in_looks_at_the_middle():
    image = torch.zeros(1, 1, 41, 41)
    image[..., 20, 25] = 1
    assert warp(image, camera((41, 41), zoom=2).flow)[0, 0, 20, 30] > 0.9


def test_the_centre_stays_put_and_the_true_middle_lies_between_pixels():
    flow = camera((4, 4), zoom=2).flow
    assert torch.allclose(flow, -flow.flip(-1, -2))  # symmetric about (1.5, 1.5)
    aside = camera(SHAPE, zoom=1.3, turn=7, centre=(0.0, 0.0)).flow
    assert aside[0, :, 0, 0].abs().max() == 0


def test_panning_right_moves_the_picture_left():
    flow = camera((20, 40), pan=(0.1, 0)).flow
    assert torch.allclose(flow[0, 0], torch.full((20, 40), 4.0), atol=1e-5)
    assert torch.allclose(flow[0, 1], torch.zeros(20, 40), atol=1e-5)


def test_what_comes_in_from_outside_is_not_visible():
    visible = camera((20, 40), zoom=0.5).visible[0, 0]
    assert visible[10, 20] == 1
    assert visible[0].max() == 0


@pytest.mark.parametrize("zoom", [0, -1, float("nan"), float("inf")])
def test_an_impossible_zoom_is_refused(zoom):
    with pytest.raises(UsageError, match="zoom"):
        camera(SHAPE, zoom=zoom)
