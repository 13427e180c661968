"""Skies and walls: no weave of right angles, and a strength that is led by how much there is to see."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from mariana_video.dream.arrays import to_array
from mariana_video.footage.film import dream_picture
from mariana_video.loop.dreamer import make_dreamer
from mariana_video.loop.strength import to_see
from mariana_video.recipe.job import Machine
from mariana_video.recipe.options import recipe
from tests.conftest import as_tensor, texture

SHAPE = (136, 208)


def flat(seed: int) -> Tensor:
    """Grey with a little noise."""
    return 0.55 + 0.01 * torch.randn(1, 3, *SHAPE, generator=torch.Generator().manual_seed(seed))


def gradient(seed: int) -> Tensor:
    """A soft sky with hardly any noise."""
    across = torch.linspace(0.3, 0.8, SHAPE[1]) + 0.2 * torch.linspace(0, 1, SHAPE[0])[:, None]
    grain = 0.003 * torch.randn(1, 3, *SHAPE, generator=torch.Generator().manual_seed(seed))
    return (across * torch.tensor([0.7, 0.85, 1.0]).view(1, 3, 1, 1) + grain).clamp(0, 1)


def axes_over_diagonals(change: Tensor) -> float:
    """Mean energy of a change's spectrum within 15° of the axes, over that within 15° of the diagonals."""
    side = min(change.shape[-2:])
    grey = change.mean(1)[0, :side, :side].numpy()
    window = np.hanning(side)
    power = np.abs(np.fft.fftshift(np.fft.fft2((grey - grey.mean()) * window[:, None] * window))) ** 2
    down, across = np.indices((side, side)) - side // 2
    radius, angle = np.hypot(down, across), np.degrees(np.arctan2(down, across)) % 90
    seen = (radius > 3) & (radius < side / 3)
    along = power[seen & ((angle < 15) | (angle > 75))].mean()
    return float(along / power[seen & (angle > 30) & (angle < 60)].mean())


def change_of(source: Tensor) -> Tensor:
    dreamer = make_dreamer(recipe(first_steps=5), Machine(precision="fp32"))
    return dream_picture(dreamer, to_array(source)).picture - source


@pytest.mark.parametrize("kind", [pytest.param(flat, marks=pytest.mark.long), gradient])
@pytest.mark.parametrize("seeds", [(0,), pytest.param((0, 1), marks=pytest.mark.long)])
def test_a_bare_picture_gets_no_weave(kind: Callable[[int], Tensor], seeds: tuple[int, ...]) -> None:
    found = [axes_over_diagonals(change_of(kind(seed))) for seed in seeds]
    assert np.mean(found) < 1.3, found


@pytest.mark.long
def test_a_bare_place_dreams_less_than_a_rich_one() -> None:
    bare, rich = change_of(flat(0)), change_of(as_tensor(texture(*SHAPE)))
    assert 0.3 < float(bare.square().mean().sqrt() / rich.square().mean().sqrt()) < 0.85


def test_how_much_there_is_to_see() -> None:
    half = torch.full((1, 3, 96, 192), 0.5)
    half[..., 96:] = as_tensor(texture(96, 96))
    found = to_see(half)
    assert found.shape == (1, 1, 96, 192)
    assert float(found[..., :48].max()) < 0.55
    assert float(found[..., 150:].min()) > 0.8
    assert torch.allclose(to_see(1 - half), found, atol=1e-4)
