"""Slow changes: what the dream was made for is remembered."""

from itertools import pairwise

import torch

from mariana_video.motion.motion import Motion
from mariana_video.motion.recall import moved_lately, recall

SHAPE = (48, 64)


def blocks(seed: int) -> torch.Tensor:
    small = torch.rand(1, 3, 6, 8, generator=torch.Generator().manual_seed(seed))
    return small.repeat_interleave(8, 2).repeat_interleave(8, 3)


def left(frames: list[torch.Tensor], seconds: float = 0.04) -> float:
    """How much of what was carried from the first frame is left at the last, nothing moving."""
    still, seen, carried = Motion.still(SHAPE), None, torch.ones(1, 1, *SHAPE)
    for frame in frames:
        motion, seen = recall(still, frame, seen, seconds)
        carried = carried * motion.visible
    return float(carried.mean())


def test_what_stays_is_kept():
    dice = torch.Generator().manual_seed(0)
    frames = [blocks(1) + 0.01 * torch.randn(1, 3, *SHAPE, generator=dice) for _ in range(40)]
    assert left(frames) > 0.999


def test_a_slow_crossfade_lets_the_old_dream_go():
    steps = 25
    frames = [blocks(1) + (blocks(2) - blocks(1)) * (step / steps) for step in range(steps + 1)]
    assert left(frames) < 0.35
    # Though each frame is hardly unlike the one before:
    assert all(left([a, b]) > 0.9 for a, b in pairwise(frames))


def test_a_fade_to_black_lets_it_go():
    assert left([blocks(1) * (1 - step / 25) for step in range(26)]) < 0.3


def test_light_that_changes_over_half_a_minute_is_followed():
    assert left([blocks(1) * (1 - 0.5 * step / 75) for step in range(76)], seconds=0.4) > 0.95


def test_a_moving_picture_is_remembered_where_it_goes():
    scene = blocks(3)
    flow = torch.zeros(1, 2, *SHAPE)
    flow[:, 0] = -4
    _, seen = recall(Motion.still(SHAPE), scene, None)
    motion, _ = recall(Motion(flow, torch.ones(1, 1, *SHAPE)), scene.roll(4, -1), seen)
    assert motion.visible[..., 8:].mean() > 0.9
    glued, _ = recall(Motion.still(SHAPE), scene.roll(4, -1), seen)
    assert glued.visible[..., 8:].mean() < 0.8


def test_another_scene_is_soon_remembered_in_place_of_the_old():
    _, seen = recall(Motion.still(SHAPE), blocks(1), None)
    shares = []
    for _ in range(4):
        motion, seen = recall(Motion.still(SHAPE), blocks(2), seen)
        shares.append(float(motion.visible.mean()))
    assert shares[0] < 0.4
    assert shares[-1] > 0.95


def across(speed: float) -> torch.Tensor:
    flow = torch.zeros(1, 2, *SHAPE)
    flow[:, 0, :, :32] = speed
    return flow


def test_a_frame_shown_twice_does_not_stand_still():
    moved = moved_lately(across(3.0), None)
    assert moved[..., :3].min() == 1
    assert moved[..., 5:].max() == 0
    again = moved_lately(across(0.0), moved, seconds=1 / 30)
    assert again[..., :3].min() > 0.8


def test_ripples_move_and_the_noise_of_a_still_camera_does_not():
    assert moved_lately(across(0.6), None)[..., :3].min() == 1
    assert moved_lately(across(0.08), None).max() == 0


def test_what_has_stopped_for_a_second_stands_still():
    moved = moved_lately(across(3.0), None)
    for _ in range(25):
        moved = moved_lately(across(0.0), moved)
    assert moved.max() < 0.05
