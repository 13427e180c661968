"""Only what changed in a list of shots is dreamed again, and the film is the one that the list says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mariana_video.errors import MarianaError, OutputError, UsageError
from mariana_video.job import job
from mariana_video.job.finish import finish_so_far
from mariana_video.job.output_paths import folder_for
from mariana_video.job.stores import segments
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.stills.pictures import read_picture, write_picture
from mariana_video.networks import weights
from mariana_video.networks.mariana import Architecture, Mariana
from tests.api.shots import LENGTHS, content, cut_clip, listed, made

FRAMES = sum(LENGTHS)
SHOT_2 = list(range(5, 9))
LOOK = "\n[shot.look]\nstrength = 3\n"


@pytest.fixture(scope="module", autouse=True)
def small_parts() -> Iterator[None]:
    """Parts of four frames and a checkpoint at every frame; no power fails here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        patch.setattr(segments, "LONGEST", 4)
        patch.setattr(job, "_EVERY", 0.0)
        yield


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cut_clip(tmp_path_factory.mktemp("clips") / "clip.mp4")


@pytest.fixture(scope="module")
def unedited(clip: Path) -> str:
    return listed(clip).read_text()


@pytest.fixture
def shots(tmp_path: Path, unedited: str) -> Path:
    path = tmp_path / "shots.toml"
    path.write_text(unedited)
    return path


@pytest.fixture
def options(tiny_weights: Path, shots: Path) -> dict[str, Any]:
    return {
        "network": str(tiny_weights),
        "first_steps": 1,
        "motif_size": 1,
        "device": "cpu",
        "shots": shots,
        "no_recipe": True,
    }


def edited(text: str, shot: int, more: str) -> str:
    """A list with `more` below one of its shots."""
    line = f'picture = "shots/{shot:03d}.jpg"\n'
    assert line in text
    return text.replace(line, line + more)


def another_network(path: Path) -> None:
    torch.manual_seed(1)
    model = Mariana(Architecture(blocks=(6, 10), classes=0, input_size=0))
    suited = {"layers": "conv2_1", "step_size": 0.03, "strength": 0.1}
    weights.save(path, model, {"name": "other", "suited": suited, "classes": []})


def pictures(path: Path) -> list[np.ndarray]:
    return [read_picture(file)[0] for file in sorted(path.glob("*.png"))]


def test_a_list_without_looks_is_the_film_without_one(
    tmp_path: Path, clip: Path, options: dict[str, Any], unedited: str
) -> None:
    assert unedited.count("\n[[shot]]") == len(LENGTHS)
    made(clip, tmp_path / "a.mp4", **options)
    made(clip, tmp_path / "b.mp4", **{**options, "shots": None})
    assert content(tmp_path / "a.mp4") == content(tmp_path / "b.mp4")


@pytest.mark.parametrize(
    "name", ["film.mp4", *(pytest.param(name, marks=pytest.mark.long) for name in ("film/", "film.gif"))]
)
def test_an_edit_dreams_its_shot_alone_and_is_the_film_made_from_nothing(
    tmp_path: Path, clip: Path, options: dict[str, Any], shots: Path, unedited: str, name: str
) -> None:
    here, anew = f"{tmp_path}/{name}", f"{tmp_path}/anew-{name}"
    assert made(clip, here, **options)[0] == list(range(FRAMES))
    before = content(here)
    shots.write_text(edited(unedited, 2, LOOK))
    dreamed, notes = made(clip, here, **options)
    assert dreamed == SHOT_2
    assert "shot 2 of 4 is dreamed anew, 3 are kept" in notes
    made(clip, anew, **options)
    assert content(here) == content(anew) != before
    dreamed, notes = made(clip, here, **options)
    assert dreamed == []
    assert "all 4 shots are kept" in notes
    assert content(here) == content(anew)


def test_stopped_and_edited_anywhere_it_is_the_same_film(
    tmp_path: Path, clip: Path, options: dict[str, Any], shots: Path, unedited: str
) -> None:
    output = tmp_path / "film.mp4"
    made(clip, output, stop=7, **options)  # within shot 2
    shots.write_text(edited(unedited, 2, LOOK))
    assert made(clip, output, stop=3, **options)[0] == SHOT_2[:3]
    shots.write_text(edited(edited(unedited, 2, LOOK), 4, "dream = false\n"))
    dreamed, _ = made(clip, output, **options)
    assert dreamed == list(range(8, FRAMES))  # from the state within shot 2 on: its look was not touched
    before = content(output)
    shots.write_text(edited(edited(unedited, 1, LOOK), 4, "dream = false\n"))
    made(clip, output, stop=7, **options)  # the film of before stands until the new one does
    assert content(output) == before
    assert made(clip, output, **options)[0] == [7, 8]
    made(clip, tmp_path / "anew.mp4", **options)
    assert content(output) == content(tmp_path / "anew.mp4") != before


def test_no_frame_goes_on_from_a_state_of_another_look(
    tmp_path: Path,
    clip: Path,
    options: dict[str, Any],
    shots: Path,
    unedited: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The state is the first look's; of the second there are only frames, for it was killed without a word."""
    monkeypatch.setattr(segments, "LONGEST", 250)
    output = tmp_path / "film.mp4"
    made(clip, output, stop=4, **options)
    shots.write_text(edited(unedited, 1, LOOK))
    with monkeypatch.context() as killed:
        killed.setattr(job.Job, "_save", lambda self: None)
        made(clip, output, stop=4, **options)
    assert made(clip, output, **options)[0] == list(range(FRAMES))
    made(clip, tmp_path / "anew.mp4", **options)
    assert content(output) == content(tmp_path / "anew.mp4")


def test_an_undreamed_shot_is_as_it_was_filmed(
    tmp_path: Path, clip: Path, options: dict[str, Any], shots: Path, unedited: str
) -> None:
    shots.write_text(edited(unedited, 2, "dream = false\n"))
    made(clip, f"{tmp_path}/film/", **options)
    source = [frame.rgb for frame in read(open_clip(clip))]
    for position, (film, filmed) in enumerate(zip(pictures(tmp_path / "film"), source, strict=True)):
        write_picture(tmp_path / "filmed.png", filmed)
        assert np.array_equal(film, read_picture(tmp_path / "filmed.png")[0]) == (position in SHOT_2)


def test_cuts_by_hand_begin_anew_and_joined_shots_go_on(
    tmp_path: Path, clip: Path, options: dict[str, Any], shots: Path, unedited: str
) -> None:
    """Shot 4 is cut in two at its third frame; shot 3 is joined to shot 2."""
    cut = unedited + '\n[[shot]]\nstart = "0:00.483"\n'  # the frame at 0.48 s is nearest
    shots.write_text(cut)
    made(clip, f"{tmp_path}/cut/", **options)
    made(clip, f"{tmp_path}/plain/", **{**options, "shots": None})
    made(clip, f"{tmp_path}/alone/", **{**options, "shots": None, "start": 0.48})
    alone, plain, film = (content(tmp_path / name) for name in ("alone", "plain", "cut"))
    assert film[:12] == plain[:12]
    assert film[12] != plain[12]
    assert film[12:] == alone  # as a film that begins there
    third = unedited.index("[[shot]]  # 3")
    fourth = unedited.index("[[shot]]  # 4")
    shots.write_text(unedited[:third] + unedited[fourth:])
    made(clip, f"{tmp_path}/joined/", **options)
    joined = content(tmp_path / "joined")
    assert [one == other for one, other in zip(joined, plain, strict=True)] == [n != 9 for n in range(FRAMES)]


def test_looks_may_have_networks_and_masks_of_their_own(
    tmp_path: Path, clip: Path, options: dict[str, Any], shots: Path, unedited: str
) -> None:
    """A look gives what the same options give the whole film, where they hold."""
    write_picture(tmp_path / "mask.png", np.full((48, 64, 3), 0.5, np.float32))
    another_network(tmp_path / "other.safetensors")
    look = "\n[shot.look]\nmask = 'mask.png'\nnetwork = 'other.safetensors'\nmotif-size = 0.3\n"
    shots.write_text(edited(unedited, 2, look))
    made(clip, f"{tmp_path}/film/", stop=5, **options)  # shot 2 is not dreamed at the size of the state before it
    made(clip, f"{tmp_path}/film/", **options)
    more = {"network": str(tmp_path / "other.safetensors"), "mask": tmp_path / "mask.png", "motif_size": 0.3}
    made(clip, f"{tmp_path}/whole/", **{**options, **more, "shots": None})
    film, whole = content(tmp_path / "film"), content(tmp_path / "whole")
    assert [one == other for one, other in zip(film, whole, strict=True)] == [n in SHOT_2 for n in range(FRAMES)]


def test_a_span_takes_the_shots_that_lie_in_it(tmp_path: Path, clip: Path, options: dict[str, Any]) -> None:
    span = {"start": 0.24, "duration": 0.2}
    made(clip, tmp_path / "a.mp4", **options, **span)
    made(clip, tmp_path / "b.mp4", **{**options, "shots": None}, **span)
    assert content(tmp_path / "a.mp4") == content(tmp_path / "b.mp4")


def test_what_stands_is_replaced_only_if_it_is_the_lists_own(
    tmp_path: Path, clip: Path, options: dict[str, Any]
) -> None:
    output = tmp_path / "film.mp4"
    made(clip, output, **options)
    with pytest.raises(OutputError, match="exists"):
        made(clip, output, **{**options, "shots": None})
    with pytest.raises(OutputError, match="is finished"):
        finish_so_far(str(output), print)
    made(clip, output, **{**options, "shots": None}, overwrite=True)
    assert not folder_for(output).exists()
    with pytest.raises(OutputError, match="exists"):
        made(clip, output, **options)
    made(clip, output, **options, overwrite=True)
    output.write_bytes(output.read_bytes() + b"a stranger's")
    with pytest.raises(OutputError, match="exists"):
        made(clip, output, **options)
    output.unlink()
    assert made(clip, output, **options)[0] == []


def test_restart_dreams_all_anew_also_where_the_film_stands(
    tmp_path: Path, clip: Path, options: dict[str, Any]
) -> None:
    output = tmp_path / "film.mp4"
    made(clip, output, **options)
    assert made(clip, output, **options, restart=True)[0] == list(range(FRAMES))
    with pytest.raises(UsageError, match="--crf"):  # what holds for the whole film is not changed in passing
        made(clip, output, **options, crf=30)


def test_a_part_of_an_unfinished_film_can_be_seen(
    tmp_path: Path, clip: Path, options: dict[str, Any], shots: Path, unedited: str
) -> None:
    shots.write_text(edited(unedited, 2, LOOK))
    for name, frames in (("film.mp4", 8), ("film/", 8)):
        made(clip, f"{tmp_path}/{name}", stop=frames, **options)
        assert finish_so_far(f"{tmp_path}/{name}", print)[1:] == (frames, FRAMES)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda text: edited(text, 3, "[shot.look]\nstrength = '30*t'\n"), r"shot 3: --strength 270 at frame 9"),
        (lambda text: edited(text, 3, "[shot.look]\nlayers = 'conv9_9'\n"), r"shot 3: .*conv9_9"),
        (lambda text: edited(text, 3, "[shot.look]\njitter = 0\njitter_hold = 1\n"), r"shot 3: --jitter-hold"),
        (lambda text: edited(text, 3, "[shot.look]\nmask = 'none.png'\n"), r"shot 3: --mask: .*none\.png"),
        (lambda text: text + "\n[[shot]]\nstart = 7\n", "shot 5: it starts at 0:07.000, .*last picture is at 0:00.560"),
        (lambda text: text + "\n[[shot]]\nstart = 0.41\n", "shot 5: it has no frame of its own"),
        (lambda text: text.replace('content = "', 'content = "0'), "another film"),
    ],
)
def test_what_is_wrong_is_said_with_its_shot_before_any_work(
    tmp_path: Path,
    clip: Path,
    options: dict[str, Any],
    shots: Path,
    change: Callable[[str], str],
    unedited: str,
    word: str,
) -> None:
    shots.write_text(change(unedited))
    with pytest.raises(MarianaError, match=word):
        made(clip, tmp_path / "film.mp4", **options)
    assert not folder_for(tmp_path / "film.mp4").exists()


def test_a_threshold_for_cuts_is_refused_beside_a_list(clip: Path, options: dict[str, Any], shots: Path) -> None:
    with pytest.raises(UsageError, match="--cut-threshold 20 does nothing with --shots"):
        made(clip, shots.with_name("film.mp4"), **options, cut_threshold=20)


def test_a_look_is_asked_along_its_own_shot_only(
    tmp_path: Path, clip: Path, options: dict[str, Any], shots: Path, unedited: str
) -> None:
    """Out of bounds before and after shot 2, and moving in all that the size depends on."""
    shots.write_text(edited(unedited, 2, "[shot.look]\nstrength = '10*(t-4)/5'\nmotif_size = '0.2*(t-4)'\n"))
    assert made(clip, tmp_path / "film.mp4", **options)[0] == list(range(FRAMES))
