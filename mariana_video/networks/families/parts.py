"""How published models are made fit to dream: normalisation folded, the same bits always, dense layers anywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval


def folded(model: nn.Module) -> nn.Module:
    """The model, in place, every batch normalisation that follows a convolution merged into it.

    That says the same, and spares the memory that the gradient would need of each normalisation.
    """
    for parent in list(model.modules()):
        for (before, convolution), (name, norm) in pairwise(list(parent.named_children())):
            if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(parent, before, fuse_conv_bn_eval(convolution, norm))
                setattr(parent, name, nn.Identity())
    return model


class Pointwise(nn.Module):
    """A convolution of single positions, as a matrix product.

    oneDNN's convolution of that kind gives other bits on another number of threads.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.weight = nn.Parameter(convolution.weight.detach().flatten(1))
        self.bias = convolution.bias
        self.stride = convolution.stride[0]

    def forward(self, x: Tensor) -> Tensor:
        """N×C×h×w to N×D×h×w, of every stride-th position."""
        taken = x if self.stride == 1 else x[..., :: self.stride, :: self.stride]
        return F.linear(taken.permute(0, 2, 3, 1), self.weight, self.bias).permute(0, 3, 1, 2)


def pointwise(model: nn.Module) -> nn.Module:
    """The model, in place, its convolutions of single positions replaced by `Pointwise`."""
    for parent in list(model.modules()):
        for name, module in list(parent.named_children()):
            if isinstance(module, nn.Conv2d) and tuple(module.kernel_size) == (1, 1) and module.groups == 1:
                setattr(parent, name, Pointwise(module))
    return model


def as_convolutions(entries: Sequence[tuple[Tensor, Tensor]], channels: int) -> list[nn.Conv2d]:
    """Dense layers as convolutions, from their (weight, bias), the first one on maps of so many `channels`.

    A layer that reads more inputs than there are channels reads a square of positions at once.

    Raises:
        ValueError: they don't follow each other.
    """
    found: list[nn.Conv2d] = []
    for weight, bias in entries:
        outputs, inputs = (weight.shape[0], math.prod(weight.shape[1:])) if weight.ndim > 1 else (0, 0)
        side = math.isqrt(inputs // channels)
        if not outputs or inputs != channels * side**2 or bias.shape != (outputs,):
            shape = "×".join(map(str, weight.shape))
            raise ValueError(f"a dense layer of {shape} doesn't go with {channels} channels before it")
        with torch.device("meta"):
            layer = nn.Conv2d(channels, outputs, side)
        layer.load_state_dict({"weight": weight.reshape(outputs, channels, side, side), "bias": bias}, assign=True)
        found.append(layer)
        channels = outputs
    return found


def averaged(window: int, layers: Sequence[nn.Conv2d]) -> nn.Module:
    """A classifier that averages over `window` positions a side, wherever they lie, and then tells classes apart."""
    return nn.Sequential(nn.AvgPool2d(window, stride=1), *layers)
