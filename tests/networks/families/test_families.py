"""Each published network says what its publisher's own model says, layer by layer, and may be dreamed with anywhere."""

from __future__ import annotations

import pytest
import torch

from mariana_video.networks import zoo
from mariana_video.networks.network import Network
from mariana_video.networks.states import State
from tests.networks.families.published import CLASSES, normalised, published, watched

VGG16 = (1, 3, 6, 8, 11, 13, 15, 18, 20, 22, 25, 27, 29)
VGG19 = (1, 3, 6, 8, 11, 13, 15, 17, 20, 22, 24, 26, 29, 31, 33, 35)


def modules_of(name: str, network: Network) -> dict[str, str]:
    """The publisher's module whose output each of our layers is."""
    layers = list(network.layers)
    if name in ("vgg16", "vgg19"):
        return {layer: f"features.{at}" for layer, at in zip(layers, VGG16 if name == "vgg16" else VGG19, strict=True)}
    if name == "squeezenet1_1":
        places = (1, 3, 4, 6, 7, 9, 10, 11, 12)
        return {layer: f"features.{at}" for layer, at in zip(layers, places, strict=True)}
    if name == "resnet50":  # its first ReLU is one of a module alone
        return {layer: layer.replace("_", ".") if layer != "conv1" else "relu" for layer in layers}
    return {layer: layer for layer in layers}


@pytest.fixture(scope="module", params=[name for name in zoo.NAMES if name != "efficientnet_lite0"])
def pair(request: pytest.FixtureRequest) -> tuple[str, torch.nn.Module, Network]:
    model = published(request.param)
    return request.param, model, zoo.built(request.param, State(model.state_dict()), "a test")


def test_layers_and_logits_are_the_publisher_s(pair: tuple[str, torch.nn.Module, Network]) -> None:
    name, model, network = pair
    side = network.input_size
    assert side == (299 if name == "inception_v3" else 224)
    picture = torch.rand(1, 3, side, side)
    with torch.no_grad(), watched(model, modules_of(name, network)) as said:
        expected = model(normalised(name, picture))
        found = network.responses(picture, list(network.layers))
        assert network.classes == tuple(f"class {number}" for number in range(CLASSES))
        torch.testing.assert_close(network.logits(picture), expected, rtol=1e-3, atol=1e-3)
    for (layer, numbers), answer in zip(network.layers.items(), found, strict=True):
        torch.testing.assert_close(answer, said[layer], rtol=1e-3, atol=1e-3, msg=lambda told, at=layer: f"{at}: {told}")
        assert answer.min() >= 0
        assert answer.max() > 0.1  # something comes through
        assert answer.shape[1] == numbers.channels
        assert answer.shape[-1] == pytest.approx(side / numbers.stride, rel=0.2)
