"""Networks from Python: what is listed, and one of the caller's own wherever a network can be said."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import mariana_video
from mariana_video.errors import NetworkError, UsageError
from mariana_video.media.stills.pictures import read_picture, write_picture
from mariana_video.networks import added
from tests.conftest import texture
from tests.networks.test_added import Two

QUICK: dict[str, Any] = {"first_steps": 1, "motif_size": 1, "precision": "fp32"}


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(added, "_kept", {})
    return


def test_every_network_of_the_classics_is_listed() -> None:
    mariana_video.add_network("two", Two())
    known = {one.name: one for one in mariana_video.list_networks()}
    for name in ("vgg19", "googlenet", "inception_v3", "resnet50", "squeezenet1_1"):
        assert known[name].file is None
        assert "torchvision downloads it" in known[name].comes
        assert known[name].layers
    lite = known["efficientnet_lite0"]
    assert lite.file is not None
    assert lite.file.is_file()
    assert len(lite.classes) == 1000
    assert known["two"].layers == "second"


def test_one_s_own_dreams_wherever_a_network_can_be_said(tmp_path: Path) -> None:
    mariana_video.add_network("two", Two(), layers="second[3] + first.relu")
    layers = mariana_video.list_layers("two")["two"]
    assert [(layer.name, layer.channels) for layer in layers] == [("first.relu", 6), ("second", 8)]
    picture = texture(40, 56)
    write_picture(tmp_path / "a.png", picture)
    one = tmp_path / "one.png"
    mariana_video.image(tmp_path / "a.png", one, network="two", **QUICK).run()
    assert float(np.abs(read_picture(one)[0] - picture).max()) > 0.05
    both = mariana_video.dream_frame(picture, network="mariana, two", layers="two:second + conv1_2", **QUICK)
    assert both.shape == picture.shape


def test_a_job_goes_on_with_the_same_one_only(tmp_path: Path, clip: Path) -> None:
    def begin(module: nn.Module) -> Any:
        mariana_video.add_network("two", module)
        return mariana_video.video(clip, tmp_path / "o.mkv", network="two", **QUICK)

    class Enough(Exception):
        pass

    def stop(made: Any) -> None:
        if made.number == 2:
            raise Enough

    with pytest.raises(Enough):
        begin(Two()).run(on_frame=stop)
    with pytest.raises(UsageError, match="was begun with other weights in the network's file"):
        begin(Two(seed=1))
    assert begin(Two()).run() == tmp_path / "o.mkv"
    shutil.rmtree(tmp_path / "o.mkv.mariana", ignore_errors=True)


def test_names_that_are_taken_or_mean_nothing_are_refused() -> None:
    module = Two()
    for name, told in (
        ("mariana", "is a network already"),
        ("resnet50", "already"),
        ("a b", "can't be a network's name"),
    ):
        with pytest.raises(UsageError, match=told):
            mariana_video.add_network(name, module)
    with pytest.raises(UsageError, match="int can't be called with a picture"):
        mariana_video.add_network("two", 3)
    with pytest.raises(NetworkError, match=r"two has no layer 'secnd'.*did you mean 'second'"):
        mariana_video.add_network("two", module, layers="secnd")
    with pytest.raises(NetworkError, match="no network called 'two'"):
        mariana_video.list_layers("two")
    mariana_video.add_network("two", module)
    mariana_video.add_network("two", module)  # a notebook's cell that is run again
    assert list(added.kept()) == ["two"]


def test_weights_of_torchvision_s_kind_dream_with_their_own_classes(tmp_path: Path) -> None:
    from tests.networks.families.published import published

    torch.save({"model": published("squeezenet1_1", 3).state_dict(), "epoch": 1}, tmp_path / "mine.pth")
    listed = mariana_video.list_layers("squeezenet1_1", tmp_path / "mine.pth")["squeezenet1_1"]
    assert [layer.name for layer in listed][:3] == ["conv1", "fire2", "fire3"]
    said = f"squeezenet1_1@{tmp_path / 'mine.pth'}"
    dreamed = mariana_video.dream_frame(texture(40, 56), network=said, layers="fire2", **QUICK)
    assert np.isfinite(dreamed).all()


def test_a_plain_function_does_too() -> None:
    def edges(x: Tensor) -> Mapping[str, Tensor]:
        return {"edges": (x[..., 1:, 1:] - x[..., :-1, :-1]).relu()}

    mariana_video.add_network("edges", edges)
    picture = texture(40, 56)
    dreamed = mariana_video.dream_frame(picture, network="edges", **QUICK)
    assert float(np.abs(np.diff(dreamed, axis=0)).mean()) > float(np.abs(np.diff(picture, axis=0)).mean())
