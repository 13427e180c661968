"""The layer `own`: a channel for each class of somebody's pictures, to be dreamed with.

A linear discriminant (Fisher 1936) of what a layer says at each position: the direction in which a class differs from
the others, of what varies within all of them. Solved at once, it needs few pictures.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mariana_video.networks.mariana import Mariana
from mariana_video.networks.network import IMAGENET
from mariana_video.training.pictures.augment import centre_crops, normalised
from mariana_video.training.pictures.data import Pictures

READS = "conv5_1"  # sees 132 pixels: a whole small animal
SIDE = 192  # pixels: what is learnt from is shown so large
_FIRM = 0.3  # of the mean variance, added to every direction's
_ALIKE = 1e-9  # classes of which nothing differs get a channel that says nothing
_EACH = 100  # pictures of a class that are looked at


@torch.no_grad()
def fit_own(model: Mariana, pictures: Pictures) -> None:
    """Set the layer `own` of a network, in place, by labelled pictures; its answers to other classes vary by 1."""
    assert model.own is not None
    said = [_said(model, pictures, number) for number in range(len(pictures.classes))]
    everything = torch.cat(said)
    covariance = torch.cov(everything.T)
    covariance += torch.eye(len(covariance), dtype=covariance.dtype) * covariance.diagonal().mean() * _FIRM
    layer = model.own.get_submodule("conv")
    assert isinstance(layer, nn.Conv2d)
    assert layer.bias is not None
    for number, own in enumerate(said):
        others = torch.cat([other for which, other in enumerate(said) if which != number])
        direction = torch.linalg.solve(covariance, own.mean(0) - others.mean(0))
        answers = others @ direction
        spread = answers.std().clamp_min(_ALIKE)
        layer.weight[number] = (direction / spread).float()[:, None, None]
        layer.bias[number] = -float(answers.mean() / spread)


def _said(model: Mariana, pictures: Pictures, number: int) -> Tensor:
    """What the layer that is read says at each position of a class's pictures: positions × channels, float64."""
    chosen = [i for i in range(len(pictures)) if pictures.labels[i] == number][:_EACH]
    rows = []
    for index in chosen:
        x = normalised(centre_crops([pictures.pictures[index]], SIDE), IMAGENET)
        found, _ = model.activations(x, [model.architecture.own])
        rows.append(found[model.architecture.own][0].flatten(1).T.double())
    return torch.cat(rows)
