"""Looks: texts for every kind of work, with names that win, and nothing in them that a recipe may not have."""

from __future__ import annotations

from pathlib import Path

import pytest

from mariana_video.errors import UsageError
from mariana_video.recipe.kind import Kind
from mariana_video.recipe.kinds import DiveRecipe, FilmRecipe, PictureRecipe, ProgressionRecipe, SheetRecipe
from mariana_video.recipe.travel.looks import Look, shipped, shipped_text
from mariana_video.recipe.travel.reading import read_travelled
from mariana_video.recipe.travel.taken import taken
from mariana_video.recipe.values.file import RecipeFile

TEXT = """
[look]
about = "All that a look may have."

[dream]
strength = 1.5
steps = 2
first_steps = 12
layers = "conv3_3"

[carry]
carry = 0.5

[camera]
rotate = 9

[dive]
grain = 0.25
"""
KINDS: list[type[Kind]] = [FilmRecipe, PictureRecipe, DiveRecipe, ProgressionRecipe, SheetRecipe]


def gone_by(kind: type[Kind], **said: object) -> dict[str, str]:
    """What of TEXT holds for a kind of work, as texts."""
    found = taken(kind.of(**said), read_travelled(TEXT, kind), "")
    options = ("strength", "steps", "first_steps", "layers", "carry", "rotate", "grain")
    groups = [getattr(found, name) for name in kind.groups()]
    return {name: str(getattr(group, name)) for name in options for group in groups if hasattr(group, name)}


def test_a_look_is_for_every_kind_of_work() -> None:
    dream = {"strength": "1.5", "steps": "2", "first_steps": "12", "layers": "conv3_3"}
    assert gone_by(FilmRecipe) == {**dream, "carry": "0.5"}
    assert gone_by(PictureRecipe) == gone_by(SheetRecipe) == dream
    assert gone_by(DiveRecipe) == {**dream, "rotate": "9", "grain": "0.25"}
    assert gone_by(ProgressionRecipe) == {**dream, "steps": "12", "first_steps": "None"}


def test_what_is_said_wins_over_a_look() -> None:
    assert gone_by(FilmRecipe, strength=0.5, carry=1)["strength"] == "0.5"
    assert gone_by(FilmRecipe, strength=0.5, carry=1)["carry"] == "1"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("carry = 0.5", "carry = 7", "carry"),
        ("rotate = 9", 'rotate = "open(1)"', "rotate"),
        ("grain = 0.25", 'sound = "x.wav"', "sound"),
        ("steps = 2", 'guide = "x.png"', "names a file"),
        ('layers = "conv3_3"', 'network = "/etc/passwd"', "may name no file"),
        ("[dive]", "[storage]", "no [storage] stands in a look"),
        ("about =", "run =", "holds nothing but about"),
        ('"All that a look may have."', "7", "holds nothing but about"),
        ("[carry]", "[mariana]", "no [mariana] stands in a look"),
    ],
)
def test_a_look_is_checked_whole_whatever_it_is_for(kind: type[Kind], old: str, new: str, told: str) -> None:
    """Also those of its tables that this kind of work has no use for."""
    with pytest.raises(UsageError) as refused:
        read_travelled(TEXT.replace(old, new, 1), kind)
    assert told in str(refused.value)


def test_the_name_of_a_look_wins_over_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("slugs").mkdir()
    assert shipped_text(Path("slugs")) == shipped()["slugs"].text
    assert shipped_text(Path("slugs/x")) is shipped_text(tmp_path / "slugs") is shipped_text(Path("slugs.toml")) is None
    Path("slug").touch()
    assert shipped_text(Path("slug")) is None
    Path("slug").unlink()
    with pytest.raises(UsageError, match=r"slug is no look that ships .*, and no file: did you mean 'slugs'"):
        shipped_text(Path("slug"))
    with pytest.raises(UsageError, match="aaa is no look that ships"):
        shipped_text(Path("a" * 5000))


@pytest.mark.parametrize("said", ["./slugs", "slugs/", ".//slugs"])
def test_what_has_a_separator_is_a_file(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert RecipeFile.of(said) == tmp_path / "slugs"
    assert RecipeFile.of("slugs") == Path("slugs")
    assert RecipeFile.of("in/slugs") == Path("in/slugs")


@pytest.mark.parametrize("said", ["", " ", None, 3])
def test_nothing_is_no_recipe(said: object) -> None:
    """In a script whose variable is not set it would be the folder that one is in."""
    with pytest.raises(UsageError, match="names no recipe; give a look's name"):
        RecipeFile.of(said)


def test_what_is_misspelt_is_told_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match=r"no strenght travels in .dream.; did you mean strength"):
        read_travelled(TEXT.replace("strength", "strenght"), FilmRecipe)
    with pytest.raises(UsageError, match=r"dream = 3: .dream. is a table of options"):
        read_travelled("dream = 3", FilmRecipe)


@pytest.mark.parametrize("look", shipped().values(), ids=shipped())
def test_shipped_looks_are_whole(look: Look) -> None:
    """Each has a name in one word, a sentence, and says something of the dream; every kind of work takes it."""
    assert look.name.isalpha()
    assert look.name.islower()
    assert len(look.about) < 100
    assert look.about.endswith(".")
    assert "[dream]" in look.text
    for kind in KINDS:
        read_travelled(look.text, kind)
