"""A bent picture: only bare places move, hardly anything folds, and what is found there comes back."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from mariana_video.dream.plain.bending import drawn_bend

SHAPE = (96, 160)


def blobs(seed: int = 0) -> Tensor:
    small = torch.rand(1, 3, 12, 20, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.interpolate(small, SHAPE, mode="bicubic").clamp(0, 1)


def everywhere() -> Tensor:
    return torch.ones(1, 1, *SHAPE)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_bent_comes_back_to_its_place(seed: int) -> None:
    picture, bend = blobs(seed), drawn_bend(everywhere(), seed, 0, 1000, 0)
    inner = (..., slice(16, -16), slice(16, -16))
    bent = bend.bent(picture)
    astray, there = (torch.square(one - picture)[inner].mean() for one in (bent, bend.straight(bent)))
    assert there < 0.3 * astray


def test_only_bare_places_are_bent() -> None:
    where = everywhere()
    where[..., 80:] = 0
    picture, bend = blobs(), drawn_bend(where, 0, 0, 1000, 0)
    bent = bend.bent(picture)
    assert torch.equal(bent[..., 80:], picture[..., 80:])
    assert (bent - picture)[..., :80].abs().mean() > 0.02


@pytest.mark.parametrize("seed", range(5))
def test_hardly_anything_folds(seed: int) -> None:
    across, down = drawn_bend(everywhere(), seed, 3, 667, 1).there.transpose(2, 0, 1)
    right, left = 1 + np.diff(across, axis=1)[:-1], np.diff(across, axis=0)[:, :-1]
    lower, upper = 1 + np.diff(down, axis=0)[:, :-1], np.diff(down, axis=1)[:-1]
    assert (right * lower - left * upper < 0).mean() < 0.02


def test_each_step_bends_otherwise_and_the_same_one_alike() -> None:
    one, again, other = (drawn_bend(everywhere(), 0, 0, 1000, step).there for step in (0, 0, 1))
    assert np.array_equal(one, again)
    assert np.abs(one - other).mean() > 1
