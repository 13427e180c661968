"""A recipe gone by elsewhere: the look goes over to any source and kind of work, and what is said wins."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mariana_video
from mariana_video.api.making.work import Work
from mariana_video.errors import UsageError
from mariana_video.media.stills.pictures import read_picture, write_picture
from tests.api import works
from tests.api.works import QUICK
from tests.conftest import make_clip, texture, write_tiny


@pytest.fixture
def looked(desk: Path) -> Path:
    """The desk with a film, a picture and a second source."""
    works.film("look.mkv", strength=1.5, steps=2, carry=0.6, seed=5, start=0.04, duration=0.16).run()
    make_clip(desk / "other.mkv", frames=6, size=(80, 48))
    return desk


def by(recipe: str, output: str = "o.mp4", source: str = "other.mkv", **more: Any) -> Work[Path]:
    return mariana_video.video(source, output, recipe, **{"network": QUICK["network"], **more})


@pytest.mark.usefixtures("looked")
def test_on_another_source_only_the_look_holds() -> None:
    work = by("look.mkv", motif_size=1)
    assert (work.total, work.size) == (6, (80, 48))
    work.run()
    made = mariana_video.read_recipe("o.mp4")
    assert isinstance(made, mariana_video.FilmRecipe)
    assert (str(made.dream.strength), str(made.carry.carry), made.dream.seed) == ("1.5", "0.6", 5)
    assert (made.span.start, made.span.duration, made.span.size) == (None, None, None)


@pytest.mark.usefixtures("looked")
def test_on_its_own_source_part_and_size_hold_too_and_are_told() -> None:
    work = by("look.mkv", source="clip.mkv")
    assert (work.total, work.size) == (4, (48, 36))
    assert any("of this very source" in note and "--start 0.04, " in note for note in work.notes)
    whole = by("look.mkv", source="clip.mkv", start=0, duration="100%", size="64x48")
    assert (whole.total, whole.size) == (8, (64, 48))


@pytest.mark.usefixtures("looked")
def test_a_source_is_known_by_what_it_holds() -> None:
    shutil.copy("clip.mkv", "elsewhere.mkv")
    assert by("look.mkv", source="elsewhere.mkv").total == 4
    changed = bytearray(Path("clip.mkv").read_bytes())
    changed[len(changed) // 2] ^= 1
    Path("elsewhere.mkv").write_bytes(changed)
    assert by("look.mkv", source="elsewhere.mkv").total == 8


@pytest.mark.usefixtures("looked")
def test_what_is_said_wins() -> None:
    by("look.mkv", strength=0.5, carry=0.9, motif_size=1).run()
    made = mariana_video.read_recipe("o.mp4")
    assert isinstance(made, mariana_video.FilmRecipe)
    assert (str(made.dream.strength), str(made.carry.carry), made.dream.seed) == ("0.5", "0.9", 5)


@pytest.mark.usefixtures("looked")
def test_a_films_look_on_every_other_kind_of_work_and_back() -> None:
    network = {"network": QUICK["network"], "precision": "fp32", "motif_size": 1}
    mariana_video.image("photo.png", "a.png", "look.mkv", size="48x36", **network).run()
    mariana_video.image("photo.png", "b.png", size="48x36", strength=1.5, seed=5, first_steps=1, **network).run()
    assert np.array_equal(read_picture("a.png")[0], read_picture("b.png")[0])
    mariana_video.zoom("photo.png", "a.gif", "look.mkv", size="48x36", duration=0.2, rate=10, **network).run()
    dive = mariana_video.read_recipe("a.gif")
    assert isinstance(dive, mariana_video.DiveRecipe)
    assert (dive.dream.seed, str(dive.dive.size)) == (5, "48x36")
    write_picture("high.png", texture(64, 32))
    other = mariana_video.zoom("high.png", "b.gif", "a.gif", network=QUICK["network"])
    assert (other.total, other.size) == (2, (32, 64))  # a dive's length is its own, its size the source's
    mariana_video.progress("photo.png", "steps.png", "look.mkv", steps=3, **network).run()
    shown = mariana_video.read_recipe("steps.png")
    assert isinstance(shown, mariana_video.ProgressionRecipe)
    assert (str(shown.ascent.strength), str(shown.ascent.steps)) == ("1.5", "3")
    by("steps.png", motif_size=1).run()  # a progression's steps are a picture's, not those of each frame
    made = mariana_video.read_recipe("o.mp4")
    assert isinstance(made, mariana_video.FilmRecipe)
    assert (str(made.dream.first_steps), str(made.dream.steps), str(made.dream.strength)) == ("3", "1", "1.5")


def test_a_file_that_it_was_made_with_must_be_given_again(desk: Path) -> None:
    write_picture("guide.png", texture(48, 48, 3))
    write_picture("mask.png", texture(48, 48, 4))
    works.film("look.mkv", guide="guide.png", mask="mask.png").run()
    write_picture("other.png", texture(48, 48, 5))
    make_clip(desk / "other.mkv", frames=6)
    given = {"guide": "guide.png", "mask": "mask.png"}
    with pytest.raises(
        UsageError, match=r"--recipe look\.mkv: it was made with --guide \(a file; .*give --guide FILE$"
    ):
        by("look.mkv")
    with pytest.raises(UsageError, match="made with --mask"):
        by("look.mkv", source="clip.mkv", guide="guide.png")
    assert not [note for note in by("look.mkv", source="clip.mkv", **given).notes if "another file" in note]
    assert [note for note in by("look.mkv", guide="other.png").notes if "another file for --guide" in note]
    by("look.mkv", layers="conv2_2")  # which goes by no guide; and a mask is of its own source alone


@pytest.mark.usefixtures("looked")
def test_networks_that_are_not_here_are_told() -> None:
    with pytest.raises(UsageError, match=r"with the network own \(a file; .*: give --network own=FILE$"):
        mariana_video.video("other.mkv", "o.mp4", "look.mkv")
    for precision in ("fp32", "bf16"):  # which holds fewer digits of the same weights
        assert not [note for note in by("look.mkv", precision=precision).notes if "other weights" in note]
    other = write_tiny(Path("tiny.safetensors"), seed=3, known=True)
    assert [note for note in by("look.mkv", network=other).notes if "other weights of the network own" in note]


@pytest.mark.usefixtures("looked")
def test_a_recipe_of_before_files_were_called_own_is_gone_by() -> None:
    """Then a network was called as its file, also by the terms."""
    text = mariana_video.recipe_text("look.mkv").replace("own", "tiny")
    text = text.replace("[dream]\n", '[dream]\nlayers = "conv1_2 + tiny:conv2_2"\n')
    Path("old.toml").write_text(text)
    with pytest.raises(UsageError, match=r"with the network tiny \(a file; .*: give --network tiny=FILE$"):
        mariana_video.video("other.mkv", "o.mp4", "old.toml")
    work = by("old.toml", network=f"tiny={QUICK['network']}")
    assert "tiny dreams conv1_2 + tiny:conv2_2" in work.notes[0]
    assert not [note for note in work.notes if "other weights" in note]


@pytest.mark.usefixtures("looked")
def test_a_newer_versions_recipe_is_told_and_what_is_unknown_refused() -> None:
    text = mariana_video.recipe_text("look.mkv").replace('version = "', 'version = "9')
    Path("newer.toml").write_text(text)
    assert [note for note in by("newer.toml").notes if "was made by mariana 9" in note and "and this is" in note]
    Path("newer.toml").write_text(text.replace("[dream]", "[dream]\nsparkle = 1"))
    with pytest.raises(UsageError, match=r"newer\.toml: made by mariana 9.*no sparkle travels"):
        by("newer.toml")
    assert "sparkle" in mariana_video.recipe_text("newer.toml")


@pytest.mark.usefixtures("looked")
def test_a_job_by_a_recipe_goes_on_as_one_whose_options_were_said() -> None:
    work = by("look.mkv", motif_size=1)

    def stop(_made: object) -> None:
        if work.done == 2:
            work.cancel()

    with pytest.raises(mariana_video.Cancelled):
        work.run(stop)
    said: dict[str, Any] = {"strength": 1.5, "steps": 2, "carry": 0.6, "seed": 5, "first_steps": 1}
    again = mariana_video.video("other.mkv", "o.mp4", network=QUICK["network"], precision="fp32", motif_size=1, **said)
    assert again.done == 2
    again.run()
