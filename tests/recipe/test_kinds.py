"""A recipe, its text, and the recipe again: the same, said things said and unsaid ones not."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from typing import Any, Literal, get_args, get_origin

import pytest

from mariana_video.errors import UsageError
from mariana_video.recipe.kind import Kind
from mariana_video.recipe.kinds import (
    DiveRecipe,
    EvaluateRecipe,
    ExploreRecipe,
    FilmRecipe,
    MeasureRecipe,
    PictureRecipe,
    ProgressionRecipe,
    ShotsRecipe,
)
from mariana_video.recipe.reading import Declared, declared
from mariana_video.recipe.values.bands import Bands
from mariana_video.recipe.values.farm import Farm
from mariana_video.recipe.values.memory import Memory
from mariana_video.recipe.values.networks import Networks
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.schedule import Bounds, Schedule
from mariana_video.recipe.values.size import Size
from mariana_video.recipe.values.time import Length, Time
from mariana_video.training.epochs.options import TrainingRecipe

KINDS = [
    FilmRecipe,
    ShotsRecipe,
    PictureRecipe,
    DiveRecipe,
    ProgressionRecipe,
    MeasureRecipe,
    EvaluateRecipe,
    ExploreRecipe,
    TrainingRecipe,
]
WORDS = ["a", "net.safetensors", 'quo"te', "back\\slash", "ünï·¢", "a = 1", "[x]", "'", "tab\there", "#", "C:\\x y"]


def number(draw: random.Random, bounds: Bounds | None, whole: bool) -> float:
    low, high = (0.0, 100.0) if bounds is None else (bounds.low, min(bounds.high, 1000.0))
    value = draw.uniform(low, high)
    if whole:
        return float(max(round(value), int(low) + 1 if bounds is not None and bounds.above else int(low)))
    return value if value > low or bounds is None or not bounds.above else high


def drawn(draw: random.Random, option: Declared) -> Any:
    """Some value that an option may have."""
    kind, bounds = option.kind, option.bounds
    if get_origin(kind) is Literal:
        return draw.choice(get_args(kind))
    if get_origin(kind) is tuple:
        return tuple(draw.choice(WORDS) for _ in range(draw.randint(0, 3)))
    if kind is Schedule:
        whole = bounds is not None and bounds.whole
        one, other = (repr(number(draw, bounds, whole)) for _ in range(2))
        return draw.choice([one, f"0:({one}), 2.5s:({other})", f"{one} + 0*sin(sec)"])
    if kind in (Time, Length):
        seconds = Fraction(draw.randint(1, 10**6), draw.choice([1, 3, 1000, 30000]))
        least = Fraction(0) if bounds is None else Fraction(bounds.low)
        return str(kind(min(max(seconds, least), Fraction(3600))))
    made = {
        Objective: lambda: draw.choice(["conv3_3 + 0.5*conv4_2[17]", "0:(a), 2s:(b + 2*c)"]),
        Size: lambda: draw.choice(["640x360", "x48", "7x"]),
        Memory: lambda: draw.choice(["4GB", "800MB", "1.5 GiB"]),
        Bands: lambda: "0.1,1,2.5",
        Networks: lambda: draw.choice(["mariana", "a=mariana, b=n.safetensors", "vgg16@v.pth", '"a,b.safetensors"']),
        Farm: lambda: draw.choice(["auto", "ray://head:10001", "local:3"]),
        bool: lambda: draw.random() < 0.5,
        int: lambda: int(number(draw, bounds, True)) * 16 if option.name == "crop" else int(number(draw, bounds, True)),
        float: lambda: number(draw, bounds, False),
    }
    return made.get(kind, lambda: draw.choice(WORDS))()


def generated(kind: type[Kind], seed: int) -> Kind:
    """A recipe of `kind` with about half of its options said, some of them as their defaults are."""
    draw = random.Random(seed)
    made: dict[str, Any] = {}
    for field, group in kind.groups().items():
        options = {}
        for name, option in declared(group).items():
            if draw.random() < 0.5:
                options[name] = getattr(group(), name) if draw.random() < 0.2 else drawn(draw, option)
        if options.get("crop") is not None:
            options["crop"] = 16 * draw.randint(2, 32)
        made[field] = group(**options)
    return kind(**made)


def said(recipe: Kind) -> list[frozenset[str]]:
    return [getattr(recipe, name).said for name in recipe.groups()]


@pytest.mark.parametrize("kind", KINDS)
def test_text_and_back_is_exact(kind: type[Kind]) -> None:
    for seed in range(40):
        recipe = generated(kind, seed)
        again = kind.read(recipe.text())
        assert again == recipe, recipe.text()
        assert said(again) == said(recipe)
        assert again.text() == recipe.text()


def test_what_was_said_is_told_apart_from_a_default() -> None:
    recipe = FilmRecipe.of(strength=1)
    assert recipe == FilmRecipe()
    assert FilmRecipe.read(recipe.text()).dream.said == {"strength"}
    assert FilmRecipe.read(FilmRecipe().text()).dream.said == set()


def test_a_default_that_has_changed_since_stays_what_it_was() -> None:
    """A text made by a version whose default was another one gives what that version made."""
    text = FilmRecipe().text().replace('strength = "1"', 'strength = "0.7"')
    assert FilmRecipe.read(text).dream.strength == Schedule("0.7")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[dream", "can't read the recipe"),
        ("[film]\nx = 1", r"has no \[film\]; it has dream, carry"),
        ("dream = 3", r"has no \[dream\]"),
        ("[dream]\nstrenth = 1", "did you mean 'strength'"),
        ("[dream]\nstrength = 99", "--strength 99: give a number"),
        ("[dream]\nstrength = [1, 2]", "is no number"),
        ("[dream]\nstrength = {a = 1}", "is no number"),
        ("[dream]\ndefault = 3", "holds options"),
        ("[storage]\ncrf = true", "--crf True"),
        ("x = " + "[" * 5000, "can't read the recipe"),
    ],
)
def test_a_text_that_is_no_recipe_is_refused_in_a_sentence(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        FilmRecipe.read(text)


def test_an_option_stands_in_one_group_only() -> None:
    for kind in KINDS:
        names = [name for group in kind.groups().values() for name in declared(group)]
        assert len(names) == len(set(names)), kind


def test_unknown_names_are_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'zoom'"):
        DiveRecipe.of(zom=2)


def test_a_recipe_can_be_changed_in_one_place() -> None:
    recipe = FilmRecipe.of(strength=1.5)
    assert replace(recipe, carry=recipe.carry.but(carry=0.5)).dream.said == {"strength"}
