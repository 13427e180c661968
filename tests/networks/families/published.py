"""The publishers' own models, with random weights that let something through to the last layer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torchvision import models

CLASSES = 5


def published(name: str, classes: int = CLASSES, positive: bool = False) -> nn.Module:
    """torchvision's model, or that of the package, to evaluate; of `positive` weights nothing is lost at a ReLU."""
    torch.manual_seed(0)
    model = _made(name, classes).eval()
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.normal_(module.weight, std=(2 / module.weight[0].numel()) ** 0.5)
                if positive:
                    module.weight.abs_()
                if module.bias is not None:
                    module.bias.uniform_(0, 0.1)
            if isinstance(module, nn.BatchNorm2d):
                for values, low, high in (("weight", 0.5, 1.5), ("bias", 0, 0.2), ("running_var", 0.5, 1.5)):
                    getattr(module, values).uniform_(low, high)
                assert module.running_mean is not None
                module.running_mean.uniform_(-0.2, 0)
    return model


def _made(name: str, classes: int) -> nn.Module:
    if name == "efficientnet_lite0":
        from efficientnet_lite_pytorch import EfficientNet

        made: nn.Module = EfficientNet.from_name("efficientnet-lite0", num_classes=classes)
        return made
    if name.startswith("vgg"):
        with torch.device("meta"):  # its dense layers would take most of a gigabyte: narrow ones say the same
            features = models.get_model(name).features
        layers = [nn.Linear(512 * 49, 8), nn.ReLU(), nn.Dropout(), nn.Linear(8, 8), nn.ReLU(), nn.Dropout()]
        classifier = nn.Sequential(*layers, nn.Linear(8, classes))
        parts = {"features": features.to_empty(device="cpu"), "flat": nn.Flatten(), "classifier": classifier}
        return nn.Sequential(OrderedDict(parts))
    options = {"transform_input": True, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
    torchvisions: nn.Module = models.get_model(name, num_classes=classes, **options)
    return torchvisions


def normalised(name: str, picture: Tensor) -> Tensor:
    """A picture of 0…1 as the publisher's model is to be given it."""
    mean, std = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    if name == "efficientnet_lite0":
        mean, std = (127 / 255,) * 3, (128 / 255,) * 3
    return (picture - torch.tensor(mean).view(1, 3, 1, 1)) / torch.tensor(std).view(1, 3, 1, 1)


@contextmanager
def watched(model: nn.Module, modules: Mapping[str, str]) -> Iterator[dict[str, Tensor]]:
    """What modules say while a picture goes through, by the name of our layer, copied before it can be written over."""
    said: dict[str, Tensor] = {}
    hooks = [
        model.get_submodule(module).register_forward_hook(
            lambda _, __, output, layer=layer: said.__setitem__(layer, output.detach().clone())
        )
        for layer, module in modules.items()
    ]
    yield said
    for hook in hooks:
        hook.remove()
