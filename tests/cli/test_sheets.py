"""`mariana layers`: a list as ever, and sheets under names of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mariana_video.api.galleries import batch
from mariana_video.api.sheet import sheet_path
from mariana_video.cli.app import run
from mariana_video.media.stills.pictures import write_picture
from mariana_video.recipe.kinds import SheetRecipe
from tests.conftest import texture

Mariana = Callable[..., tuple[int, str]]
QUICK = ("--first-steps", "1", "--size", "32x24")


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_picture(tmp_path / "photo.png", texture(24, 32))
    monkeypatch.chdir(tmp_path)


def test_the_list_is_as_ever_with_the_network_said_either_way(
    tiny_weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for words in ([str(tiny_weights)], ["--network", str(tiny_weights)]):
        assert run(["layers", *words]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert said[0].splitlines()[1].split()[:2] == ["conv1_1", "8"]
    assert "conv4_3[17]" in said[0]


def test_sheets_have_names_of_their_own(mariana: Mariana, tiny_weights: Path) -> None:
    assert mariana("layers", tiny_weights, "--sheet", "photo.png", *QUICK)[0] == 0
    assert mariana("layers", tiny_weights, "--channels", "conv2_1[3] + conv1_1[0]", *QUICK)[0] == 0
    assert mariana("layers", tiny_weights, "own.jpg", "--channels", "conv2_1[3]", *QUICK)[0] == 0
    made = {"tiny-layers.png", "tiny-conv2_1-3-conv1_1-0-channels.png", "own.jpg"}
    assert {path.name for path in Path().iterdir()} == {"photo.png", *made}


def test_a_name_of_its_own_is_one_that_a_file_can_have() -> None:
    every = " + ".join(f"conv2_1[{number}]" for number in range(200))
    made = sheet_path(None, SheetRecipe.of(network="mariana", channels=every))
    assert str(made).startswith("mariana-conv2_1-0-conv2_1-1-")
    assert len(str(made)) < 100


def test_ctrl_c_says_how_far_it_is_and_the_same_command_goes_on(
    mariana: Mariana, tiny_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("layers", tiny_weights, "--sheet", "photo.png", *QUICK)
    dreamed = batch.dream_picture

    def stop(*values: Any) -> object:
        if len(list(Path().rglob("frames/*.png"))) == 3:
            raise KeyboardInterrupt
        return dreamed(*values)

    with monkeypatch.context() as patched:
        patched.setattr(batch, "dream_picture", stop)
        code, told = mariana(*words)
    assert (code, "stopped; 3 of 4 pictures are done, and the same command continues" in told) == (130, True), told
    code, told = mariana(*words)
    assert (code, "continuing: 3 of 4 pictures are done" in told) == (0, True), told


REFUSED: list[tuple[list[str], str]] = [
    (["out.png"], "out.png is not written: give --sheet SOURCE"),
    (["--strength", "2"], "--strength 2 does nothing where layers are only listed"),
    (["--network", "vgg16"], "--network vgg16: give one of them"),
    (["--sheet", "photo.png", "--layers", "conv1_1"], "--layers conv1_1 does nothing on a sheet"),
    (["--sheet", "photo.png", "--columns", "0"], "--columns 0"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_does_nothing_is_refused_in_one_line(
    mariana: Mariana, tiny_weights: Path, words: list[str], said: str
) -> None:
    code, told = mariana("layers", tiny_weights, *words)
    assert (code, said in told, len(told.strip().splitlines())) == (2, True, 1), told
    assert [path.name for path in Path().iterdir()] == ["photo.png"]
