"""Levelled gradients: coarse parts raised, nothing else changed."""

import torch
from torch.nn import functional as F

from mariana_video.dream.bands import WEIGHTS, levelled


def noise(seed: int, shape: tuple[int, int] = (48, 64)) -> torch.Tensor:
    return torch.randn(1, 3, *shape, generator=torch.Generator().manual_seed(seed))


def coarse_share(gradient: torch.Tensor) -> float:
    """How much of its energy is left when it is shrunk to a quarter."""
    return float(F.avg_pool2d(gradient, 4).square().mean() / gradient.square().mean())


def test_coarse_detail_gets_a_larger_share():
    assert coarse_share(levelled(noise(1))) > 3 * coarse_share(noise(1))


def test_its_size_does_not_matter():
    assert torch.allclose(levelled(noise(2)), levelled(1e-6 * noise(2)), atol=1e-4)


def test_faint_detail_is_raised_to_its_weight():
    fine = noise(4)
    fine = fine - F.interpolate(F.avg_pool2d(fine, 2), scale_factor=2)
    smooth = F.interpolate(noise(3, (6, 8)), scale_factor=8, mode="bicubic")
    found = (levelled(smooth + 0.05 * fine) * fine).mean() / fine.square().mean().sqrt()
    assert 0.6 * WEIGHTS[0] < found < 1.2 * WEIGHTS[0]


def test_a_picture_of_a_pixel_and_a_flat_one_are_no_trouble():
    assert levelled(torch.zeros(1, 3, 9, 5)).abs().max() == 0
    assert levelled(torch.ones(1, 3, 1, 1)).isfinite().all()


def test_a_band_that_does_not_count_is_gone():
    assert coarse_share(levelled(noise(5), (0, 0, 1))) > 0.8
    assert coarse_share(levelled(noise(5), (1, 0, 0))) < 0.01
