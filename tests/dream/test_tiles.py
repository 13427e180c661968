"""Tiles cover a picture once, and their gradients are the picture's own."""

from typing import Literal

import numpy as np
import pytest
import torch

from mariana_video.dream import ascent
from mariana_video.dream.ascent import pushed_through, shifted_gradient, tiles_for
from mariana_video.dream.tiles import tiles_of
from tests.conftest import as_tensor, score_by, small_network, texture


@pytest.mark.parametrize("shape", [(64, 96), (512, 512), (1088, 1928), (2168, 3848), (72, 4000)])
@pytest.mark.parametrize("largest", [1_200_000, 60_000])
def test_their_cores_cover_every_pixel_once(shape: tuple[int, int], largest: int) -> None:
    covered = np.zeros(shape, int)
    tiles = tiles_of(shape, 8, 24, largest)
    for tile in tiles:
        upper, lower, before, after = tile.core
        covered[upper:lower, before:after] += 1
        assert 0 <= tile.top <= upper < lower <= tile.bottom <= shape[0]
        assert 0 <= tile.left <= before < after <= tile.right <= shape[1]
    assert (covered == 1).all()
    assert len({(tile.bottom - tile.top, tile.right - tile.left) for tile in tiles}) == 1
    assert all(tile.pixels <= largest for tile in tiles)


def test_a_small_picture_is_one() -> None:
    (tile,) = tiles_of((360, 640), 8, 92)
    assert (tile.top, tile.bottom, tile.left, tile.right) == (0, 360, 0, 640)


@pytest.mark.parametrize("kind", ["share", "energy"])
def test_a_gradient_by_tiles_is_the_gradient(monkeypatch: pytest.MonkeyPatch, kind: Literal["share", "energy"]) -> None:
    """The energy's to the last digits; shares are taken over regions, which lie otherwise in a tile."""
    score = score_by(small_network(), "conv3", kind)
    picture = as_tensor(texture(200, 280))
    slope = shifted_gradient(score, picture, (3, 5), 8)
    whole = slope.gradient
    monkeypatch.setattr(ascent, "LARGEST", 20_000)
    assert len(tiles_for(score, (208, 288))) > 3
    in_tiles = shifted_gradient(score, picture, (3, 5), 8)
    tiled = in_tiles.gradient
    alike = float(np.corrcoef(whole.flatten(), tiled.flatten())[0, 1])
    assert alike > (0.99 if kind == "energy" else 0.8)
    assert float(tiled.abs().mean()) == pytest.approx(float(whole.abs().mean()), rel=0.1 if kind == "energy" else 0.25)
    assert in_tiles.score == pytest.approx(slope.score, rel=0.1)
    assert 208 * 288 < pushed_through(score, (200, 280), 8) < 2.5 * 208 * 288


def test_no_seam_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the border between two tiles the gradient steps no more than elsewhere."""
    score = score_by(small_network(), "conv3", "share")
    monkeypatch.setattr(ascent, "LARGEST", 20_000)
    picture = as_tensor(texture(96, 400))
    gradient = shifted_gradient(score, picture, (0, 0), 0).gradient
    borders = sorted({tile.core[3] for tile in tiles_for(score, (96, 400))})[:-1]
    steps = (gradient[..., 1:] - gradient[..., :-1]).abs().mean((0, 1, 2))
    at_borders = steps[[border - 1 for border in borders]]
    assert float(at_borders.mean()) < 1.5 * float(steps.mean())


def test_a_mean_activation_is_followed_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ascent, "LARGEST", 2_000)
    assert len(tiles_for(score_by(small_network(), "conv3", "mean"), (208, 288))) == 1
    assert torch.is_tensor(
        shifted_gradient(score_by(small_network(), "conv3", "mean"), torch.rand(1, 3, 64, 64), (0, 0), 0).gradient
    )
