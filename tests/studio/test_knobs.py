"""Knobs are the recipe's declarations, and what they come to is what the command line says."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from mariana_video.api.foreseen.recipes import going_by
from mariana_video.cli.app import app
from mariana_video.errors import UsageError
from mariana_video.recipe.kinds import FilmRecipe
from mariana_video.recipe.reading import declared, helps
from mariana_video.recipe.shots import read_list
from mariana_video.recipe.travel.fields import FILES
from mariana_video.recipe.travel.looks import shipped
from mariana_video.recipe.travel.text import Origin, travelling_text
from mariana_video.studio.asked import (
    defaults,
    look_tables,
    look_text,
    options_of,
    shot_list,
    shown,
    tables_of,
    turned,
    words,
)
from mariana_video.studio.knobs import ALL, EIGHT, Knob
from mariana_video.studio.samples import look_picture


def test_there_are_eight_to_begin_with() -> None:
    assert len(EIGHT) == 8


@pytest.mark.parametrize("one", ALL.values(), ids=lambda one: one.name)
def test_a_knob_is_its_declaration(one: Knob) -> None:
    option, home = declared(one.home)[one.name], dict(helps(one.home))  # type: ignore[arg-type]  # any group
    assert home[one.name] in one.help
    assert one.name not in FILES
    if one.shape == "slider":
        assert option.bounds is not None
        assert (one.low, one.high) == (option.bounds.low, option.bounds.high)
        assert one.low <= float(one.default) <= one.high
    if one.default != "":
        option.read(one.default if one.shape != "choice" else str(one.default))


@pytest.mark.parametrize("name", shipped())
def test_a_look_that_nobody_turns_stays_itself(name: str) -> None:
    tables = look_tables(name)
    assert turned(shown(tables), shown(tables)) == {}
    assert tables_of(look_text(tables, shown(tables))) == tables


def test_every_look_is_seen_and_all_together_are_small() -> None:
    pictures = [look_picture(name) for name in ("usual", *shipped())]
    assert None not in pictures
    assert sum(one.stat().st_size for one in pictures if one is not None) < 400_000
    assert look_picture("../page/style") is None


def asked_by(line: str) -> FilmRecipe:
    """What a command line asks for, with the look that it goes by."""
    _, bound, _ = app.parse_args(shlex.split(line)[1:], exit_on_error=False, print_error=False)
    recipe: FilmRecipe = bound.arguments.get("recipe", FilmRecipe())
    return going_by(recipe, recipe.travelling.recipe, Path("film.mp4"))


@pytest.mark.parametrize(
    "turns",
    [{}, {"strength": 1.7, "duration": "2", "size": "320x"}, {"layers": "-conv3_3 + 2*conv4_1", "network": "mariana"},
     {"motif_size": 0.5, "carry": 0.95, "symmetry": "6", "colour": "source"}, {"sound": False, "crf": "28"},
     {"strength": "0:(0.2), 2s:(1.5)", "seed": "7", "flow": "none", "mix": 0.5}],
)  # fmt: skip
@pytest.mark.parametrize("look", ["usual", "slugs"])
def test_the_command_line_does_the_same(tmp_path: Path, look: str, turns: dict[str, Any]) -> None:
    tables = look_tables(look)
    values = {**defaults(), **shown(tables), **turns}
    options = options_of("video", values)
    others = {name: value for name, value in turned(values, shown(tables)).items() if name not in options}
    said = asked_by(words("video", "film.mp4", "film-dream.mp4", look, others, options))
    text = tmp_path / "look.toml"
    text.write_text(look_text(tables, values), encoding="utf-8")
    made = FilmRecipe.of(recipe=text, **options)
    assert said.dreamt == going_by(made, made.travelling.recipe, Path("film.mp4")).dreamt
    assert said.storage == made.storage


@pytest.mark.parametrize(
    "value",
    [{"network": "/etc/passwd"}, {"network": "a=/x.safetensors"}, {"network": "vgg16@/x"}, {"network": "../../x"},
     {"strength": 11}, {"strength": "__import__('os')"}, {"layers": "conv4_3\n[storage]\noverwrite = true"},
     {"zoom": "0:(1"}, {"seed": "-1"}, {"flow": "magic"}, {"symmetry": "open('/etc/passwd')"}],
)  # fmt: skip
def test_what_no_recipe_may_say_no_knob_can(value: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        look_text({}, {**defaults(), **value})


@pytest.mark.parametrize("name", ["mask", "overwrite", "preview", "device", "recipe", "sound_", "output"])
def test_what_is_no_knob_is_not_heard(name: str) -> None:
    assert name not in options_of("video", {**defaults(), name: "/etc/passwd"})
    assert "passwd" not in look_text({}, {**defaults(), name: "/etc/passwd"})


def test_a_work_is_asked_for_what_is_its_own() -> None:
    values = {**defaults(), "strength": 2.0, "duration": "2", "every": "3", "sound": False}
    assert options_of("video", values) == {"duration": "2", "sound": False}
    assert options_of("image", values) == {}
    assert options_of("zoom", values) == {"duration": "2"}
    assert options_of("progress", values) == {"every": "3"}
    assert "passwd" not in str(options_of("zoom", {**values, "sound": "/etc/passwd"}))  # a dive's sound is a file


@pytest.mark.parametrize(
    "text",
    ["[dream]\nmask = '/etc/passwd'", "[where]\nmask = '/etc/passwd'", "[dream]\nnetwork = '/tmp/x.pth'",
     "[storage]\ncrf = 3", "[look]\nabout = 3", "strength = 2", "\0", "[dream]\nguide = 'x'"],
)  # fmt: skip
def test_a_strangers_recipe_names_no_file(text: str) -> None:
    with pytest.raises(UsageError):
        tables_of(text)


def test_a_results_recipe_is_a_look() -> None:
    text = travelling_text("video", FilmRecipe.of(strength=1.5, carry=0.9, start=2, size="320x"), Origin("0.1.0"))
    assert tables_of(text) == {"dream": {"strength": "1.5"}, "carry": {"carry": "0.9"}}


def test_each_shot_says_its_whole_look(tmp_path: Path) -> None:
    path = tmp_path / "shots.toml"
    path.write_text(shot_list(["0:00", "0:01.5", "0:02"], [look_tables("abyss"), None, {}]), encoding="utf-8")
    first, second, third = read_list(path).shots
    assert str(first.look["network"]) == "vgg16"
    assert (first.dreamed, second.dreamed, third.dreamed) == (True, False, True)
    assert third.look == {}
