"""Sheets of layers and of channels: each picture is what `image` makes, and none is made twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mariana_video
from mariana_video.api.galleries import sheets
from mariana_video.api.making.work import Made, Work
from mariana_video.errors import MarianaError, OutputError, UsageError
from mariana_video.job.output_paths import folder_for
from mariana_video.media.lock import locked
from mariana_video.media.stills.pictures import read_picture, write_picture
from mariana_video.media.stills.sheet import sheet
from tests.api.works import QUICK, channels, layers
from tests.conftest import texture, write_tiny

LAYERS = ["conv1_1", "conv1_2", "conv2_1", "conv2_2"]
MORE = {"strength": 1.5, "octaves": 2, "seed": 3}


def laid(source: str, dreamed: dict[str, str], columns: int, **options: Any) -> np.ndarray:
    """The sheet of what `image` makes of `source`, by label what is dreamed."""
    made = []
    for number, said in enumerate(dreamed.values()):
        file = mariana_video.image(source, f"alone-{number}.png", layers=said, overwrite=True, **options).run()
        made.append(read_picture(file)[0])
    return sheet(made, columns, list(dreamed))


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("source", ["photo.png", "grey"])
def test_each_layers_picture_is_what_image_makes_in_their_order(source: str) -> None:
    made = layers(sheet=source, columns=3, **MORE).run()
    wanted = laid(source, {layer: layer for layer in LAYERS}, 3, **QUICK, **MORE)
    assert np.array_equal(read_picture(made)[0], np.rint(wanted * 255).astype(np.float32) / 255)


@pytest.mark.usefixtures("desk")
def test_each_channels_picture_is_what_image_makes_of_it_and_a_hundredth_of_its_layer() -> None:
    labels = {f"{layer}[{n}]": f"{layer}[{n}] + 0.01*{layer}" for layer, n in (("conv2_1", 7), ("conv1_1", 2))}
    options = {**QUICK, **MORE, "motif_size": 0.5}
    made = channels(channels="conv2_1[7] + conv1_1[2] + conv2_1[7]", **options).run()
    wanted = laid("grey", labels, 2, **options)
    assert np.array_equal(read_picture(made)[0], np.rint(wanted * 255).astype(np.float32) / 255)


@pytest.mark.usefixtures("desk")
def test_unless_told_channels_take_thirty_steps_and_motifs_as_large_as_they_see() -> None:
    network = {name: QUICK[name] for name in ("network", "precision")}
    view = mariana_video.list_layers(network["network"])["tiny"][1].view
    made = mariana_video.sheet(output="sheet.png", channels="conv1_2[3]", **network).run()
    options = {"size": "96x96", "first_steps": 30, "motif_size": round(view / 96, 3)}
    wanted = laid("grey", {"conv1_2[3]": "conv1_2[3] + 0.01*conv1_2"}, 1, **network, **options)
    assert np.array_equal(read_picture(made)[0], np.rint(wanted * 255).astype(np.float32) / 255)


@pytest.mark.usefixtures("desk")
def test_a_layer_is_all_its_channels_and_several_networks_are_told_apart(tmp_path: Path) -> None:
    other = write_tiny(tmp_path / "other.safetensors", seed=1, known=True)
    assert channels(channels="conv1_1").total == 8
    assert layers(network=f"{QUICK['network']}, {other}").total == 8
    assert channels(network=f"{QUICK['network']}, {other}", channels="tiny:conv1_1 + other:conv1_1[0]").total == 9


def stopped(work: Work[Path], after: int) -> list[int]:
    """What a work made before it was stopped when so many pictures stood."""
    made: list[int] = []

    def stop(one: Made) -> None:
        made.append(one.number)
        if one.number == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work.run(stop)
    return made


def test_it_goes_on_in_another_process_and_leaves_nothing_beside(desk: Path) -> None:
    layers("whole.png").run()
    assert stopped(layers(), 2) == [1, 2]
    assert not (desk / "layers.png").exists()
    work = layers()
    assert (work.done, work.total) == (2, 4)
    assert "continuing: 2 of 4 pictures are done" in work.notes
    made: list[int] = []
    work.run(lambda one: made.append(one.number))
    assert made == [3, 4]
    assert (desk / "layers.png").read_bytes() == (desk / "whole.png").read_bytes()
    assert sorted(path.name for path in desk.iterdir()) == ["clip.mkv", "layers.png", "photo.png", "whole.png"]


def test_laid_out_otherwise_it_goes_on_too(desk: Path) -> None:
    stopped(layers(), 3)
    assert layers(columns=1).done == 3
    layers(columns=1).run()
    assert read_picture(desk / "layers.png")[0].shape[1] < 100


def test_killed_after_the_sheet_stands_only_clearing_up_is_left(
    desk: Path, monkeypatch: pytest.MonkeyPatch, mariana: Callable[..., tuple[int, str]]
) -> None:
    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sheets, "clear", kill)
        with pytest.raises(KeyboardInterrupt):
            layers().run()
    made = (desk / "layers.png").read_bytes()
    assert folder_for("layers.png").is_dir()
    words = ("layers", QUICK["network"], "layers.png", "--sheet", "photo.png", "--first-steps", 1)
    assert mariana(*words) == (0, "layers.png is finished already\n")
    assert not folder_for("layers.png").exists()
    assert (desk / "layers.png").read_bytes() == made
    assert mariana(*words)[0] == 1  # now it is a file as any other


OTHERWISE: list[tuple[str, dict[str, Any]]] = [
    ("--strength 1, not --strength 2", {"strength": 2}),
    ("no --size|--size 48x36, not --size 24x", {"size": "24x"}),
    ("another source", {"sheet": "other.png"}),
    ("another source", {"sheet": "grey"}),
    ("no --channels, not --channels conv1_1", {"sheet": None, "channels": "conv1_1"}),
]


@pytest.mark.parametrize(("told", "other"), OTHERWISE, ids=[str(other) for _, other in OTHERWISE])
def test_other_settings_are_no_way_to_go_on(desk: Path, told: str, other: dict[str, Any]) -> None:
    write_picture(desk / "other.png", texture(36, 48, 5))
    stopped(layers(), 2)
    with pytest.raises(UsageError, match=told):
        layers(**other)
    assert layers().done == 2
    assert layers(overwrite=True).done == 2
    work = layers(**other, overwrite=True)
    assert work.done == 0
    work.run()
    assert not folder_for("layers.png").exists()


def test_another_network_of_that_name_is_noticed(desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.safetensors"
    shutil.copy(QUICK["network"], file)
    stopped(layers(network=file), 1)
    write_tiny(file, seed=1, known=True)
    with pytest.raises(UsageError, match="begun with another network"):
        layers(network=file)
    assert desk.is_dir()


def test_two_at_once_are_kept_apart_and_strangers_files_stay(desk: Path) -> None:
    with locked(folder_for("layers.png"), "layers.png"), pytest.raises(OutputError, match=r"layers.png is being made"):
        layers()
    (desk / "layers.png.mariana").mkdir()
    (desk / "layers.png.mariana/notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="is in the way"):
        layers()
    assert (desk / "layers.png.mariana/notes.txt").read_text() == "mine"


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: channels(channels="conv2_9"), "no layer 'conv2_9'; did you mean 'conv2_"),
    (lambda: channels(channels="conv2_2[12]"), "has channels 0 to 11"),
    (lambda: channels(channels="0.5*conv2_2"), "give layers, or channels of them"),
    (lambda: channels(channels="0:(conv2_2), 3:(conv1_1)"), "give layers, or channels of them"),
    (lambda: channels(at=1), "--at 1 does nothing with --channels"),
    (lambda: channels(size="9000x"), "a smaller --size"),
    (lambda: layers("layers.gif"), r"layers.gif has no ending of a sheet; these work: .png"),
    (lambda: layers(sheet="none.png"), "none.png does not exist"),
    (lambda: layers(sheet="noise", at=1), "--at 1 takes a frame of a video, and noise is none"),
    (lambda: layers(sheet="photo.png", at=1), "is a picture"),
    (lambda: layers("photo.png", overwrite=True), "is the source itself"),
    (lambda: layers(layers="conv2_2"), "--layers conv2_2 does nothing"),
    (lambda: layers(steps=3), "--steps 3 does nothing"),
    (lambda: layers(channels="conv2_2"), "give one of them"),
    (lambda: layers(sheet=None), "give --sheet SOURCE"),
    (lambda: layers(network="marianna"), "did you mean 'mariana'"),
]


@pytest.mark.parametrize(("ask", "told"), WRONG, ids=[told for _, told in WRONG])
def test_what_can_not_be_is_one_sentence_and_nothing_left(desk: Path, ask: Callable[[], object], told: str) -> None:
    with pytest.raises(MarianaError, match=told) as error:
        ask()
    assert str(error.value).isprintable()
    assert sorted(path.name for path in desk.iterdir()) == ["clip.mkv", "photo.png"]
