"""A picture dreamed part by part, on disk, is the picture that is dreamed as a whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mariana_video.dream import tiled
from mariana_video.dream.ascent import Step
from mariana_video.dream.large import sheet
from mariana_video.dream.large.sheet import ALL, Disk, Sheet
from mariana_video.dream.tiled import whole_of
from mariana_video.footage.film import dream_picture
from mariana_video.footage.kaleidoscope import folded_alpha
from mariana_video.loop.detail import steps_of
from mariana_video.loop.dreamer import Dreamer
from mariana_video.poster.needs import weights_of
from mariana_video.poster.picture import Poster, can_be_large
from mariana_video.recipe.values.timeline import START
from tests.conftest import as_tensor, small_network, texture
from tests.loop.moments import dreamer

SHAPE = 140, 180
PICTURE = texture(*SHAPE)
ALPHA = np.where(texture(*SHAPE, seed=6)[..., 0] > 0.4, texture(*SHAPE, seed=7)[..., 0], 0).astype(np.float32)
ROUNDED = 2e-6  # what another order of adding colours up may change


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """Small pictures are cut up as large ones are, for the network and beside it."""
    monkeypatch.setattr(sheet, "AT_ONCE", 5000)
    monkeypatch.setattr(tiled, "_WHOLE", 15_000)
    return Disk(tmp_path)


def which(**options: object) -> Dreamer:
    return dreamer(motif_size=0.4, first_steps=2, **options)


def laid(picture: torch.Tensor, disk: Disk) -> Sheet:
    made = disk.sheet(picture.shape)
    made[ALL, ALL, ALL, ALL] = picture
    return made


LOOKS: list[tuple[dict[str, object], np.ndarray | None]] = [
    ({}, None),
    ({"colour": "source", "decay": 0.1, "mix": 0.7}, ALPHA),
    ({"colour_steps": "decorrelated", "symmetry": 1, "seed": 5}, ALPHA),
    ({"symmetry": 1, "symmetry_in": "end", "bands": "1,0.5,2"}, None),
]


@pytest.mark.parametrize(("look", "alpha"), LOOKS)
def test_it_is_the_same(disk: Disk, look: dict[str, object], alpha: np.ndarray | None) -> None:
    steps, others = list[Step](), list[Step]()
    expected = dream_picture(which(**look), PICTURE, alpha, steps.append).picture
    seen = None if alpha is None else laid(torch.from_numpy(alpha)[None, None], disk)
    poster = Poster(replace(which(**look), on_step=others.append), disk, laid(as_tensor(PICTURE), disk), seen)
    assert torch.equal(whole_of(poster.dreamed()), expected)
    assert [(one.score, one.pushed) for one in others] == [(one.score, one.pushed) for one in steps]
    assert [one.pushed / PICTURE[..., 0].size for one in others] == weights_of(which(**look), SHAPE)
    assert others[-1].picture.shape[-1] < SHAPE[1]
    if seen is not None:
        assert np.array_equal(whole_of(seen)[0, 0], folded_alpha(alpha, which(**look).values()))


@pytest.mark.parametrize("look", [{"saturation": 1.5}, {"saturation": 0.4, "colour": "luminance"}])
def test_colours_are_the_same_to_the_last_digits(disk: Disk, look: dict[str, object]) -> None:
    palette = as_tensor(texture(40, 50, seed=8)).flip(1)
    one = replace(which(**look), palette=palette)
    expected = dream_picture(one, PICTURE).picture
    found = whole_of(Poster(one, disk, laid(as_tensor(PICTURE), disk)).dreamed())
    assert float((found - expected).abs().max()) < ROUNDED


def test_of_two_networks_it_is_the_same(disk: Disk) -> None:
    networks = {"small": small_network(), "other": small_network("other", seed=2)}
    one = replace(which(layers="conv3 + other:conv3"), networks=networks)
    one = replace(one, objective=type(one.objective)("conv3 + other:conv3"))
    expected = dream_picture(one, PICTURE).picture
    found = whole_of(Poster(one, disk, laid(as_tensor(PICTURE), disk)).dreamed())
    assert torch.equal(found, expected)


def test_what_looks_at_the_whole_can_not_be_made_so() -> None:
    assert can_be_large(which(), SHAPE)
    for look in [{"symmetry": 6}, {"blur": 1}, {"step_rule": "adam"}, {"smoothness": 0.5}, {"clip_norm": 0.1}]:
        assert not can_be_large(which(**look), SHAPE), look
    assert not can_be_large(which(), (60, 70))  # it is as large as it is dreamed at
    assert not can_be_large(replace(which(), everywhere=True), SHAPE)


def test_each_step_has_its_weight() -> None:
    weights = weights_of(which(), SHAPE)
    assert len(weights) == steps_of(which(), SHAPE, START)
    assert weights[-1] == max(weights) > 5 * min(weights)
