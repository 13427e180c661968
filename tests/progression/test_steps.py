"""Step progressions: the right steps, the same dream, side by side."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from mariana_video.dream.rules import Length, moved_as_in_the_tutorial
from mariana_video.errors import UsageError
from mariana_video.footage.film import dream_picture
from mariana_video.loop.dreamer import Dreamer
from mariana_video.progression.steps import chosen, nearer, progress, side_by_side, steps_in_all
from mariana_video.recipe.look import Ascent
from mariana_video.recipe.options import Recipe
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.schedule import Schedule
from tests.conftest import as_tensor, instant, small_network, texture

SOURCE = as_tensor(texture(48, 64))


def dreamer(layers: str = "conv3", **options: object) -> Dreamer:
    values = {name: Schedule.of(value) if name in ("steps", "step_size") else value for name, value in options.items()}  # type: ignore[arg-type]
    which = Recipe(Ascent(**values))  # type: ignore[arg-type]
    return Dreamer(small_network(), which, Objective(layers), torch.device("cpu"), "fp32")


@pytest.mark.parametrize(
    ("total", "every", "frames", "expected"),
    [
        (100, 30, None, (0, 30, 60, 90, 100)),
        (6, 3, None, (0, 3, 6)),
        (5, None, 100, (0, 1, 2, 3, 4, 5)),
        (100, None, 2, (0, 100)),
        (0, None, 12, (0,)),
    ],
)
def test_which_steps_are_shown(total: int, every: int | None, frames: int | None, expected: tuple[int, ...]) -> None:
    assert chosen(total, every, frames, 48) == expected


@pytest.mark.parametrize(("total", "frames"), [(180, 12), (300, 48), (30, 20), (7, 6)])
def test_frames_lie_close_together_at_first(total: int, frames: int) -> None:
    shown = chosen(total, None, frames, 48)
    assert (len(shown), shown[0], shown[-1]) == (frames, 0, total)
    gaps = [after - before for before, after in pairwise(shown)]
    assert min(gaps) >= 1
    assert gaps[0] <= gaps[len(gaps) // 2] <= max(gaps)
    assert gaps[0] == min(gaps)


def test_every_and_frames_together_are_refused() -> None:
    with pytest.raises(UsageError, match="--every 3 and --frames 5"):
        chosen(10, 3, 5, 48)


def test_the_first_is_the_source_and_the_last_is_the_dream() -> None:
    which = dreamer(steps=3)
    shape = SOURCE.shape[-2], SOURCE.shape[-1]
    total = steps_in_all(which, shape)
    items = list(progress(which, SOURCE, range(total + 1)))
    assert [item.step for item in items] == list(range(total + 1))
    assert torch.equal(items[0].picture, SOURCE)
    assert torch.equal(items[-1].picture, dream_picture(which, texture(48, 64)).picture)
    assert all(item.picture.shape == SOURCE.shape for item in items)  # small octaves too are shown at full size
    assert {item.octave for item in items[1:]} == set(range(1, total // 3 + 1))
    assert items[1].change > 0
    assert str(items[0]) == "source"
    assert "step 1 · octave 1/" in str(items[1])


def test_a_step_is_the_same_whatever_else_is_shown() -> None:
    few, many = (list(progress(dreamer(steps=4), SOURCE, shown)) for shown in ((0, 5), range(13)))
    assert torch.equal(few[1].picture, many[5].picture)
    assert few[1].change == pytest.approx(many[5].change)


def test_cells_side_by_side_wait_for_the_longest() -> None:
    short, long = dreamer(steps=1, octaves=1), dreamer(steps=3, octaves=1)
    rows = list(side_by_side([progress(short, SOURCE, (0, 1)), progress(long, SOURCE, range(4))]))
    assert [[item.step for item in row] for row in rows] == [[0, 0], [1, 1], [1, 2], [1, 3]]


def test_the_camera_goes_in_by_the_time_that_has_passed() -> None:
    assert torch.equal(nearer(SOURCE, Schedule("1"), instant(30, 10)), SOURCE)
    twice = nearer(SOURCE, Schedule("2"), instant(10, 10))
    middle = SOURCE[..., 12:36, 16:48]
    assert float((twice[..., 1::2, 1::2] - middle).abs().mean()) < 0.02
    assert float((twice - SOURCE).abs().mean()) > 0.02


# TensorFlow's tutorial.


def test_a_step_of_the_tutorial_in_its_own_units() -> None:
    """x + s · g / std(g) in −1…1, clipped, is the same step in 0…1."""
    generator = torch.Generator().manual_seed(0)
    picture, gradient = torch.rand(1, 3, 8, 9, generator=generator), torch.randn(1, 3, 8, 9, generator=generator)
    theirs = (2 * picture - 1 + 0.5 * gradient / gradient.std(correction=0)).clamp(-1, 1)
    ours = moved_as_in_the_tutorial(picture, gradient, Length(0.5))
    assert torch.allclose(ours, (theirs + 1) / 2, atol=1e-6)


def test_the_tutorial_has_one_scale_no_jitter_and_the_mean_of_means() -> None:
    which = dreamer("conv1 + conv2", step_rule="tutorial", steps=2, jitter=64)
    assert steps_in_all(which, (48, 64)) == 2
    score = which.score()
    responses = which.network.responses(SOURCE, ["conv1", "conv2"])
    assert float(score(SOURCE)) == pytest.approx(float(sum(part.mean() for part in responses) / 2), rel=1e-5)
    still, shaken = (list(progress(dreamer(step_rule="tutorial", steps=2, seed=s), SOURCE, (2,))) for s in (0, 1))
    assert torch.equal(still[0].picture, shaken[0].picture)


def test_the_tutorial_makes_the_score_larger() -> None:
    items = list(progress(dreamer(step_rule="tutorial", steps=8, step_size=0.05), SOURCE, range(9)))
    assert items[-1].score > 1.5 * items[1].score


def test_all_is_every_layer() -> None:
    score = dreamer("0.5*all").score()
    assert [(term.kind.layers[0], term.weight) for term in score.terms] == [
        ("conv1", 0.5),
        ("conv2", 0.5),
        ("conv3", 0.5),
    ]


def test_the_same_seed_the_same_progression() -> None:
    one, two, other = (next(progress(dreamer(steps=2, seed=seed), SOURCE, (4,))).picture.numpy() for seed in (1, 1, 2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
