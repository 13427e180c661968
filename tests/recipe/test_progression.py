"""Comparisons: an option and its values, read by the option's own declaration."""

from __future__ import annotations

import pytest

from mariana_video.errors import UsageError
from mariana_video.recipe.look import Ascent
from mariana_video.recipe.progression import variants
from mariana_video.recipe.values.networks import Said
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.schedule import Schedule


def test_without_a_comparison_there_is_the_dream_itself() -> None:
    (only,) = variants(Ascent(), None, "rows")
    assert (only.title, only.dream) == ("", Ascent())


def test_values_are_read_by_their_declared_types() -> None:
    small, large = variants(Ascent(), "step-size=0.01,0.5", "columns")
    assert (small.title, large.title) == ("step-size: 0.01", "step-size: 0.5")
    assert (small.dream.step_size, large.dream.step_size) == (Schedule("0.01"), Schedule("0.5"))
    assert [one.dream.seed for one in variants(Ascent(), "seed=1, 2", "rows")] == [1, 2]
    assert [one.dream.octaves for one in variants(Ascent(), "octaves=1,4", "rows")] == [Schedule("1"), Schedule("4")]
    assert [one.dream.step_rule for one in variants(Ascent(), "step-rule=mean,tutorial", "rows")] == [
        "mean",
        "tutorial",
    ]
    assert [one.dream.first() for one in variants(Ascent(), "steps=3,9", "rows")] == [Schedule("3"), Schedule("9")]


def test_commas_within_brackets_part_nothing() -> None:
    layers = [one.dream.layers for one in variants(Ascent(), "layers=a[1],0:(b), 5:(c)", "rows")]
    assert layers[0] == Objective("a[1]")
    sizes = [one.dream.step_size for one in variants(Ascent(), "step-size=max(1, 2),0.5", "rows")]
    assert sizes == [Schedule("max(1, 2)"), Schedule("0.5")]


def test_a_network_may_come_with_its_weights() -> None:
    vgg, own = variants(Ascent(), "network=vgg16@w/v.pth,mariana", "rows")
    assert vgg.dream.network.said == (Said("vgg16", weights="w/v.pth"),)
    assert own.dream.network.said == (Said("mariana"),)
    assert {vgg.dream.weights, own.dream.weights} == {None}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("step-size", "write an option and its values"),
        ("stepsize=1", "there are network, weights"),
        ("step-size=1,,2", "a value is missing"),
        ("octaves=two", "--octaves: can't read 'two' at character 1"),
        ("octaves=0", "--octaves 0: give a number from 1"),
        ("step-rule=none", "give one of mean, tutorial"),
        ("first-steps=2", "there are network"),
    ],
)
def test_what_can_not_be_compared_is_said(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        variants(Ascent(), text, "columns")
