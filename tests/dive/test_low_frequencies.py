"""Low frequencies and detail of a dive: colours are held, nothing grows over everything."""

from __future__ import annotations

import pytest
import torch

from mariana_video.dive.low_frequencies import (
    Colours,
    colours_of,
    held,
    low_frequencies,
    muted,
    noise,
    opponent,
    rgb,
    sharpness_of,
)
from mariana_video.dive.next_start import sharpened, softened
from tests.conftest import as_tensor, texture


def test_the_axes_of_colour_turn_a_picture_and_nothing_else() -> None:
    picture = as_tensor(texture(20, 30))
    assert torch.allclose(rgb(opponent(picture)), picture, atol=1e-6)
    assert float(opponent(picture).square().sum()) == pytest.approx(float(picture.square().sum()), rel=1e-5)
    assert float(opponent(torch.full((1, 3, 4, 4), 0.5))[:, 1:].abs().max()) < 1e-6


def test_a_patch_of_one_colour_does_not_grow_over_everything() -> None:
    """What lies far outside the spread of colours goes back, though mean and spread of the whole are as wanted."""
    picture = as_tensor(texture(60, 80))
    wanted = colours_of(picture)
    patch = picture.clone()
    patch[..., 20:40, 30:50] = torch.tensor([1.0, 0.0, 1.0]).view(1, 3, 1, 1)
    for _ in range(25):
        patch = held(patch, wanted, wanted, 1.0)
    middle = opponent(patch)[..., 25:35, 35:45].mean((2, 3), keepdim=True)
    assert bool(((middle - wanted.mean).abs() <= 2.05 * wanted.spread).all())


def test_loud_places_are_muted_and_no_others() -> None:
    picture = 0.4 + 0.2 * (as_tensor(texture(60, 80)) > 0.5).float()
    wanted = colours_of(picture)
    loud = picture.clone()
    loud[..., 10:20, 10:20] = torch.tensor([1.0, 0.0, 1.0]).view(1, 3, 1, 1)
    made = muted(loud, low_frequencies(loud), wanted, 1.0)
    assert torch.allclose(made[..., 30:, :], picture[..., 30:, :], atol=1e-6)
    assert float((made - loud)[..., 10:20, 10:20].abs().min()) > 0.01


def test_in_the_dark_colours_are_as_faint_as_what_they_lie_on() -> None:
    noise = torch.rand(1, 3, 60, 80, generator=torch.Generator().manual_seed(0))
    spread = []
    for light in (0.05, 0.5):
        picture = light + 0.2 * (noise - 0.5)
        wanted = Colours(colours_of(picture).mean, torch.full((1, 3, 1, 1), 0.2))
        for _ in range(10):
            picture = muted(picture, low_frequencies(picture), wanted, 1.0)
        spread.append(float(opponent(picture)[:, 1:].std()))
    assert spread[0] < 0.5 * spread[1]


def test_colours_are_held_only_by_what_is_missing() -> None:
    grey = as_tensor(texture(60, 80)).mean(1, keepdim=True)
    picture = (0.4 + 0.2 * (grey > 0.5).float()).expand(-1, 3, -1, -1)  # nothing is far from its mean
    found = colours_of(picture)
    assert torch.allclose(held(picture, found, found, 1.0), picture, atol=1e-6)
    bright = (picture + 0.2).clamp(0, 1)
    nearer = held(bright, colours_of(bright), found, 1.0)
    assert float(bright.mean()) > float(nearer.mean()) > float(picture.mean())


def test_what_is_too_sharp_is_softened_and_nothing_else() -> None:
    detail = 0.1 * noise((40, 50), 5, power=0.0)
    assert torch.equal(softened(detail, 1.1, 1.0), detail)
    little, much = (sharpness_of(softened(detail, over, 1.0)) for over in (1.3, 2.0))
    assert much < little < sharpness_of(detail)


def test_sharpness_is_on_its_way_by_factors() -> None:
    """Two halves of a step come to the whole, and a picture many times as sharp is there nearly as soon as another."""
    assert sharpened(sharpened(0.05, 0.004, 0.5), 0.004, 0.5) == pytest.approx(sharpened(0.05, 0.004, 1.0))
    assert sharpened(0.05, 0.004, 25.0) == pytest.approx(0.004, rel=0.05)
    assert sharpened(0.0, 0.004, 1.0) == 0.004
