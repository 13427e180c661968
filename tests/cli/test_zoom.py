"""`mariana zoom` and `mariana progress` as a person meets them: every kind of OUTPUT, and refusals in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.stills.pictures import read_picture, write_picture
from tests.conftest import texture

Mariana = Callable[..., tuple[int, str]]
SIZE = (64, 48)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "picture.png"
    write_picture(path, texture(48, 64))
    return path


def shown(path: Path) -> list[np.ndarray]:
    return [frame.rgb for frame in read(open_clip(path))]


def ends(path: Path) -> list[float]:
    """When each picture of a film begins, and when the last one ends, in seconds."""
    clip = open_clip(path)
    return [*(float(frame.pts) for frame in read(clip)), float(clip.end or 0)]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("a.mp4", 0.03),
        ("a.gif", 0.06),
        pytest.param("a.mkv", 0.03, marks=pytest.mark.long),
        pytest.param("a.webp", 0.05, marks=pytest.mark.long),
    ],
)
def test_a_dive_shows_its_source_first_and_lasts_as_long_as_asked(
    mariana: Mariana, picture: Path, tiny_weights: Path, tmp_path: Path, name: str, near: float
) -> None:
    out = tmp_path / name
    code, told = mariana("zoom", picture, out, "--network", tiny_weights, "--duration", 1, "--rate", 10)
    assert code == 0, told
    assert "10 frames of 64x48" in told
    made = shown(out)
    assert ends(out)[-1] == pytest.approx(1, abs=0.02)
    assert np.abs(made[0] - read_picture(picture)[0]).mean() < near
    assert np.abs(made[-1] - made[0]).mean() > near
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "in"])


def test_a_dive_as_a_folder_of_pictures(mariana: Mariana, picture: Path, tiny_weights: Path, tmp_path: Path) -> None:
    wanted = ("--network", tiny_weights, "--duration", 0.5, "--rate", 10, "--size", "32x")
    assert mariana("zoom", picture, f"{tmp_path}/out/", *wanted)[0] == 0
    files = sorted((tmp_path / "out").glob("*.png"))
    assert len(files) == 5
    assert read_picture(files[0])[0].shape == (24, 32, 3)


def test_a_dive_from_noise_and_from_a_film_with_sound_under_it(
    mariana: Mariana, clip: Path, tiny_weights: Path, tmp_path: Path
) -> None:
    wanted = ("--network", tiny_weights, "--duration", 0.4, "--rate", 10)
    assert mariana("zoom", "noise", tmp_path / "noise.mp4", "--size", "48x32", *wanted)[0] == 0
    assert shown(tmp_path / "noise.mp4")[0].std() > 0.1
    code, told = mariana("zoom", clip, tmp_path / "film.mp4", "--at", 0.1, "--sound", clip, *wanted)
    assert code == 0, told
    assert len(open_clip(tmp_path / "film.mp4").sounds) == 1
    assert len(shown(tmp_path / "film.mp4")) == 4


def test_a_loop_and_its_options(mariana: Mariana, picture: Path, tiny_weights: Path, tmp_path: Path) -> None:
    wanted = ("--loop", "source", "--zoom", 3, "--duration", 1, "--rate", 10, "--rotate", "0:(10), 1s:(10)")
    code, told = mariana(
        "zoom", picture, tmp_path / "a.webp", "--network", tiny_weights, *wanted, "--channel-cycle", 0.5
    )
    assert code == 0, told
    assert len(shown(tmp_path / "a.webp")) == 10


REFUSED: list[tuple[int, str, list[str]]] = [
    (2, "--loop goes in ×1", ["--loop", "source", "--zoom", "1.05"]),
    (2, "--loop needs --zoom to end", ["--loop", "source", "--zoom", "0:(2), 8s:(3)"]),
    (2, "character 9", ["--zoom", "0:(1.2), sixty:(2)"]),
    (2, "--zoom 0", ["--zoom", "0"]),
    (2, "--zoom nan at frame", ["--zoom", "sqrt(2.5 - t)"]),
    (2, "--centre-x 2", ["--centre-x", "2"]),
    (2, "--duration 0", ["--duration", "0"]),
    (2, "is a picture", ["--at", "1"]),
    (2, "loop", ["--loop", "twice"]),
    (2, "does not exist", ["--sound", "none.mp3"]),
]


@pytest.mark.parametrize(
    ("code", "said", "words"), REFUSED, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_a_dive_that_can_not_be_made_is_refused_in_one_line(
    mariana: Mariana, picture: Path, tiny_weights: Path, tmp_path: Path, code: int, said: str, words: list[str]
) -> None:
    found, told = mariana("zoom", picture, tmp_path / "out.mp4", "--network", tiny_weights, *words, "--quiet")
    assert found == code, told
    assert said in told
    assert len(told.strip().splitlines()) == 1
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize("command", ["zoom", "progress"])
def test_outputs_are_checked_before_the_work(mariana: Mariana, picture: Path, tmp_path: Path, command: str) -> None:
    code, told = mariana(command, picture, tmp_path / "a.xyz")
    assert code == 2
    assert ".gif, .webp" in told
    (tmp_path / "there.mp4").write_bytes(b"kept")
    code, told = mariana(command, picture, tmp_path / "there.mp4")
    assert code == 1
    assert "--overwrite" in told
    assert (tmp_path / "there.mp4").read_bytes() == b"kept"
    assert mariana(command, tmp_path / "none.png", tmp_path / "b.mp4")[0] == 1


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.mp4"])
def test_a_progression_ends_on_its_dream_and_stays_there(
    mariana: Mariana, picture: Path, tiny_weights: Path, tmp_path: Path, name: str
) -> None:
    wanted = ("--network", tiny_weights, "--steps", 3, "--octaves", 2, "--rate", 10, "--hold", 1, "--frames", 5)
    code, told = mariana("progress", picture, tmp_path / name, *wanted)
    assert code == 0, told
    made, times = shown(tmp_path / name), ends(tmp_path / name)
    assert len(made) == (15 if name == "a.mp4" else 5)  # a film's players would pass over one picture's length
    assert times[:5] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4], abs=0.011)
    assert times[-1] == pytest.approx(1.5, abs=0.02)
    assert np.abs(made[0] - read_picture(picture)[0]).mean() < 0.06
    steps = [np.abs(picture - made[0]).mean() for picture in made[:5]]
    assert steps == sorted(steps)
    assert all(np.abs(picture - made[4]).mean() < 0.01 for picture in made[5:])


def test_a_contact_sheet_and_a_folder(mariana: Mariana, picture: Path, tiny_weights: Path, tmp_path: Path) -> None:
    wanted = ("--network", tiny_weights, "--steps", 3, "--octaves", 2)
    assert mariana("progress", picture, tmp_path / "sheet.png", *wanted)[0] == 0
    sheet = read_picture(tmp_path / "sheet.png")[0]
    assert sheet.shape[1] > 4 * 64  # seven pictures, four in a row
    assert mariana("progress", picture, f"{tmp_path}/steps/", *wanted, "--every", 2, "--label")[0] == 0
    assert len(list((tmp_path / "steps").glob("*.png"))) == 4


def test_a_comparison_with_a_plot(mariana: Mariana, picture: Path, tiny_weights: Path, tmp_path: Path) -> None:
    wanted = ("--network", tiny_weights, "--steps", 2, "--columns", "step-size=0.01,0.05", "--step-rule", "tutorial")
    rows = ("--rows", "layers=all,conv2_1", "--plot", tmp_path / "plot.csv")
    code, told = mariana("progress", picture, tmp_path / "grid.png", *wanted, *rows)
    assert code == 0, told
    lines = (tmp_path / "plot.csv").read_text().splitlines()
    assert len(lines) == 1 + 4 * 3
    assert "layers: all · step-size: 0.01" in lines[1]
    assert mariana("progress", picture, tmp_path / "grid.gif", *wanted, "--frames", 3)[0] == 0
    assert shown(tmp_path / "grid.gif")[0].shape[1] > 2 * 64


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("give one of them", ["--every", "2", "--frames", "5"]),
        ("write an option and its values", ["--columns", "sizes"]),
        ("these endings work", ["--plot", "plot.txt"]),
        ("--steps", ["--steps", "-1"]),
    ],
)
def test_a_progression_that_can_not_be_made_is_refused_in_one_line(
    mariana: Mariana, picture: Path, tiny_weights: Path, tmp_path: Path, said: str, words: list[str]
) -> None:
    code, told = mariana("progress", picture, tmp_path / "out.gif", "--network", tiny_weights, *words, "--quiet")
    assert code == 2, told
    assert said in told
    assert len(told.strip().splitlines()) == 1
