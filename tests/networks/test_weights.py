"""Files: what is saved comes back; foreign, damaged and boastful ones end with one clear line."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from mariana_video.errors import NetworkError, OutputError
from mariana_video.networks import weights
from mariana_video.networks.mariana import Mariana, fold
from mariana_video.training.outcome.card import card, percent
from tests.networks.test_mariana import METADATA, lived_in

MODELS = Path(__file__).parents[2] / "models"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.safetensors"
    weights.save(path, fold(lived_in()), METADATA)
    return path


def test_what_is_saved_comes_back(file: Path) -> None:
    model, picture = fold(lived_in()), torch.rand(1, 3, 20, 20)
    ours, theirs = weights.as_network(model, METADATA), weights.load(file)
    assert theirs.classes == ("a", "b", "c")
    assert theirs.suited == ours.suited
    assert theirs.layers == ours.layers
    torch.testing.assert_close(theirs.logits(picture), ours.logits(picture), rtol=0.02, atol=0.02)
    assert [entry.name for entry in file.parent.iterdir()] == [file.name]  # nothing half-made is left


def test_loaded_inside_inference_mode_it_still_dreams(file: Path) -> None:
    with torch.inference_mode():
        network = weights.load(file)
    picture = torch.rand(1, 3, 16, 16, requires_grad=True)
    network.responses(picture, ["conv2_2"])[0].sum().backward()
    assert picture.grad is not None


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "foreign.safetensors"
    save_file({"x": torch.zeros(2)}, path)
    with pytest.raises(NetworkError, match="not a network of this program"):
        weights.load(path)


@pytest.mark.parametrize("content", [b"", b"hello there", struct.pack("<Q", 2**60) + b"{}", b"\x80\x04pickle"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "damaged.safetensors"
    path.write_bytes(content)
    with pytest.raises(NetworkError, match="no intact safetensors"):
        weights.load(path)


def test_a_truncated_file_is_refused(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(NetworkError, match="no intact safetensors"):
        weights.load(file)


def rewritten(path: Path, **changes: object) -> Path:
    """The file with other claims in its metadata."""
    tensors, metadata = weights.read(path)
    save_file(tensors, path, {key: json.dumps(value) for key, value in {**metadata, **changes}.items()})
    return path


@pytest.mark.parametrize(
    "architecture",
    [
        {"blocks": [4, 8, 99999999], "colour": True, "dense": 12, "input_size": 16, "classes": 3},
        {"blocks": [], "colour": True, "dense": 12, "input_size": 16, "classes": 3},
        {"blocks": [4, 8, 72], "colour": True, "dense": 13, "input_size": 16, "classes": 3},
        {"blocks": [4, 8, 72], "colour": True, "dense": 12, "input_size": 16, "classes": 4},
        {"blocks": [4, 8], "nonsense": 1},
        {"blocks": ["a"], "colour": True, "dense": 12, "input_size": 16, "classes": 3},
        7,
    ],
)
def test_a_file_that_claims_something_else_is_refused(file: Path, architecture: object) -> None:
    with pytest.raises(NetworkError, match=r"architecture|lacks"):
        weights.load(rewritten(file, architecture=architecture))


@pytest.mark.parametrize(
    "entry",
    [
        {"suited": 3},
        {"suited": {"layers": "x"}},
        {"classes": 7},
        {"rms": {"a": "b"}},
        {"natural": 7},
        {"natural": {"conv1_1": {"squares": [1, 2], "share": 0.5}}},
        {"natural": {"conv9_9": {"squares": [1, 2, 3, 4], "share": 0.5}}},
    ],
)
def test_other_entries_that_make_no_sense_are_refused(file: Path, entry: dict[str, object]) -> None:
    with pytest.raises(NetworkError, match="lacks a usable"):
        weights.load(rewritten(file, **entry))


def test_a_folder_that_can_t_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="can't be written"):
        weights.save(tmp_path / "none" / "x.safetensors", fold(lived_in()), METADATA)


def test_weights_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    model = fold(lived_in())
    with torch.no_grad():
        next(model.parameters()).view(-1)[0] = float("nan")
    weights.save(tmp_path / "nan.safetensors", model, METADATA)
    with pytest.raises(NetworkError, match="not finite"):
        weights.load(tmp_path / "nan.safetensors")


def test_an_unknown_name_is_told_the_nearest() -> None:
    with pytest.raises(NetworkError, match=r"did you mean 'vgg16'.*mariana networks"):
        weights.load("vgg-16")
    with pytest.raises(NetworkError, match="no network at"):
        weights.load("elsewhere/mine.safetensors")


@pytest.mark.parametrize("path", sorted(MODELS.glob("*.safetensors")), ids=lambda path: path.stem)
def test_every_released_network_loads_and_its_card_is_its_metadata(path: Path) -> None:
    network = weights.load(path)
    assert path.with_suffix(".md").read_text(encoding="utf-8") == card(network.metadata)
    network.resolve(network.suited.layers.split()[0])
    assert set(network.rms) == set(network.layers)
    if not network.classes:
        return
    assert network.logits(torch.rand(1, 3, 120, 100)).shape == (1, len(network.classes))
    for evaluation in network.metadata["accuracy"].values():
        assert percent(evaluation["balanced_accuracy"]) in card(network.metadata)


def test_a_skeleton_without_classes_can_only_dream(tmp_path: Path) -> None:
    from mariana_video.networks.mariana import Architecture

    weights.save(tmp_path / "bare.safetensors", Mariana(Architecture((4,), classes=0)), {**METADATA, "classes": []})
    network = weights.load(tmp_path / "bare.safetensors")
    with pytest.raises(NetworkError, match="only dream"):
        network.logits(torch.rand(1, 3, 16, 16))


@pytest.mark.parametrize("name", ["mariana", "mariana-wide"])
def test_no_convolution_of_single_positions_is_left_to_the_library(name: str) -> None:
    """Its bits hang on the number of threads; a matrix product says the same."""
    network = weights.load(name)
    assert network.head is not None
    for module in (*network.body.modules(), *network.head.modules()):
        assert not isinstance(module, nn.Conv2d) or module.kernel_size != (1, 1)
