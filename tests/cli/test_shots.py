"""`mariana shots`: a list with a picture of each shot, whole or not at all, and nobody else's files touched."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mariana_video.api.making import shot_list
from mariana_video.errors import OutputError
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.stills.pictures import read_picture
from mariana_video.recipe.options import Shooting
from mariana_video.recipe.shots import read_list
from tests.api.shots import LENGTHS, RATE, cut_clip

Command = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cut_clip(tmp_path_factory.mktemp("clips") / "clip.mp4")


@pytest.fixture
def here(tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "clip.mp4").write_bytes(clip.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_list_has_every_shot_and_the_picture_in_its_middle(here: Path, mariana: Command) -> None:
    code, said = mariana("shots", "clip.mp4")
    assert (code, "shots.toml: 4 shots" in said) == (0, True)
    begins = [sum(LENGTHS[:number]) for number in range(len(LENGTHS))]
    assert [round(shot.start * RATE) for shot in read_list(here / "shots.toml").shots] == begins
    frames = [frame.rgb for frame in read(open_clip(here / "clip.mp4"))]
    for number, (begin, length) in enumerate(zip(begins, LENGTHS, strict=True), 1):
        picture, _ = read_picture(here / "shots" / f"{number:03d}.jpg")
        nearest = min(range(len(frames)), key=lambda n: float(np.abs(frames[n] - picture).mean()))
        assert nearest == begin + length // 2
    assert sorted(path.name for path in here.iterdir()) == ["clip.mp4", "shots", "shots.toml"]


def test_what_is_there_is_left_alone(here: Path, mariana: Command) -> None:
    (here / "shots").mkdir()
    (here / "shots" / "mine.txt").write_text("mine")
    assert "shots is in the way" in mariana("shots", "clip.mp4")[1]
    assert [path.name for path in (here / "shots").iterdir()] == ["mine.txt"]
    assert mariana("shots", "clip.mp4", "other.toml")[0] == 0
    edited = (here / "other.toml").read_text() + "# edited\n"
    (here / "other.toml").write_text(edited)
    assert "exists" in mariana("shots", "clip.mp4", "other.toml")[1]
    assert (here / "other.toml").read_text() == edited
    assert mariana("shots", "clip.mp4", "other.toml", "--overwrite", "--cut-threshold", "250")[0] == 0
    assert len(list((here / "other").iterdir())) == len(read_list(here / "other.toml").shots) == 1
    (here / "other" / "mine.jpg").touch()
    assert "other is in the way" in mariana("shots", "clip.mp4", "other.toml", "--overwrite")[1]
    assert "ends in .toml" in mariana("shots", "clip.mp4", "clip.mp4", "--overwrite")[1]


def test_broken_off_it_leaves_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shot_list, "write_picture", full)
    with pytest.raises(OutputError, match="the disk is full"):
        shot_list.write_list(here / "clip.mp4", here / "shots.toml", Shooting())
    assert [path.name for path in here.iterdir()] == ["clip.mp4"]


def test_the_command_tells_what_is_dreamed_anew(here: Path, mariana: Command, tiny_weights: Path) -> None:
    words = ("video", "clip.mp4", "dream.mp4", "--network", tiny_weights, "--first-steps", "1", "--shots", "shots.toml")
    mariana("shots", "clip.mp4")
    code, said = mariana(*words)
    assert code == 0
    assert re.search(r"dream\.mp4\.mariana/ keeps the shots \([\d.]+ kB\).*remove it", said)
    path = here / "shots.toml"
    path.write_text(path.read_text().replace('"shots/002.jpg"', '"shots/002.jpg"\nlook = {strength = 2}'))
    code, said = mariana(*words)
    assert code == 0
    assert "shot 2 of 4 is dreamed anew, 3 are kept" in said
    assert "continuing" not in said
    assert "exists" in mariana(*words[:-2])[1]
    assert "is finished" in mariana("finish", "dream.mp4")[1]
