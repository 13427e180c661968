"""Folding and balancing change no function; layers say what the convolutions do."""

from __future__ import annotations

import torch
from torch import nn

from mariana_video.networks.mariana import Architecture, Mariana, balance, fold, layers
from mariana_video.networks.network import Suited
from mariana_video.networks.weights import as_network

SMALL = Architecture((4, 8, 72), True, 12, 16, 3, batch_norm=True)
METADATA = {
    "name": "small",
    "suited": {"layers": "conv3_3", "step_size": 0.01, "strength": 0.1},
    "classes": list("abc"),
}


def lived_in(architecture: Architecture = SMALL) -> Mariana:
    """A network whose batch normalisation has seen something and whose channels differ in loudness."""
    torch.manual_seed(3)
    model = Mariana(architecture)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.2, 3)
            nn.init.uniform_(module.bias, -0.5, 0.5)
            module.running_mean.uniform_(-1, 1)
            module.running_var.uniform_(0.3, 3)
    return model.eval()


def test_a_folded_network_computes_the_same() -> None:
    model, x = lived_in(), torch.randn(2, 3, 24, 16)
    torch.testing.assert_close(fold(model)(x), model(x), rtol=1e-4, atol=1e-5)


def test_balancing_changes_responses_but_no_logits() -> None:
    model, x = fold(lived_in()), torch.randn(8, 3, 16, 16)
    before = model(x)
    names = list(layers(SMALL))
    rms = {n: r.pow(2).mean((0, 2, 3)).sqrt() for n, r in model.activations(x, names)[0].items()}
    balance(model, rms)
    torch.testing.assert_close(model(x), before, rtol=1e-3, atol=1e-4)
    after = {n: r.pow(2).mean((0, 2, 3)).sqrt() for n, r in model.activations(x, names)[0].items()}
    for name, values in after.items():
        loud = rms[name] > 0.05 * rms[name].median()
        assert loud.sum() > 1
        assert values[loud].max() / values[loud].min() < 1.01, name


def test_channels_that_are_nearly_dead_are_left_alone() -> None:
    model = fold(lived_in())
    weight = model.body.get_submodule("conv1_1.conv").weight
    before = weight[1].clone()
    rms = {name: torch.ones(layer.channels) for name, layer in layers(SMALL).items()}
    rms["conv1_1"] = torch.tensor([1.0, 0.001, 2.0, 4.0])
    balance(model, rms)
    torch.testing.assert_close(weight[1], before)


def test_stride_and_view_are_what_a_gradient_shows() -> None:
    network = as_network(fold(lived_in()), METADATA)
    for name, layer in network.layers.items():
        picture = torch.rand(1, 3, 96, 96).requires_grad_()
        response = network.responses(picture, [name])[0]
        assert response.shape[1:] == (layer.channels, 96 // layer.stride, 96 // layer.stride)
        middle = response[:, :, response.shape[2] // 2, response.shape[3] // 2].sum()
        (gradient,) = torch.autograd.grad(middle, picture)
        rows = gradient.abs().sum((0, 1, 3)).nonzero()
        assert 0 < rows.max() - rows.min() + 1 <= layer.view, name


def test_the_paper_s_skeleton_has_its_known_layers() -> None:
    known = layers(Architecture())
    assert list(known)[-1] == "conv4_3"
    assert (known["conv4_3"].channels, known["conv4_3"].stride, known["conv4_3"].view) == (256, 8, 92)
    assert Suited(**METADATA["suited"]).layers == "conv3_3"  # type: ignore[arg-type]
