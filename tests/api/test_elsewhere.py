"""Shots made one by one, in any order and in processes of their own, are the film made in one go, byte for byte."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mariana_video.api.elsewhere import hand_in, make_shot
from mariana_video.errors import MarianaError
from tests.api.shots import content, cut_clip, listed, made

ROOT = Path(__file__).parents[2]
LENGTHS = (11, 2, 1, 2)
CODE = """
import json, sys
import torch
from mariana_video.api.elsewhere import make_shot

torch.set_num_threads(1)
clip, options, wanted = json.loads(sys.argv[1])
for output, shot, into, more in wanted:
    make_shot(clip, output, shot, into, **{**options, **more}).run()
"""
FLASHING = {"mix": "0.5+0.5*cos(3.14159265*t)", "strength": 10, "step_size": 3, "first_steps": 5, "steps": 0}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first shot is long enough to flash too often."""
    return cut_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", LENGTHS)


@pytest.fixture
def options(tiny_weights: Path) -> dict[str, Any]:
    return {"network": str(tiny_weights), "first_steps": 2, "motif_size": 1, "device": "cpu"}


def elsewhere(clip: Path, options: dict[str, Any], wanted: list[tuple[str, int, str, dict[str, Any]]]) -> None:
    words = [sys.executable, "-c", CODE, json.dumps([str(clip), options, wanted])]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True, timeout=120)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("film.mp4", {**FLASHING, "shots": "shots.toml"}),
        pytest.param("film.mp4", FLASHING, marks=pytest.mark.long),
        pytest.param("film.gif", {}, marks=pytest.mark.long),
        pytest.param("film/", {"shots": "shots.toml"}, marks=pytest.mark.long),
        pytest.param("film/", {}, marks=pytest.mark.long),
    ],
)
def test_made_elsewhere_it_is_the_film_made_in_one_go(
    tmp_path: Path, clip: Path, options: dict[str, Any], name: str, more: dict[str, Any]
) -> None:
    """With sound, with flashes held back, by a list with a look, as an animation and as a folder."""
    if "shots" in more:
        text = listed(clip).read_text().replace('"shots/002.jpg"', '"shots/002.jpg"\nlook = {seed = 3, jitter = 4}')
        (tmp_path / more["shots"]).write_text(text)
        more = {**more, "shots": str(tmp_path / more["shots"])}
    for order in ((3, 1), (4, 2)) if name.endswith(".gif") else ((3, 1, 4, 2),):  # two processes, or one
        elsewhere(clip, options, [(name, shot, str(tmp_path / f"out-{shot}"), more) for shot in order])
    here, straight = f"{tmp_path}/{name}", f"{tmp_path}/straight-{name}"
    folders = [tmp_path / f"out-{shot}" / f"{name.rstrip('/')}.mariana" for shot in (2, 4, 1, 3)]
    assert hand_in(clip, here, folders, **{**options, **more}) == [1, 2, 3, 4]
    dreamed, notes = made(clip, here, **{**options, **more})
    assert dreamed == []
    _, wanted = made(clip, straight, **{**options, **more})
    assert content(here) == content(straight)
    assert [note for note in notes if "held back" in note] == [note for note in wanted if "held back" in note]
    assert any("held back" in note for note in notes) == ("mix" in more)


@pytest.mark.long
def test_what_is_not_handed_in_is_made_here(tmp_path: Path, clip: Path, options: dict[str, Any]) -> None:
    output = tmp_path / "film.mp4"
    folder = make_shot(clip, output, 2, tmp_path / "out", **options).run()
    assert make_shot(clip, output, 3, tmp_path / "out", **options).run() == folder
    assert hand_in(clip, output, [folder], **options) == [2, 3]
    assert made(clip, output, **options)[0] == [*range(11), 14, 15]
    made(clip, tmp_path / "straight.mp4", **options)
    assert content(output) == content(tmp_path / "straight.mp4")


def test_what_does_not_belong_is_refused(tmp_path: Path, clip: Path, options: dict[str, Any]) -> None:
    output = tmp_path / "film.mp4"
    folder = make_shot(clip, output, 2, tmp_path / "out", **options).run()

    def refused(word: str, name: str = "film.mp4", folder: Path = folder, **more: Any) -> None:
        with pytest.raises(MarianaError, match=word):
            hand_in(clip, tmp_path / name, [folder], **{**options, **more})

    refused(r"was made with --first-steps 2, not with --first-steps 3; it does not belong to", first_steps=3)
    refused("another OUTPUT", name="other.mp4")
    refused("no folder with shots", folder=tmp_path)
    refused("without --start, not with", start=0.25)
    other = make_shot(cut_clip(tmp_path / "clip.mp4", (3, 3)), output, 1, tmp_path / "other", **options).run()
    refused("from another source", folder=other)
    conditions = folder / "job.toml"
    text = conditions.read_text()
    conditions.write_text(text.replace("encoder_threads = ", "encoder_threads = 1"))
    refused("encoder threads")
    conditions.write_text(text)
    part = folder / "000001.packets"
    whole = part.read_bytes()
    part.write_bytes(whole[:-20])
    refused("is not what was written")
    part.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    refused("is not what was written")
    part.unlink()
    refused("000001.packets is missing")
    part.write_bytes(whole)
    assert hand_in(clip, output, [folder], **options) == [2]
    with pytest.raises(MarianaError, match="there is no shot 5"):
        make_shot(clip, output, 5, tmp_path / "out", **options).run()
