"""Loops: the last frame leads to the first, without a dissolve."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Literal

import numpy as np
import pytest
import torch
from torch import Tensor

from mariana_video.dive.descent import Descent
from mariana_video.dive.film import prepare, states
from mariana_video.dive.loop_blend import blended, remaining, seen_from
from mariana_video.dive.low_frequencies import (
    noise,
    sharpness_of,
)
from mariana_video.errors import UsageError
from mariana_video.loop.dreamer import make_dreamer
from mariana_video.recipe.camera import Dive
from mariana_video.recipe.job import Machine
from mariana_video.recipe.options import recipe
from mariana_video.recipe.values.time import Length
from tests.conftest import as_tensor, texture
from tests.dive.dives import SIZE, camera, descent, dreamer, pictures, rms, steps

# Loops.

LOOPING = {"zoom": 1.8, "rotate": 20}


def differences(made: Descent) -> np.ndarray:
    """The step from each frame to the next, the last one to the first."""
    shown = pictures(made)
    return np.array([np.abs(after - before).mean() for before, after in zip(shown, shown[1:] + shown[:1], strict=True)])


@pytest.mark.parametrize("loop", ["source", pytest.param("structure", marks=pytest.mark.long)])
@pytest.mark.parametrize(
    "speeds",
    [
        pytest.param({"zoom": 1.8}, marks=pytest.mark.long),
        LOOPING,
        pytest.param({"zoom": 1.8, "centre_x": 0.6, "pan_y": 0.02}, marks=pytest.mark.long),
    ],
)
def test_a_loop_closes(loop: str, speeds: dict[str, object]) -> None:
    """The step from the last frame to the first is one like those before and after it."""
    found = differences(descent(dreamer(), camera(**speeds), loop=loop, duration=2))
    assert len(found) == 50
    assert found[-1] == pytest.approx(found[-3:-1].mean(), rel=0.1)
    assert found[-1] == pytest.approx(found[:2].mean(), rel=0.1)


@pytest.mark.long
@pytest.mark.parametrize("loop", ["source", "structure"])
def test_a_loop_of_the_default_dream_closes(loop: Literal["source", "structure"]) -> None:
    which, dive = make_dreamer(recipe(), Machine(precision="fp32")), Dive(loop=loop, duration=Length(Fraction(2)))
    found = differences(prepare(which, camera(zoom=1.8), dive, as_tensor(texture(106, 160)), (160, 106)))
    assert found[-1] == pytest.approx(found[-3:-1].mean(), rel=0.1)
    assert found[-1] == pytest.approx(found[:2].mean(), rel=0.1)


@pytest.mark.long
def test_a_loop_is_no_dissolve() -> None:
    shown = pictures(descent(dreamer(), camera(zoom=3), loop="structure", rate=20, duration=3))
    spread = np.array([picture.std((1, 2)).mean() for picture in shown])
    assert np.abs(spread / spread.mean() - 1).max() < 0.15


def test_the_way_that_remains_leads_every_frame_to_the_last() -> None:
    path = steps(6, **LOOPING)
    ways = remaining(path)
    assert len(ways) == 7
    assert np.array_equal(ways[-1], np.eye(3))
    assert np.allclose(ways[2], path[2] @ path[3] @ path[4] @ path[5])


def test_frame_0_seen_from_afar_comes_back_as_itself() -> None:
    """Moved back along the way that remains and then forth along it, the goal is the goal again."""
    made = descent(dreamer(), camera(**LOOPING), loop="source", rate=20, duration=2)
    ways = remaining(made.steps)
    assert torch.equal(seen_from(made.source, ways[-1]), made.source)
    before = seen_from(made.source, ways[-2])
    begun = Descent(dreamer(steps=0), made.dive, before, made.canvas, made.steps[-1:], made.rate)
    moment = [rendered for _, rendered in states(begun)]
    assert len(moment) == 1
    one_step = pictures_after(made, before)
    assert rms(one_step, made.canvas.frame(made.source)[0].numpy(), edge=3) < 0.02


def pictures_after(made: Descent, picture: Tensor) -> np.ndarray:
    from mariana_video.motion.camera import affine_motion
    from mariana_video.motion.warp import warp

    moved = warp(picture, affine_motion(made.canvas.shape, made.steps[-1]).flow)
    return made.canvas.frame(moved)[0].numpy()


@pytest.mark.parametrize("dreamed", [False, True])
def test_what_is_laid_in_grows_from_nothing_to_everything(dreamed: bool) -> None:
    made = descent(dreamer(), camera(zoom=3), loop="source", rate=20, duration=2)
    ways = remaining(made.steps)
    shares = [blended(made.source, ways[t], made.canvas, t / 40, made.source, 0.05, dreamed) for t in range(41)]

    def of(name: str) -> list[Tensor]:
        return [made.canvas.frame(getattr(part, name)) for part in shares]

    formed, clear, left = of("formed"), of("clear"), of("left")
    assert all(float(part.max()) == 0 for part in formed[:4] + clear[:4])
    assert all(float(part.min()) == 1 for part in left[:4])
    assert float(formed[-1].min()) == float(clear[-1].min()) == 1
    assert float(left[-1].max()) == 0
    for parts, sign in ((formed, 1), (clear, 1), (left, -1)):
        assert all(sign * float((later - earlier).mean()) >= -1e-3 for earlier, later in pairwise(parts))
    taken_on = torch.zeros_like(clear[0])
    for rate, fine in zip(formed, clear, strict=True):  # large forms come first
        taken_on = 1 - (1 - taken_on) * (1 - rate)
        assert float((taken_on - fine).mean()) >= -1e-3
    middle = (..., SIZE[1] // 2, SIZE[0] // 2)
    over = max(float((here * there)[middle]) for here, there in zip(clear, left, strict=True))
    assert over < 0.5 if dreamed else over > 0.7  # over a photograph the dream goes on, over a dream it gives way


@pytest.mark.parametrize("left", [0.9, 0.7, 0.5])
def test_frame_0_is_as_sharp_from_afar(left: float) -> None:
    goal = (0.5 + 0.1 * noise((160, 200), 1, power=1.5)).clamp(0, 1)
    far = np.diag([left, left, 1.0])
    far[0, 2], far[1, 2] = (1 - left) * 99.5, (1 - left) * 79.5
    high, wide = round(160 * left / 2) - 2, round(200 * left / 2) - 2
    seen = seen_from(goal, far)[..., 80 - high : 80 + high, 100 - wide : 100 + wide]
    assert sharpness_of(seen) == pytest.approx(sharpness_of(goal), rel=0.15)


@pytest.mark.parametrize(
    ("speeds", "words"),
    [
        ({"zoom": 1}, "give a --zoom that is above 1"),
        ({"zoom": 0.8}, "give a --zoom that is above 1"),
        ({"zoom": 1.1}, "needs ×2"),
        ({"zoom": "0:(3), 20:(0.9), 40:(3)"}, "give a --zoom that is above 1"),
        ({"zoom": "0:(3), 40:(4)"}, "needs --zoom to end as it begins: it goes from 3 to 4"),
        ({"zoom": 3, "rotate": "t"}, "needs --rotate to end as it begins"),
    ],
)
def test_a_loop_that_can_not_close_is_refused_in_a_sentence(speeds: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        descent(dreamer(), camera(**speeds), loop="source", rate=20, duration=2)


def test_a_keyed_camera_may_loop_where_it_ends_as_it_begins() -> None:
    found = differences(
        descent(dreamer(), camera(zoom="0:(1.8), 20:(2.5), 40:(1.8)"), loop="source", rate=20, duration=2)
    )
    assert found[-1] == pytest.approx(found[-3:-1].mean(), rel=0.1)
