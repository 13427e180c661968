"""Every number that moves along a film is, at each frame, what it would be as a constant."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch

from mariana_video.footage.film import dream_picture
from mariana_video.loop.dreamer import Dreamer
from mariana_video.recipe.options import recipe
from mariana_video.recipe.values.objective import Objective
from tests.conftest import instant, small_network, texture

RATE = Fraction(25)


def dreamer(**options: object) -> Dreamer:
    return Dreamer(small_network(), recipe(first_steps=2, **options), Objective("conv3"), torch.device("cpu"), "fp32")


@pytest.mark.parametrize(
    ("option", "text", "frame", "constant"),
    [
        ("octaves", "0:(1), 10:(3)", 10, 3),
        ("octaves", "0:(1), 10:(3)", 4, 2),  # 1.8, rounded
        ("octave_scale", "0:(2), 10:(1.2)", 5, 1.6),
        ("jitter", "0:(0), 2s:(40)", 50, 40),
        ("jitter", "8*t", 2, 16),
        ("step_size", "0.01*(1 + sec)", 25, 0.02),
    ],
)
def test_a_number_that_moves_is_as_its_constant(option: str, text: str, frame: int, constant: float) -> None:
    picture = texture(96, 128)
    moving = dream_picture(dreamer(**{option: text}), picture, instant=instant(frame)).picture
    still = dream_picture(dreamer(**{option: constant}), picture, instant=instant(frame)).picture
    assert torch.equal(moving, still)
    other = dream_picture(dreamer(**{option: text}), picture, instant=instant(0)).picture
    assert not torch.equal(moving, other)


def test_octaves_follow_the_values_of_their_frame() -> None:
    which = dreamer(octaves="0:(1), 10:(3)")
    score = which.score()
    counts = [len(which.octaves((96, 128), score, which.values(instant(frame)))) for frame in (0, 5, 10)]
    assert counts == [1, 2, 3]
    assert len(which.octaves((96, 128), score)) == 1
