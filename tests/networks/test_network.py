"""One network for all: spelling, depth, normalisation, any size, inference mode, precision."""

from __future__ import annotations

import pytest
import torch

from mariana_video.errors import NetworkError
from mariana_video.networks.mariana import Architecture, fold
from mariana_video.networks.network import Network
from mariana_video.networks.weights import as_network
from tests.networks.test_mariana import METADATA, SMALL, lived_in


@pytest.fixture
def network() -> Network:
    return as_network(fold(lived_in()), METADATA)


def test_both_spellings_mean_the_activation_after_relu(network: Network) -> None:
    assert network.resolve("relu2_1") is network.resolve(" conv2_1")
    one, other = network.responses(torch.rand(1, 3, 20, 24), ["conv3_1", "relu3_1"])
    assert torch.equal(one, other)
    assert one.min() == 0


def test_an_unknown_layer_is_told_the_nearest_and_where_to_list(network: Network) -> None:
    with pytest.raises(NetworkError, match=r"did you mean 'conv3_3'.*mariana layers small"):
        network.resolve("conv3_33")


def test_nothing_below_the_deepest_layer_runs(network: Network) -> None:
    ran: list[str] = []
    for name, stage in network.body.named_children():
        stage.register_forward_hook(lambda *_, name=name: ran.append(name))
    network.responses(torch.rand(1, 3, 16, 16), ["conv2_1", "conv1_2"])
    assert ran == ["conv1_1", "conv1_2", "pool1", "conv2_1"]


def test_answers_come_in_the_order_asked_and_differentiable(network: Network) -> None:
    picture = torch.rand(1, 3, 16, 16, requires_grad=True)
    deep, shallow = network.responses(picture, ["conv2_2", "conv1_1"])
    assert deep.shape[1] == 8
    assert shallow.shape[1] == 4
    (gradient,) = torch.autograd.grad(deep.sum(), picture)
    assert gradient.abs().sum() > 0
    assert not any(p.requires_grad for p in network.body.parameters())


def test_a_grey_network_sees_luma() -> None:
    grey = Architecture((4, 8), False, 6, 16, 3)
    network = as_network(fold(lived_in(grey)), METADATA)
    picture = torch.rand(1, 3, 16, 16)
    luma = (picture * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True).expand(-1, 3, -1, -1)
    assert network.grey
    assert not torch.equal(picture, luma)
    a, b = (network.responses(x, ["conv2_2"])[0] for x in (picture, luma))
    torch.testing.assert_close(a, b)


@pytest.mark.parametrize("shape", [(16, 16), (40, 17), (9, 30), (5, 5)])
def test_logits_of_any_size(network: Network, shape: tuple[int, int]) -> None:
    assert network.logits(torch.rand(2, 3, *shape)).shape == (2, 3)


def test_positions_are_averaged(network: Network) -> None:
    picture = torch.rand(1, 3, 16, 32)
    maps = network.head(network.body(network._prepared(picture)))  # type: ignore[misc]
    assert maps.shape[-1] > 1
    torch.testing.assert_close(network.logits(picture), maps.mean((2, 3)))


def test_moved_inside_inference_mode_it_still_dreams(network: Network) -> None:
    with torch.inference_mode():
        network.to(dtype=torch.float64, memory_format=torch.channels_last)
    picture = torch.rand(1, 3, 16, 16, requires_grad=True)
    network.responses(picture, ["conv2_2"])[0].sum().backward()
    assert picture.grad is not None


def test_smallest_grows_with_depth(network: Network) -> None:
    assert network.smallest(["conv1_1"]) < network.smallest(["conv1_1", "relu3_1"]) == 16
    assert SMALL.flat_side == 2
