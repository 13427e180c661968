"""The strength of a dream is held place by place."""

from __future__ import annotations

import pytest
import torch

from mariana_video.loop.strength import carried_target, local_rms, next_strength_gain, restored, step_gain
from mariana_video.motion.motion import Motion
from tests.conftest import as_tensor, texture
from tests.loop.moments import SHAPE


def test_the_target_moves_with_the_picture() -> None:
    target = torch.zeros(1, 1, 8, 12)
    target[..., 2:4, 2:4] = 1
    flow = torch.zeros(1, 2, *SHAPE)
    flow[:, 0] = -16
    moved = carried_target(target, Motion(flow, torch.ones(1, 1, *SHAPE)))
    assert torch.allclose(moved[..., 2:4, 4:6], torch.ones(1, 1, 2, 2), atol=1e-5)


def test_places_above_the_target_step_less() -> None:
    change = as_tensor(texture(*SHAPE)) - 0.5
    now = local_rms(change)
    assert float(step_gain(now * 2, change).mean()) > 1.5
    assert float(step_gain(now, change).mean()) == pytest.approx(1, abs=1e-3)
    assert float(step_gain(now / 2, change).mean()) < 0.4


def test_what_was_lost_on_the_way_is_given_back_where_it_was_seen() -> None:
    change = as_tensor(texture(*SHAPE)) - 0.5
    target, seen = local_rms(change), torch.ones(1, 1, *SHAPE)
    assert torch.allclose(restored(0.95 * change, target, seen), change, rtol=0.05, atol=0.005)
    assert torch.equal(restored(0.95 * change, target, 0 * seen), 0.95 * change)
    assert torch.equal(restored(change, target / 2, seen), change)


def test_a_bright_remnant_does_not_glow_for_its_surroundings() -> None:
    remnant, even = (torch.zeros(1, 3, *SHAPE) for _ in range(2))
    remnant[..., 16:24, 16:24] = 0.2
    even[..., 8:32, 8:32] = 0.06
    seen = torch.ones(1, 1, *SHAPE)
    target = torch.full_like(local_rms(even), 0.08)
    glow = [restored(change, target, seen)[0, 0, 19, 19] / change[0, 0, 19, 19] for change in (remnant, even)]
    assert glow[0] < 1.02 < 1.05 < glow[1]


def test_what_newly_appears_does_not_drive_the_steps_of_the_rest() -> None:
    change = torch.full((1, 3, *SHAPE), 0.1)
    change[..., SHAPE[1] // 2 :] = 0.02
    target, visible = torch.full_like(local_rms(change), 0.1), torch.ones(1, 1, *SHAPE)
    visible[..., SHAPE[1] // 2 :] = 0
    assert next_strength_gain(1.0, target, change, visible, 1.0, 8.0) < 1.1
    assert next_strength_gain(1.0, target, change, torch.ones_like(visible), 1.0, 8.0) > 1.1


def test_what_is_lost_on_the_way_is_never_stepped_over() -> None:
    """However weak a dream has become, its steps stay as large as a still picture needs at most."""
    change, visible = torch.full((1, 3, *SHAPE), 0.05), torch.ones(1, 1, *SHAPE)
    target = torch.full_like(local_rms(change), 0.1)
    strength_gain = 1.0
    for _ in range(20):
        strength_gain = next_strength_gain(strength_gain, target, change, visible, 1.0, 1.5)
    assert strength_gain == 1.5
