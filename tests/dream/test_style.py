"""What steps do beside going uphill: rules, regularisers, colours, symmetry."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from mariana_video.dream.ascent import Pace, Step, ascend
from mariana_video.dream.octaves import octaves_of
from mariana_video.dream.others import Others
from mariana_video.dream.plain.colours import (
    decorrelated,
    kept_colours,
    natural_covariance,
    painted,
    saturated,
)
from mariana_video.dream.plain.symmetry import folded, kaleidoscope
from mariana_video.dream.rules import Length, moved_by_adam, moved_by_progress
from mariana_video.dream.style import Style
from mariana_video.networks.network import LUMA
from tests.conftest import as_tensor, score_by, small_network, texture

SHAPE = (64, 96)
SOURCE = as_tensor(texture(*SHAPE))
SCORE = score_by(small_network(), "conv3")
GREY = torch.full_like(SOURCE, 0.5)


def dreamed(steps: int = 8, size: float = 0.02, others: Others | None = None, **style: Any) -> Tensor:
    *_, last = ascend(
        SOURCE,
        SCORE,
        octaves_of(SHAPE, 1, 1.5, 16),
        Pace(steps, size, 8, style=Style(**style), others=others or Others(SOURCE)),
        (0, 0),
    )
    return last.picture


def roughness(picture: Tensor) -> float:
    return float(picture.diff(dim=-1).abs().mean() + picture.diff(dim=-2).abs().mean())


def rms(change: Tensor) -> float:
    return float(change.square().mean().sqrt())


# --- rules ---


def test_a_step_by_progress_raises_the_score_by_what_is_asked() -> None:
    """To first order, whatever the gradient's size."""
    way = torch.randn(1, 3, 8, 8)
    for loud in (1e-3, 1.0, 1e3):
        gradient = loud * way
        done = moved_by_progress(torch.full((1, 3, 8, 8), 0.5), gradient, Length(0.01 * loud))
        assert float(((done - 0.5) * gradient).sum()) == pytest.approx(0.01 * loud, rel=1e-3)


def test_no_step_by_progress_goes_far_where_nothing_rises() -> None:
    picture = torch.full((1, 3, 8, 8), 0.5)
    done = moved_by_progress(picture, 1e-12 * torch.randn(1, 3, 8, 8), Length(1.0))
    assert float((done - picture).abs().mean()) < 0.11
    assert torch.equal(moved_by_progress(picture, torch.zeros_like(picture), Length(1.0)), picture)


def test_adam_goes_on_where_it_always_goes_and_rests_where_it_turns() -> None:
    picture = torch.full((1, 3, 16, 16), 0.5)
    way = torch.randn(1, 3, 16, 16)
    turning = torch.zeros(1, 1, 16, 16)
    turning[..., 8:] = 1
    memory: tuple[Tensor, ...] = ()
    for number in range(20):
        sign = 1 - 2 * turning * (number % 2)
        picture, memory = moved_by_adam(picture, way * sign, Length(0.002), memory)
    steady, turned = ((picture - 0.5)[..., part].abs().mean() for part in (slice(0, 8), slice(8, 16)))
    assert float(steady) > 3 * float(turned)
    assert int(memory[2]) == 20


@pytest.mark.parametrize("rule", ["mean", "adam", "progress", "tutorial"])
def test_by_every_rule_the_score_rises_and_an_ascent_can_be_taken_up_anywhere(rule: Any) -> None:
    size = 0.3 if rule == "progress" else 0.02
    pace = Pace(6, size, 8, style=Style(rule=rule))
    steps = list(ascend(SOURCE, SCORE, octaves_of(SHAPE, 2, 1.5, 16), pace, (0, 0)))
    assert float(SCORE(steps[-1].picture)) > 1.1 * float(SCORE(SOURCE))

    def after(step: Step) -> Tensor:
        *_, last = ascend(SOURCE, SCORE, octaves_of(SHAPE, 2, 1.5, 16), pace, (0, 0), step)
        return last.picture

    for step in (steps[2], steps[8]):
        assert torch.equal(after(step), steps[-1].picture)


# --- what steps take back ---


def test_decay_holds_a_dream_back() -> None:
    assert rms(dreamed(20, decay=0.3) - SOURCE) < 0.5 * rms(dreamed(20) - SOURCE)
    assert torch.equal(dreamed(decay=1.0), SOURCE)


def test_what_is_taken_back_is_the_dream_and_not_the_picture() -> None:
    """However hard, a film's own picture is what is left; of a source that is made up, grey."""
    for style in ({"decay": 1.0}, {"clip_norm": 1.0}, {"clip_contribution": 1.0}):
        assert torch.equal(dreamed(**style), SOURCE)
        assert float((dreamed(others=Others(SOURCE, rest=GREY), **style) - 0.5).abs().max()) == 0


def test_blur_and_smoothness_make_a_dream_smoother() -> None:
    plain, source = dreamed(16), SOURCE
    for style in ({"blur": 1.0, "blur_every": 2}, {"smoothness": 0.7}):
        assert roughness(dreamed(16, **style) - source) < 0.8 * roughness(plain - source), style


def test_smoothing_leaves_the_picture_itself_alone() -> None:
    """However hard: what is smoothed is what was dreamed."""
    rough = as_tensor(texture(*SHAPE, seed=2)) + 0.2 * torch.rand(1, 3, *SHAPE)
    assert torch.equal(Style(smoothness=10).pulled(torch.ones_like(rough), rough, rough), torch.ones_like(rough))


def test_a_blur_every_so_many_steps_waits_for_its_turn() -> None:
    assert torch.equal(dreamed(3, blur=1.0, blur_every=4), dreamed(3))
    assert not torch.equal(dreamed(4, blur=1.0, blur_every=4), dreamed(4))


def test_clipping_takes_the_share_that_is_asked_for() -> None:
    for name in ("clip_norm", "clip_contribution"):
        still = (dreamed(1, **{name: 0.6}) == SOURCE).all(1).float().mean()
        assert float(still) == pytest.approx(0.6, abs=0.02), name


# --- colours ---


def colours(picture: Tensor) -> Tensor:
    return picture - picture.mean(1, keepdim=True)


def light(picture: Tensor) -> Tensor:
    return (picture * torch.tensor(LUMA).view(1, 3, 1, 1)).sum(1)


def test_colours_or_light_stay_exactly() -> None:
    hard = {"steps": 12, "size": 0.08}
    kept = kept_colours(dreamed(**hard, colour="source"), SOURCE, "source")
    assert float((colours(kept) - colours(SOURCE)).abs().max()) < 1e-6
    assert rms(kept - SOURCE) > 0.05
    kept = kept_colours(dreamed(**hard, colour="luminance"), SOURCE, "luminance")
    assert float((light(kept) - light(SOURCE)).abs().max()) < 1e-6
    assert rms(kept - SOURCE) > 0.02
    assert 0 <= float(kept.min()) <= float(kept.max()) <= 1


def test_decorrelated_steps_go_where_natural_colours_go() -> None:
    along = decorrelated(torch.ones(1, 3, 1, 1))
    across = decorrelated(torch.tensor([1.0, -2.0, 1.0]).view(1, 3, 1, 1))
    assert float(along.norm() / math.sqrt(3)) > 10 * float(across.norm() / math.sqrt(6))
    assert float(natural_covariance().trace()) == pytest.approx(1)
    assert rms(colours(dreamed(colour_steps="decorrelated") - SOURCE)) < 0.5 * rms(colours(dreamed() - SOURCE))


@pytest.mark.parametrize("wanted", [0.0, 0.5, 1.0])
def test_saturation_is_held_at_the_sources(wanted: float) -> None:
    dream = dreamed(12, 0.06)

    def colourful(picture: Tensor) -> float:
        return float((picture.amax(1) - picture.amin(1)).mean())

    held = saturated(dream, SOURCE, wanted)
    assert colourful(held) == pytest.approx(wanted * colourful(SOURCE), abs=0.02)
    assert float((light(held) - light(dream)).abs().max()) < 1e-5


def test_a_palettes_colours_are_taken_on() -> None:
    palette = as_tensor(texture(40, 50, seed=4)) * torch.tensor([0.9, 0.5, 0.2]).view(1, 3, 1, 1)
    made = painted(SOURCE * 0.4 + 0.3, palette)
    found, wanted = (one[0].flatten(1).numpy() for one in (made, palette))
    np.testing.assert_allclose(found.mean(1), wanted.mean(1), atol=0.02)
    np.testing.assert_allclose(np.cov(found), np.cov(wanted), atol=0.005)
    assert float((painted(SOURCE, SOURCE) - SOURCE).abs().max()) < 1e-3


def test_a_palette_of_one_colour_makes_that() -> None:
    made = painted(SOURCE, torch.full((1, 3, 8, 8), 0.25))
    assert float((made - 0.25).abs().mean()) < 0.02
    assert bool(torch.isfinite(painted(torch.full_like(SOURCE, 0.5), SOURCE)).all())
    assert float((painted(SOURCE, torch.full((1, 3, 1, 1), 0.25)) - 0.25).abs().mean()) < 0.02


# --- symmetry ---


@pytest.mark.parametrize("folds", [1, 2, 4])
def test_what_turns_onto_whole_pixels_is_symmetrical_to_the_last_digit(folds: int) -> None:
    made = folded(as_tensor(texture(64, 64)), folds)
    twins = {1: [made.flip(-1)], 2: [made.flip(-1), made.flip(-2)], 4: [made.flip(-1), made.transpose(-1, -2)]}[folds]
    for twin in twins:
        assert float((made - twin).abs().max()) < 1e-5


@pytest.mark.parametrize("folds", [3, 5, 6, 9])
def test_turned_by_a_sector_a_kaleidoscope_is_itself(folds: int) -> None:
    """Within 1/255, inside the circle that stays in the picture, of a picture that interpolates well."""
    smooth = torch.nn.functional.interpolate(as_tensor(texture(24, 24)), (240, 240), mode="bicubic").clamp(0, 1)
    made = folded(smooth, folds)
    turn = 2 * math.pi / folds
    matrix = torch.tensor([[math.cos(turn), math.sin(turn), 0.0], [-math.sin(turn), math.cos(turn), 0.0]])[None]
    grid = torch.nn.functional.affine_grid(matrix, [1, 3, 240, 240], align_corners=False)
    turned = torch.nn.functional.grid_sample(made, grid, "bicubic", "reflection", align_corners=False)
    down, right = torch.meshgrid(torch.arange(240) - 119.5, torch.arange(240) - 119.5, indexing="ij")
    inside = torch.hypot(down, right) < 110
    assert float((turned - made).abs()[..., inside].mean()) < 0.5 / 255
    assert float((turned - made).abs()[..., inside].quantile(0.99)) < 2 / 255


@pytest.mark.parametrize("folds", [1, 3, 6])
def test_folding_once_is_enough(folds: int) -> None:
    once = folded(SOURCE, folds)
    assert float((folded(once, folds) - once).abs().mean()) < 1 / 255


@pytest.mark.parametrize(("folds", "shape"), [(3, (90, 160)), (5, (90, 160)), (6, (160, 90)), (8, (100, 100))])
def test_a_kaleidoscope_shows_nothing_from_beyond_the_picture(folds: int, shape: tuple[int, int]) -> None:
    """Of a picture whose values are its distance from the middle, every pixel shows its own, a little nearer."""
    down, right = torch.meshgrid(*(torch.arange(side) - (side - 1) / 2 for side in shape), indexing="ij")
    radius = torch.hypot(down, right)[None, None]
    shown = kaleidoscope(radius, folds)
    near = (shown / radius)[radius > 10]
    assert float(near.max() - near.min()) < 0.03
    assert 0.6 < float(near.mean()) <= 1.001


def test_no_folds_are_none() -> None:
    assert folded(SOURCE, 0) is SOURCE


def test_structure_grows_by_the_symmetry_that_is_kept_in_the_loop() -> None:
    """It is another picture than one that is folded at the end, and its score is no lower."""
    source = folded(SOURCE, 1)
    *_, last = ascend(
        source, SCORE, octaves_of(SHAPE, 1, 1.5, 16), Pace(10, 0.02, 8, style=replace(Style(), folds=1)), (0, 0)
    )
    assert float((last.picture - last.picture.flip(-1)).abs().max()) < 1e-6
    assert rms(last.picture - folded(dreamed(10), 1)) > 0.02
