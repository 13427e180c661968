"""Each published network says what its publisher's own model says, layer by layer, and may be dreamed with anywhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from mariana_video.networks import zoo
from mariana_video.networks.network import Network
from mariana_video.networks.states import State
from mariana_video.recipe.values.objective import read_terms
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
def pair(request: pytest.FixtureRequest) -> tuple[str, nn.Module, Network]:
    model = published(request.param)
    return request.param, model, zoo.built(request.param, State(model.state_dict()), "a test")


def close(found: Tensor, expected: Tensor) -> bool:
    """Whether two answers differ by rounding only, and say something."""
    scale = float(expected.abs().max())
    return scale > 0.01 and float((found - expected).abs().max()) < 1e-4 * scale


def test_layers_and_logits_are_the_publisher_s(pair: tuple[str, nn.Module, Network]) -> None:
    name, model, network = pair
    side = network.input_size
    assert side == (299 if name == "inception_v3" else 224)
    picture = torch.rand(1, 3, side, side)
    with torch.no_grad(), watched(model, modules_of(name, network)) as said:
        expected = model(normalised(name, picture))
        found = network.responses(picture, list(network.layers))
        assert network.classes == tuple(f"class {number}" for number in range(CLASSES))
        assert close(network.logits(picture), expected)
    for (layer, numbers), answer in zip(network.layers.items(), found, strict=True):
        assert close(answer, said[layer]), layer  # also: later stages have not written over it
        assert answer.min() >= 0
        assert answer.shape[1] == numbers.channels
        assert answer.shape[-1] == pytest.approx(side / numbers.stride, rel=0.2)


def test_every_layer_can_be_dreamed_with_at_any_size_from_the_floor_on(pair: tuple[str, nn.Module, Network]) -> None:
    _, _, network = pair
    floor = network.description.floor
    for shape in ((floor, floor), (floor + 20, floor + 53)):
        for layer in network.layers:
            picture = torch.rand(1, 3, *shape, requires_grad=True)
            network.responses(picture, [layer])[0].sum().backward()
            assert picture.grad is not None
            assert torch.isfinite(picture.grad).all()


def test_larger_pictures_have_a_logit_at_every_position(pair: tuple[str, nn.Module, Network]) -> None:
    _, _, network = pair
    stride = list(network.layers.values())[-1].stride
    assert network.head is not None
    with torch.no_grad():
        picture = torch.rand(1, 3, network.input_size + stride, network.input_size + 2 * stride)
        maps = network.head(network.responses(picture, [list(network.layers)[-1]])[0])
    if network.name.startswith("vgg"):
        return  # its last layer stands before the last pooling
    assert maps.shape == (1, CLASSES, 2, 3)


_ON_THREADS = """
import sys, torch, hashlib
torch.set_num_threads(int(sys.argv[1]))
from mariana_video.networks import zoo
from mariana_video.networks.states import State
from tests.networks.families.published import published
network = zoo.built("squeezenet1_1", State(published("squeezenet1_1").state_dict()), "a test")
generator = torch.Generator().manual_seed(0)
for side in (96, 190):
    picture = torch.rand(1, 3, side, side, generator=generator).requires_grad_()
    answer = network.responses(picture, ["fire9"])[0]
    answer.sum().backward()
    print(hashlib.sha256(answer.detach().numpy().tobytes() + picture.grad.numpy().tobytes()).hexdigest())
"""


def test_the_same_bits_on_any_number_of_threads() -> None:
    """Convolutions of single positions are what could differ."""

    def bits(threads: int) -> str:
        command = [sys.executable, "-c", _ON_THREADS, str(threads)]
        root = Path(__file__).parents[3]
        return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout

    one = bits(1)
    assert len(one.split()) == 2
    assert one == bits(2)


SPELT = {
    "vgg16": {"relu4_3": "conv4_3", "features.22": "conv4_3", "CONV1_1": "conv1_1"},
    "vgg19": {"relu5_4": "conv5_4", "features.35": "conv5_4"},
    "googlenet": {
        "mixed4c": "inception4c",
        "Mixed4C": "inception4c",
        "inception_4c/output": "inception4c",
        "inception_5b": "inception5b",
        "conv2d0": "conv1",
    },
    "inception_v3": {"mixed5b": "Mixed_5b", "mixed_7c": "Mixed_7c", "mixed0": "Mixed_5b", "mixed10": "Mixed_7c"},
    "resnet50": {
        "layer3": "layer3_5",
        "layer3.2": "layer3_2",
        "layer1.0": "layer1_0",
        "layer4": "layer4_2",
        "layer3_5": "layer3_5",
    },
    "squeezenet1_1": {"features.12": "fire9", "Fire2": "fire2"},
    "efficientnet_lite0": {"block1": "block1"},
}


def test_layers_have_the_literature_s_names_too(pair: tuple[str, nn.Module, Network]) -> None:
    name, _, network = pair
    for spelling, layer in SPELT[name].items():
        assert network.resolve(spelling).name == layer
    assert not network.description.aliases.keys() & network.layers.keys()
    for term in read_terms(network.suited.layers):
        network.resolve(term.what)


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("vgg19", ("conv1_1", "conv3_4", "conv4_1")),
        ("googlenet", ("conv1", "inception3a", "inception4c")),
        ("inception_v3", ("Conv2d_4a_3x3", "Mixed_5b", "Mixed_6a")),
        ("resnet50", ("conv1", "layer1_2", "layer2_1")),
        ("squeezenet1_1", ("conv1", "fire5", "fire8")),
        ("efficientnet_lite0", ("conv_stem", "block3", "block5")),
    ],
)
def test_a_layer_s_view_is_how_far_its_middle_sees(name: str, layers: tuple[str, ...]) -> None:
    """With means in place of maxima and no weight below 0, all that is seen counts."""
    network = zoo.built(name, State(published(name, positive=True).state_dict()), "a test")
    for parent in list(network.body.modules()):
        for own, module in list(parent.named_children()):
            if isinstance(module, nn.MaxPool2d):
                setattr(parent, own, nn.AvgPool2d(module.kernel_size, module.stride, module.padding))
            if isinstance(module, nn.ReLU6):
                setattr(parent, own, nn.ReLU())
    for layer in layers:
        view, stride = network.layers[layer].view, network.layers[layer].stride
        side = 2 * view + 8 * stride
        picture = torch.rand(1, 3, side, side, requires_grad=True)
        answer = network.responses(picture, [layer])[0]
        middle = answer.shape[-1] // 2
        answer[..., middle, middle].sum().backward()
        assert picture.grad is not None
        seen = picture.grad.abs().sum((0, 1, 2)).nonzero()
        assert int(seen.max() - seen.min()) + 1 == view, layer
