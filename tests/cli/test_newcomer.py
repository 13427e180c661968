"""The first command of somebody new: a film and nothing else."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mariana_video.api.video import film_path
from mariana_video.media.read.opening import open_clip
from mariana_video.recipe.travel.looks import shipped

Mariana = Callable[..., tuple[int, str]]
SHORT = ("--duration", "0.08")  # which is no look


@pytest.fixture
def here(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a film, which one is in."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(clip, "holiday.mkv")
    return tmp_path


def test_a_film_alone_is_dreamed_under_a_name_of_its_own_and_three_looks_are_named_once(
    mariana: Mariana, here: Path
) -> None:
    code, told = mariana("video", "holiday.mkv", *SHORT)
    assert code == 0, told
    assert open_clip(here / "holiday-dream.mp4").frames == 2
    named = re.findall(r"--recipe (\w+)", told)
    assert len(set(named)) == len(named) == 3
    assert set(named) <= set(shipped())
    assert told.count("--recipe") == 3


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("said", [["--motif-size", 1], ["--carry", 0.5], ["--quiet"]])
def test_who_says_a_look_is_told_of_no_other(mariana: Mariana, said: list[str]) -> None:
    code, told = mariana("video", "holiday.mkv", "o.mp4", *SHORT, *said)
    assert code == 0, told
    assert "--recipe" not in told


@pytest.mark.usefixtures("here")
def test_a_name_of_its_own_replaces_nothing(mariana: Mariana) -> None:
    Path("holiday-dream.mp4").write_text("mine")
    code, told = mariana("video", "holiday.mkv")
    assert (code, "holiday-dream.mp4 exists" in told) == (1, True)
    assert Path("holiday-dream.mp4").read_text() == "mine"


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("films/a.b.MOV", "a.b-dream.mp4"),
        ("loop.gif", "loop-dream.gif"),
        ("Loop.WEBP", "Loop-dream.webp"),
        ("frames", "frames-dream.mp4"),
        ("frames/", "frames-dream.mp4"),
        ("/tmp/../tmp/x", "x-dream.mp4"),
    ],
)
def test_what_a_film_is_called_by_default(source: str, made: str) -> None:
    assert film_path(source, None) == made
    assert film_path(source, "o.mkv") == "o.mkv"
