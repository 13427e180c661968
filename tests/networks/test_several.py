"""Networks in the plural: which are loaded, in which order, and with which weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torchvision.models.vgg import cfgs, make_layers

from mariana_video.dream.objectives.chosen import chosen
from mariana_video.errors import NetworkError, UsageError
from mariana_video.networks import measured
from mariana_video.networks.files import read_safetensors
from mariana_video.networks.natural import Natural
from mariana_video.networks.several import load_named, with_weights
from mariana_video.networks.weights import load, released
from mariana_video.recipe.values.networks import Networks
from mariana_video.recipe.values.objective import Objective
from tests.conftest import small_network, write_tiny


def test_those_that_terms_name_are_loaded_the_said_ones_first(tmp_path: Path) -> None:
    said = Networks.of([write_tiny(tmp_path / "one.safetensors"), f"b={write_tiny(tmp_path / 'two.safetensors', 1)}"])
    found = load_named(said, None, ["colour4-dense256", "b", ""])
    assert [(name, one.name) for name, one in found.items()] == [
        ("one", "one"),
        ("b", "two"),
        ("colour4-dense256", "colour4-dense256"),
    ]
    assert list(load_named(said, None, ["colour4-dense256"])) == ["colour4-dense256"]
    networks, objective = chosen(said, None, None)
    assert (list(networks), str(objective)) == (["one", "b"], "one:conv2_2 + b:conv2_2")
    assert chosen(Networks.of(tmp_path / "one.safetensors"), None, None)[1] == Objective("conv2_2")


@pytest.mark.parametrize("name", ["marianna", "x" * 10_000])
def test_an_unknown_network_is_refused_before_any_is_loaded(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("mariana_video.networks.weights.load", lambda *_: pytest.fail("one was loaded"))
    with pytest.raises(NetworkError, match="no network called") as told:
        load_named(Networks("mariana"), None, ["", name])
    assert ("did you mean 'mariana'" in str(told.value)) == (name == "marianna")
    assert len(str(told.value)) < 300


def test_weights_go_to_the_one_network_that_they_are_for() -> None:
    said = with_weights(Networks("mariana, v=vgg16"), Path("v.pth"))
    assert [str(one) for one in said] == ["mariana", "v=vgg16@v.pth"]
    with pytest.raises(UsageError, match=r"--network vgg16@FILE --network inception_v3@FILE"):
        with_weights(Networks("vgg16, inception_v3"), Path("v.pth"))
    with pytest.raises(UsageError, match="says a file already"):
        with_weights(Networks("vgg16@a.pth"), Path("v.pth"))
    with pytest.raises(UsageError, match="does nothing for mariana"):
        load_named(Networks("mariana"), Path("v.pth"), [""])


# Measured where the file doesn't say.


def test_what_is_measured_is_near_what_many_photographs_say() -> None:
    """Each layer's level within a third; its channels nearer than if all were taken for alike."""
    known, found = load("colour4-dense512-l2-sgd"), load("colour4-dense512-l2-sgd")
    found.description = measured.replace(found.description, natural={}, rms={})
    measured.measure(found, ["conv1_1"])
    for name in known.layers:
        expected, seen = known.natural(name).squares, found.natural(name).squares
        off = (seen.clamp_min(1e-9) / expected.clamp_min(1e-9)).log()[expected > 1e-3 * expected.max()] / 2
        alike = expected[expected > 1e-3 * expected.max()].log() / 2
        assert 0.66 < float((seen.mean() / expected.mean()).sqrt()) < 1.5, name
        assert float(off.std()) < float(alike.std()), name
        assert found.rms[name] == pytest.approx(float(seen.mean().sqrt()))


def test_what_a_file_says_is_kept_and_its_level_too() -> None:
    network = small_network()
    said = Natural(torch.full((8,), 3.0), 0.5)
    network.description = measured.replace(network.description, natural={"conv1": said}, rms={"conv2": 7.0})
    measured.measure(network, ["conv1"])
    assert list(network.description.natural) == ["conv1"]  # nothing was missing
    measured.measure(network, ["conv1", "conv3"])
    assert network.natural("conv1") is said
    assert network.natural("conv2").squares.mean() == pytest.approx(49, rel=1e-3)
    before = measured.checksum_of(network)
    again = small_network()
    measured.measure(again, ["conv3"])
    assert torch.equal(again.natural("conv3").squares, network.natural("conv3").squares)
    assert measured.checksum_of(again) != before


def test_natural_pictures_score_about_1_once_measured() -> None:
    network = small_network()
    measured.measure(network, ["conv2"])
    shown = [network.responses(one, ["conv2"])[0] for one in measured.pictures()]
    scores = torch.tensor([float(network.natural("conv2").shares(one).mean()) for one in shown])
    assert float(scores.median()) == pytest.approx(1, rel=0.05)


def test_torchvisions_vgg16_is_known_by_its_weights(tmp_path: Path) -> None:
    """The same weights in a .pth are as the program's own; others are measured."""
    own = read_safetensors(released()["vgg16"])[0]
    torch.save({name: tensor.float() for name, tensor in own.items()}, tmp_path / "same.pth")
    torch.manual_seed(0)
    features = {f"features.{name}": value for name, value in make_layers(cfgs["D"]).state_dict().items()}
    torch.save(features, tmp_path / "other.pth")
    same, other = (load("vgg16", tmp_path / name) for name in ("same.pth", "other.pth"))
    assert measured.checksum_of(same) == measured.checksum_of(load("vgg16"))
    assert not other.description.natural
    measured.measure(other, ["conv1_1"])
    assert measured.checksum_of(other) != measured.checksum_of(same)


def test_a_network_that_says_no_numbers_is_refused_by_name() -> None:
    """Finite weights whose activations overflow: one line, before any picture."""
    network = small_network("broken")
    network.body[0][0].weight.data *= 1e38
    network.body[2][0].weight.data *= 1e38
    with pytest.raises(NetworkError, match="broken: what conv1 says of a photograph is no number"):
        measured.measure(network, ["conv3"])
