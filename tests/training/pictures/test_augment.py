"""Crops are functions of their generator, keep orientation where nothing is varied, and stay in range."""

from __future__ import annotations

import numpy as np
import torch

from mariana_video.training.epochs.variants import PLAIN
from mariana_video.training.pictures.augment import Augmentation, centre_crops, random_crops

STILL = Augmentation(1.0, 0, *[0.0] * 9)


def ramp(height: int, width: int) -> np.ndarray:
    """Red grows to the right, green downwards."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([255 * x / (width - 1), 255 * y / (height - 1), np.full(x.shape, 90)], 2).astype(np.uint8)


def test_the_same_generator_gives_the_same_crops() -> None:
    pictures = [ramp(50, 60)] * 6
    one, same, other = (random_crops(pictures, 32, Augmentation(), np.random.default_rng(s)) for s in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert one.shape == (6, 3, 32, 32)
    assert one.dtype == torch.uint8


def test_crops_are_mirrored_half_of_the_time_and_never_upside_down() -> None:
    crops = random_crops([ramp(40, 40)] * 200, 20, STILL, np.random.default_rng(0)).float()
    to_the_right = (crops[:, 0, :, -1] > crops[:, 0, :, 0]).all(1)
    assert 70 < int(to_the_right.sum()) < 130
    assert (crops[:, 1, -1] > crops[:, 1, 0]).all()


def test_where_nothing_varies_a_crop_is_the_resized_middle() -> None:
    crop = random_crops([ramp(40, 40)], 20, STILL, np.random.default_rng(0)).float()
    upright = crop if crop[0, 0, 0, -1] > crop[0, 0, 0, 0] else crop.flip(3)
    assert (upright - centre_crops([ramp(40, 40)], 20).float()).abs().max() <= 3


def test_the_plain_recipe_leaves_colours_alone() -> None:
    flat = np.full((40, 50, 3), (10, 120, 240), dtype=np.uint8)
    crops = random_crops([flat] * 20, 16, PLAIN, np.random.default_rng(0))
    assert (crops.float() - torch.tensor([10.0, 120, 240]).view(1, 3, 1, 1)).abs().max() <= 1
