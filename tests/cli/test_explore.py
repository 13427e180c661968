"""`mariana explore`: looks in a folder, and a film of a blend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mariana_video.api.galleries import batch
from mariana_video.media.stills.pictures import write_picture
from tests.conftest import texture

Mariana = Callable[..., tuple[int, str]]
QUICK = ("--first-steps", "1", "--size", "32x24", "--precision", "fp32")


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_picture(tmp_path / "photo.png", texture(24, 32))
    monkeypatch.chdir(tmp_path)


def test_ctrl_c_says_how_far_it_is_and_the_same_command_goes_on(
    mariana: Mariana, tiny_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("explore", "photo.png", "looks", "--count", "3", "--network", tiny_weights, *QUICK)
    dreamed, made = batch.dream_picture, []

    def stop(*args: Any) -> Any:
        made.append(1)
        if len(made) == 2:
            raise KeyboardInterrupt
        return dreamed(*args)

    with monkeypatch.context() as patched:
        patched.setattr(batch, "dream_picture", stop)
        code, told = mariana(*words)
    assert code == 130
    assert "stopped; 1 of 3 pictures are done, and the same command continues" in told
    code, told = mariana(*words)
    assert code == 0
    assert "continuing: 1 of 3 pictures are done" in told
    assert {path.name for path in Path("looks").glob("*.png")} == {"0001.png", "0002.png", "0003.png", "sheet.png"}


def test_a_look_is_explored_around_by_the_word_of_other_commands_too(mariana: Mariana, tiny_weights: Path) -> None:
    mine = ("--network", tiny_weights, *QUICK)
    assert mariana("image", "photo.png", "a.png", *mine)[0] == 0
    for option, folder in (("--like", "one"), ("--recipe", "other")):
        assert mariana("explore", "photo.png", folder, option, "a.png", "--count", "2", *mine)[0] == 0
    one, other = (sorted(path.read_bytes() for path in Path(folder).glob("0*.png")) for folder in ("one", "other"))
    assert one == other


def test_a_blend_takes_two_looks_and_makes_a_film(mariana: Mariana, tiny_weights: Path) -> None:
    mine = ("--network", tiny_weights)
    assert mariana("explore", "photo.png", "looks", "--count", "2", *mine, *QUICK)[0] == 0
    looks = ("looks/0001.png", "looks/0002.png")
    assert mariana("explore", "photo.png", "way", "--blend", *looks, "--count", "3", *mine, *QUICK[2:])[0] == 0
    code, told = mariana("explore", "photo.png", "walk.gif", "--blend", *looks, "--duration", "0.12", *mine, *QUICK[2:])
    assert (code, Path("walk.gif").is_file()) == (0, True), told
    code, told = mariana("explore", "photo.png", "way", "--blend", looks[0])
    assert code == 2
    assert "--blend" in told
