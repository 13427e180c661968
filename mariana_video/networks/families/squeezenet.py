"""SqueezeNet 1.1 (Iandola et al., arXiv 1602.07360), layers `conv1` and `fire2` … `fire9`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import nn

from mariana_video.networks.families.family import Family, chain, spelt

_STAGES = (  # name, channels, kernel of the widest branch, stride; where torchvision's list has its end
    ("conv1", 64, 3, 2, 1),
    ("pool1", 0, 3, 2, 2),
    ("fire2", 128, 3, 1, 3),
    ("fire3", 128, 3, 1, 4),
    ("pool3", 0, 3, 2, 5),
    ("fire4", 256, 3, 1, 6),
    ("fire5", 256, 3, 1, 7),
    ("pool5", 0, 3, 2, 8),
    ("fire6", 384, 3, 1, 9),
    ("fire7", 384, 3, 1, 10),
    ("fire8", 512, 3, 1, 11),
    ("fire9", 512, 3, 1, 12),
)
_LAYERS = chain(*(stage[:4] for stage in _STAGES))
_AT = {name: f"features.{index}" for name, *_, index in _STAGES}
_WINDOW = 13  # positions a side of the last layer on a picture of 224


def _skeleton() -> nn.Module:
    from torchvision import models

    model: nn.Module = models.get_model("squeezenet1_1", num_classes=1)
    return model


def _stages(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    yield "conv1", nn.Sequential(*(model.get_submodule(f"features.{index}") for index in (0, 1)))
    yield from ((name, model.get_submodule(_AT[name])) for name, *_ in _STAGES[1:])


def _head(layers: Sequence[nn.Conv2d]) -> nn.Module:
    """Classes are told apart at every position, then averaged: it has no dense layer."""
    return nn.Sequential(*layers, nn.ReLU(), nn.AvgPool2d(_WINDOW, stride=1))


SQUEEZENET1_1 = Family(
    "squeezenet1_1",
    _skeleton,
    _stages,
    _LAYERS,
    dense="classifier",
    head=_head,
    suited="fire8",
    floor=17,
    aliases=spelt(_LAYERS, _AT.__getitem__),
)
