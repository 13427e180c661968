"""Weights files as people have them, and what only looks like one: a line each, and nothing in them ever runs."""

from __future__ import annotations

import argparse
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torchvision import models

from mariana_video.errors import NetworkError
from mariana_video.networks import zoo
from mariana_video.networks.states import read_state
from mariana_video.networks.weights import load
from tests.conftest import write_tiny
from tests.networks.families.published import published

State = dict[str, Tensor]


@pytest.fixture(scope="module")
def model() -> nn.Module:
    return published("squeezenet1_1", 3)


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Any], Path]:
    """A file of what torch saves of anything."""

    def save(what: Any) -> Path:
        torch.save(what, tmp_path / "w.pth")
        return tmp_path / "w.pth"

    return save


WRAPPED: dict[str, Callable[[State], Any]] = {
    "bare": lambda state: state,
    "of DataParallel": lambda state: {f"module.{key}": value for key, value in state.items()},
    "a checkpoint": lambda state: {"state_dict": state, "epoch": 3, "optimizer": {"lr": [0.1]}},
    "compiled, in a checkpoint": lambda state: {"model": {f"_orig_mod.module.{k}": v for k, v in state.items()}},
    "of Lightning": lambda state: {"state_dict": {f"model.{k}": v for k, v in state.items()}, "version": "2"},
    "half as exact": lambda state: {key: value.half() for key, value in state.items()},
}


@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
def test_weights_are_found_however_they_are_wrapped(
    model: nn.Module, wrap: Callable[[State], Any], saved: Callable[[Any], Path]
) -> None:
    network = load("squeezenet1_1", saved(wrap(model.state_dict())))
    picture = torch.rand(1, 3, 64, 64)
    plain = zoo.built("squeezenet1_1", read_state(saved(model.state_dict())), "a test")
    torch.testing.assert_close(network.logits(picture), plain.logits(picture), rtol=0.01, atol=0.01)


def test_what_only_training_needs_is_left_alone(saved: Callable[[Any], Path]) -> None:
    state = published("googlenet").state_dict()
    assert any(key.startswith("aux1.") for key in state)
    older = {key: value for key, value in state.items() if not key.endswith("num_batches_tracked")}
    assert len(load("googlenet", saved(older)).classes) == 5


def test_without_a_head_s_weights_it_dreams_only(model: nn.Module, saved: Callable[[Any], Path]) -> None:
    state = model.state_dict()
    body = {key: value for key, value in state.items() if not key.startswith("classifier")}
    network = load("squeezenet1_1", saved(body))
    assert (network.head, network.classes, network.input_size) == (None, (), 0)
    with pytest.raises(NetworkError, match=r"classifier\.1\.bias is missing"):
        load("squeezenet1_1", saved({key: value for key, value in state.items() if key != "classifier.1.bias"}))


# Names of classes.


def test_names_are_imagenet_s_for_a_thousand_and_numbers_else(
    model: nn.Module, saved: Callable[[Any], Path], tmp_path: Path
) -> None:
    thousand = load("squeezenet1_1", saved(published("squeezenet1_1", 1000).state_dict()))
    assert (thousand.classes[0], thousand.classes[281], len(thousand.classes)) == ("tench", "tabby", 1000)
    assert load("squeezenet1_1", saved(model.state_dict())).classes == ("class 0", "class 1", "class 2")
    named = saved({"model": model.state_dict(), "classes": ["ape", "bat", "cat"]})
    assert load("squeezenet1_1", named).classes == ("ape", "bat", "cat")
    tensors = {key: value.contiguous() for key, value in model.state_dict().items()}
    save_file(tensors, tmp_path / "s.safetensors", {"classes": json.dumps(["a", "b", "c"])})
    assert load("squeezenet1_1", tmp_path / "s.safetensors").classes == ("a", "b", "c")
    beside, file = tmp_path / "w.json", saved(model.state_dict())
    beside.write_text('["x", "y", "z"]')
    assert load("squeezenet1_1", file).classes == ("x", "y", "z")
    beside.write_text('["x", "y"]')
    with pytest.raises(NetworkError, match="tells 3 classes apart, and 2 names"):
        load("squeezenet1_1", file)
    beside.write_text("[1, 2, 3]")
    with pytest.raises(NetworkError, match=r"w\.json: names of classes are to be a list of texts"):
        load("squeezenet1_1", file)
    for other in ('{"epochs": 3}', "{"):
        beside.write_text(other)
        assert load("squeezenet1_1", file).classes[0] == "class 0"
    save_file(tensors, tmp_path / "s.safetensors", {"classes": "["})
    with pytest.raises(NetworkError, match="names of classes can't be read"):
        load("squeezenet1_1", tmp_path / "s.safetensors")


# What is no such file.


class _Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("run",))


def test_a_pickle_that_would_run_something_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content in (pickle.dumps(_Evil(), 2), pickle.dumps({"state_dict": _Evil()}, 2)):
        (tmp_path / "evil.pth").write_bytes(content)
        with pytest.raises(NetworkError, match=r"holds print, which can't be read safely; save the weights alone"):
            load("vgg16", tmp_path / "evil.pth")
    assert "run" not in capsys.readouterr().out


BYTES = {
    b"\n<!DOCTYPE html><html>": "is a web page",
    b"version https://git-lfs.github.com/spec/v1\noid": "git lfs pull",
    b"": "damaged",
    b"hello there": "damaged",
}


@pytest.mark.parametrize("content", BYTES)
def test_what_is_no_weights_at_all_is_told_in_a_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.pth").write_bytes(content)
    with pytest.raises(NetworkError, match=BYTES[content]) as told:
        load("resnet50", tmp_path / "w.pth")
    assert "weights_only" not in str(told.value)


def test_other_things_that_torch_saves_are_refused(
    model: nn.Module, saved: Callable[[Any], Path], tmp_path: Path
) -> None:
    state = model.state_dict()
    for what, told in (
        (models.squeezenet1_1(), r"holds torchvision\.models\.squeezenet\.SqueezeNet"),
        ({"model": state, "args": argparse.Namespace()}, r"holds argparse\.Namespace"),
        ([1, 2], "no plain dictionary"),
        (torch.zeros(3), "no plain dictionary"),
        ({"a": {"b": torch.zeros(1)}}, "no plain dictionary"),
    ):
        with pytest.raises(NetworkError, match=told):
            load("squeezenet1_1", saved(what))
    file = saved(state)
    file.write_bytes(file.read_bytes()[:20_000])
    with pytest.raises(NetworkError, match="is damaged"):
        load("squeezenet1_1", file)
    with pytest.raises(NetworkError, match="is a directory"):
        load("squeezenet1_1", tmp_path)
    with pytest.raises(NetworkError, match="no weights file at"):
        load("squeezenet1_1", tmp_path / "none.pth")
    own = write_tiny(tmp_path / "own.safetensors")
    with pytest.raises(NetworkError, match=r"give it alone: --network .*own\.safetensors"):
        load("squeezenet1_1", own)


def test_weights_of_another_network_are_told_by_name(saved: Callable[[Any], Path], model: nn.Module) -> None:
    state = model.state_dict()
    for name, what, told in (
        ("resnet50", state, r"conv1\.weight is missing\); they are squeezenet1_1's: say --network squeezenet1_1"),
        ("squeezenet1_1", models.squeezenet1_0().state_dict(), r"features\.0\.weight is 96×3×7×7, not 64×3×3×3"),
        ("squeezenet1_1", {**state, "features.13.weight": torch.zeros(1)}, r"features\.13\.weight is no part of it"),
        ("squeezenet1_1", {**state, "features.0.bias": torch.full((64,), torch.nan)}, "no finite number"),
        ("squeezenet1_1", {**state, "classifier.1.weight": torch.zeros(3, 9, 1, 1)}, "a dense layer of 3×9×1×1"),
        ("squeezenet1_1", {**state, "classifier.4.weight": torch.zeros(3, 3)}, "has 2 dense layers, not 1"),
    ):
        with pytest.raises(NetworkError, match=rf"doesn't hold the weights of {name} \(.*{told}"):
            load(name, saved(what))


def test_a_name_with_its_file_is_a_network(model: nn.Module, saved: Callable[[Any], Path]) -> None:
    assert load(f"squeezenet1_1@{saved(model.state_dict())}").classes[2] == "class 2"


def test_a_file_that_doesn_t_say_whose_it_is() -> None:
    with pytest.raises(NetworkError, match=r"--network vgg16@mine\.pth"):
        load("mine.pth")
