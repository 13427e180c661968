"""Networks that a caller brings: their layers are found out, and what can't dream is told in a line."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import partial

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mariana_video.errors import NetworkError
from mariana_video.networks import added
from mariana_video.networks.added import look
from mariana_video.networks.measured import checksum_of, measure
from mariana_video.networks.network import Layer
from mariana_video.networks.weights import load


class Two(nn.Module):
    """Two convolutions with pooling between, in training."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.first, self.second = nn.Conv2d(3, 6, 5, padding=2), nn.Conv2d(6, 8, 3, stride=2)
        self.norm = nn.BatchNorm2d(6)

    def forward(self, x: Tensor) -> Mapping[str, Tensor]:
        first = self.norm(self.first(x - 0.5)).relu()
        return {"first.relu": first, "second": self.second(F.max_pool2d(first, 2)).relu()}


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(added, "_kept", {})
    return


def test_its_layers_are_found_out() -> None:
    found = look("two", Two()).description
    assert found.layers == {"first.relu": Layer("first.relu", 6, 1, 5), "second": Layer("second", 8, 4, 10)}
    assert found.floor == 6  # 3 positions after pooling
    assert found.suited.layers == "second"


def test_how_far_a_layer_sees_is_looked_for_on_larger_pictures() -> None:
    def far(x: Tensor) -> Mapping[str, Tensor]:
        wide = F.conv2d(x, torch.ones(2, 3, 3, 3), dilation=150, padding=150)
        return {"wide": wide, "everywhere": x * x.mean((2, 3), keepdim=True)}

    assert {layer.name: layer.view for layer in look("far", far).description.layers.values()} == {
        "wide": 301,
        "everywhere": 512,
    }


def test_a_module_is_copied_and_each_work_has_its_own() -> None:
    module = Two()
    added.keep(look("two", module))
    picture = torch.rand(1, 3, 16, 16)
    before = load("two").responses(picture, ["second"])[0]
    with torch.no_grad():
        module.first.weight.zero_()
    assert module.training
    one, other = load("two"), load("two").to(dtype=torch.float64)
    assert (one.dtype, other.dtype) == (torch.float32, torch.float64)
    assert torch.equal(one.responses(picture, ["second"])[0], before)
    (seen,) = other.responses(picture, ["FIRST.relu"])
    assert seen.dtype == torch.float64


def test_a_function_is_known_by_what_it_says() -> None:
    """It has no weights to take a checksum of: what natural pictures do to it stands for them."""

    def edges(x: Tensor, gain: float) -> Mapping[str, Tensor]:
        return {"edges": (gain * (x[..., 1:, 1:] - x[..., :-1, :-1])).relu()}

    sums = []
    for gain in (1.0, 1.0, 2.0):
        added.keep(look("edges", partial(edges, gain=gain)))
        network = load("edges")
        network.to(dtype=torch.bfloat16)
        assert network.responses(torch.rand(1, 3, 9, 9), ["edges"])[0].dtype == torch.float32
        measure(network, ["edges"])
        sums.append(checksum_of(network))
    assert sums[0] == sums[1] != sums[2]
    assert network.layers["edges"].view == 2


def test_looked_at_inside_inference_mode_it_still_dreams() -> None:
    with torch.inference_mode():
        added.keep(look("two", Two()))
        network = load("two")
    picture = torch.rand(1, 3, 16, 16, requires_grad=True)
    network.responses(picture, ["second"])[0].sum().backward()
    assert picture.grad is not None


WRONG = {
    "fails on a picture of 1×3×256×256 \\(TypeError": lambda x: x + "a",
    "gives Tensor; give a mapping": lambda x: x,
    "gives dict": lambda x: {},
    "'0' can't be a layer's name": lambda x: {"0": x},
    "'classes' can't be a layer's name": lambda x: {"classes": x},
    "its layer a is list": lambda x: {"a": [x]},
    "its layer a is 1×3; give N×C×h×w": lambda x: {"a": x.mean((2, 3))},
    "no gradient leads from its layer a": lambda x: {"a": x.detach()},
    "layer a is no larger for a larger picture": lambda x: {"a": F.adaptive_avg_pool2d(x, 7)},
}


@pytest.mark.parametrize("told", WRONG)
def test_what_is_no_network_is_told_in_a_line(told: str) -> None:
    with pytest.raises(NetworkError, match=rf"^mine\b.*{told}"):
        look("mine", WRONG[told])  # type: ignore[arg-type]  # that is the point


def test_what_it_says_of_later_pictures_is_looked_at_too() -> None:
    def fickle(x: Tensor) -> Mapping[str, Tensor]:
        return {"a": x, **({"b": x} if x.shape[-1] != 50 else {})}

    network = look("fickle", fickle).made()
    with pytest.raises(NetworkError, match="fickle says nothing of its layer b for a picture of 1×3×50×50"):
        network.responses(torch.rand(1, 3, 50, 50), ["a", "b"])


@pytest.mark.parametrize("name", ["antigravity", "torchvision.models.alexnet", "this:that", "two"])
def test_a_name_never_imports_anything(name: str) -> None:
    before = set(sys.modules)
    with pytest.raises(NetworkError, match="no network called"):
        load(name)
    assert not {"antigravity", "this"} & (set(sys.modules) - before)
