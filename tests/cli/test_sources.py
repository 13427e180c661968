"""Pictures that are made up, as a source: `noise` and `grey` in place of a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mariana_video.api.making.work import Watch
from mariana_video.dream.plain.made_up import MadeUp
from mariana_video.media.stills.pictures import read_picture, write_picture
from tests.conftest import texture

Mariana = Callable[..., tuple[int, str]]
ENDINGS = {"image": "png", "progress": "gif", "zoom": "mp4"}
QUICK = {"image": ("--first-steps", "2"), "progress": ("--steps", "2"), "zoom": ("--duration", "0.2", "--rate", "10")}


@pytest.fixture
def dream(
    mariana: Mariana, tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str]]:
    """A command on a source, in a folder of its own; gives its exit code and what it said."""
    monkeypatch.chdir(tmp_path)

    def call(command: str, source: str, output: str, *words: str) -> tuple[int, str]:
        wanted = ("--network", tiny_weights, "--size", "48x32", *QUICK[command])
        return mariana(command, source, output, *wanted, *words)

    return call


@pytest.mark.parametrize("word", [str(word) for word in MadeUp])
@pytest.mark.parametrize("command", list(ENDINGS))
def test_each_command_takes_each_word_and_no_time_of_it(dream: Mariana, command: str, word: str) -> None:
    output = f"out.{ENDINGS[command]}"
    code, told = dream(command, word, output, "--at", "1")
    assert (code, told.strip()) == (
        2,
        f"mariana: --at 1 takes a frame of a video, and {word} is none; leave out --at",
    )
    code, told = dream(command, word, output)
    assert (code, Path(output).is_file()) == (0, True), told


def test_a_file_of_that_name_is_meant_by_its_path(dream: Mariana) -> None:
    write_picture("a.png", texture(32, 48))
    Path("a.png").rename("noise")
    assert dream("image", "noise", "word.png", "--strength", "0")[0] == 0
    assert dream("image", "./noise", "file.png", "--strength", "0")[0] == 0
    assert np.allclose(read_picture("word.png")[0], MadeUp.NOISE.picture((48, 32), 0), atol=1 / 255)
    assert np.allclose(read_picture("file.png")[0], texture(32, 48), atol=1 / 255)


@pytest.mark.parametrize("command", ["image", "progress"])
def test_it_is_dreamed_on_where_there_is_nothing_to_see(dream: Mariana, command: str) -> None:
    write_picture("even.png", MadeUp.GREY.picture((48, 32), 0))
    ending = "/" if command == "progress" else ".png"
    assert dream(command, "grey", f"word{ending}")[0] == 0
    assert dream(command, "even.png", f"file{ending}")[0] == 0
    word, file = (max(Path(name).glob("*.png")) if ending == "/" else Path(f"{name}.png") for name in ("word", "file"))
    far, near = (float(np.abs(read_picture(made)[0] - 0.5).mean()) for made in (word, file))
    assert far > 1.5 * near


def test_a_seed_draws_the_picture_where_its_dream_draws_nothing(dream: Mariana) -> None:
    write_picture("a.png", texture(32, 48))
    assert dream("image", "noise", "0.png", "--jitter", "0")[0] == 0
    assert dream("image", "noise", "1.png", "--jitter", "0", "--seed", "1")[0] == 0
    assert not np.array_equal(read_picture("0.png")[0], read_picture("1.png")[0])
    code, told = dream("image", "a.png", "2.png", "--jitter", "0", "--seed", "1")
    assert (code, "--seed 1 does nothing" in told) == (2, True), told


@pytest.mark.parametrize("command", ["progress", "zoom"])
def test_a_job_goes_on_from_the_same_word_only(dream: Mariana, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    output = f"out.{ENDINGS[command]}"

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Watch, "made", stop)
        assert dream(command, "noise", output)[0] == 130
    code, told = dream(command, "grey", output)
    assert (code, "was begun from noise, not from grey" in told) == (2, True), told
    write_picture("a.png", texture(32, 48))
    assert dream(command, "a.png", output)[0] == 2
    assert dream(command, "noise", output)[0] == 0
