"""The paper's family of networks (Pernut, "DeepMarianaTrench: a DeepDream implementation"), a small VGG.

Blocks of 3×3 convolutions, each followed by ReLU, with 2×2 max pooling between and after; then flatten, dropout,
dense, dropout, dense, dense. Batch normalisation may stand between convolution and ReLU in training; `fold` merges
it into the convolutions, so that what is released is plain convolution + ReLU.

A convolution may be factored: 3×3 to a few directions, then 1×1 from these to its channels (Zhang, Zou, He & Sun,
"Accelerating Very Deep Convolutional Networks for Classification and Detection", arXiv 1505.06798, section 3.1).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from mariana_video.networks.network import Layer

SHALLOW = 64
OWN = "own"
QUIET = 0.05  # channels under this part of their layer's median RMS are left alone by `balance`


@dataclass(frozen=True)
class Architecture:
    """What is needed to build a network of the family again; `classes` 0 leaves the classifier out.

    Blocks of up to `shallow` channels have two convolutions, wider ones three. `ranks`, one a convolution where there
    are any, are the directions through which it is factored; 0 leaves it whole. `own` names the layer that the layer
    `own` reads, which has a channel for each class and is there to be dreamed with; empty: there is none.
    """

    blocks: tuple[int, ...] = (32, 64, 128, 256)
    colour: bool = True
    dense: int = 512
    input_size: int = 64
    classes: int = 10
    batch_norm: bool = False
    dropout: float = 0.5
    shallow: int = SHALLOW
    ranks: tuple[int, ...] = ()
    own: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the metadata; what only training needs (batch normalisation, dropout) is left out."""
        values = asdict(self)
        return {
            name: values[name]
            for name in ("blocks", "colour", "dense", "input_size", "classes", "shallow", "ranks", "own")
        }

    def convolutions(self) -> Iterator[tuple[str, int, int]]:
        """(name, channels in, channels out) of each convolution, shallow to deep."""
        width = 3 if self.colour else 1
        for block, channels in enumerate(self.blocks, start=1):
            for number in range(1, (2 if channels <= self.shallow else 3) + 1):
                yield f"conv{block}_{number}", width, channels
                width = channels

    def rank(self, name: str) -> int:
        """The directions through which a convolution goes; 0 where it is whole."""
        return dict(zip([one for one, *_ in self.convolutions()], self.ranks, strict=True))[name] if self.ranks else 0

    @property
    def flat_side(self) -> int:
        """Side of the map that reaches the dense layers."""
        return int(self.input_size // 2 ** len(self.blocks))


class Mariana(nn.Module):
    """A network of the family: `body` (stages `conv1_1`, …, `pool1`, …), `head` and `own` (None without)."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.architecture = architecture
        self.body = _body(architecture)
        self.head = _head(architecture) if architecture.classes else None
        self.own = _own(architecture) if architecture.own else None

    def forward(self, x: Tensor) -> Tensor:
        """Logits N×classes of normalised pictures N×C×H×W; positions of larger pictures are averaged."""
        return self.classify(self.body(x))

    def classify(self, pooled: Tensor) -> Tensor:
        """Logits N×classes of the body's output."""
        assert self.head is not None, "built without classes"
        maps: Tensor = self.head(pooled)
        return maps.mean((2, 3))

    def activations(self, x: Tensor, names: Iterable[str]) -> tuple[dict[str, Tensor], Tensor]:
        """The named stages' outputs and the body's output, of normalised pictures N×C×H×W."""
        wanted, found = set(names), {}
        for name, stage in self.body.named_children():
            x = stage(x)
            if name in wanted:
                found[name] = x
        return found, x


def layers(architecture: Architecture) -> dict[str, Layer]:
    """The family's layers with stride and receptive field (Dumoulin & Visin, arXiv 1603.07285, relationship 14)."""
    result: dict[str, Layer] = {}
    stride, view, block = 1, 1, "1"
    for name, _, channels in architecture.convolutions():
        if name[4] != block:  # a 2×2 pool lies between
            view, stride, block = view + stride, stride * 2, name[4]
        view += 2 * stride
        result[name] = Layer(name, channels, stride, view)
    if architecture.own:
        result[OWN] = replace(result[architecture.own], name=OWN, channels=architecture.classes)
    return result


def fold(network: Mariana) -> Mariana:
    """The same function without batch normalisation: w·γ/σ and (b − µ)·γ/σ + β in each convolution."""
    folded = Mariana(replace(network.architecture, batch_norm=False))
    with torch.no_grad():
        for name, stage in network.body.named_children():
            if name.startswith("conv"):
                _fold_stage(stage, folded.body.get_submodule(name))
        if network.head is not None and folded.head is not None:
            folded.head.load_state_dict(network.head.state_dict())
        if network.own is not None and folded.own is not None:
            folded.own.load_state_dict(network.own.state_dict())
    return folded.eval()


def balance(network: Mariana, channel_rms: Mapping[str, Tensor]) -> Mariana:
    """Scale every channel of a folded network, in place, to its layer's RMS, and undo it in the next layer.

    A ReLU network computes the same when a channel is multiplied by a positive number and the weights that read it
    by its inverse; but the mean squared activation that a dream climbs is then no longer won by the loudest few.

    Args:
        channel_rms: RMS of every channel (C values a layer) on natural pictures.
    """
    names = list(channel_rms)
    with torch.no_grad():
        for name, following in zip(names, [*names[1:], None], strict=True):
            scale = _scale(channel_rms[name])
            convolution = writer(network, name)
            convolution.weight.mul_(scale.view(-1, 1, 1, 1))
            assert convolution.bias is not None
            convolution.bias.mul_(scale)
            reader = convolution_of(network, following) if following else _first_dense(network)
            if reader is not None:
                reader.weight.div_(scale.view(1, -1, 1, 1))
    return network


def _scale(rms: Tensor) -> Tensor:
    target = rms.pow(2).mean().sqrt()
    loud = rms > QUIET * rms.median()
    return torch.where(loud, target / rms.clamp_min(1e-12), torch.ones_like(rms))


def _body(architecture: Architecture) -> nn.Sequential:
    stages: OrderedDict[str, nn.Module] = OrderedDict()
    block = "1"
    for name, inputs, outputs in architecture.convolutions():
        if name[4] != block:
            stages[f"pool{block}"] = nn.MaxPool2d(2)
            block = name[4]
        stages[name] = _stage(inputs, outputs, architecture.rank(name), architecture.batch_norm)
    stages[f"pool{block}"] = nn.MaxPool2d(2)
    return nn.Sequential(stages)


def _stage(inputs: int, outputs: int, rank: int, batch_norm: bool) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, rank or outputs, 3, padding=1, bias=not rank)
    parts: OrderedDict[str, nn.Module] = OrderedDict(conv=convolution)
    if rank:
        parts["mix"] = nn.Conv2d(rank, outputs, 1)
    elif not convolution.weight.is_meta:  # there, torch would load its compiler: two seconds
        nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
        if convolution.bias is not None:
            nn.init.zeros_(convolution.bias)
    if batch_norm:
        parts["norm"] = nn.BatchNorm2d(outputs)
    parts["relu"] = nn.ReLU()
    return nn.Sequential(parts)


def _head(architecture: Architecture) -> nn.Sequential:
    """Flatten and the dense layers as convolutions: the first reads the whole map, the others one position."""
    width, dropout = architecture.dense, architecture.dropout
    parts: OrderedDict[str, nn.Module] = OrderedDict(drop1=nn.Dropout(dropout))
    parts["dense1"] = nn.Conv2d(architecture.blocks[-1], width, architecture.flat_side)
    parts["relu1"] = nn.ReLU()
    parts["drop2"] = nn.Dropout(dropout)
    parts["dense2"] = nn.Conv2d(width, width, 1)
    parts["relu2"] = nn.ReLU()
    parts["dense3"] = nn.Conv2d(width, architecture.classes, 1)
    return nn.Sequential(parts)


def _own(architecture: Architecture) -> nn.Sequential:
    read = layers(replace(architecture, own=""))[architecture.own].channels
    return nn.Sequential(OrderedDict(conv=nn.Conv2d(read, architecture.classes, 1), relu=nn.ReLU()))


def _fold_stage(stage: nn.Module, folded: nn.Module) -> None:
    if hasattr(stage, "mix"):  # factored ones never have batch normalisation
        folded.load_state_dict(stage.state_dict())
        return
    source, target = stage.get_submodule("conv"), folded.get_submodule("conv")
    assert isinstance(source, nn.Conv2d)
    assert isinstance(target, nn.Conv2d)
    assert source.bias is not None
    assert target.bias is not None
    weight, bias = source.weight, source.bias
    norm = getattr(stage, "norm", None)
    if isinstance(norm, nn.BatchNorm2d):
        assert norm.running_var is not None
        assert norm.running_mean is not None
        factor = norm.weight / (norm.running_var + norm.eps).sqrt()
        weight = weight * factor.view(-1, 1, 1, 1)
        bias = (bias - norm.running_mean) * factor + norm.bias
    target.weight.copy_(weight)
    target.bias.copy_(bias)


def convolution_of(network: Mariana, name: str) -> nn.Conv2d:
    """The 3×3 convolution of a layer: what reads the layer before."""
    module = network.body.get_submodule(f"{name}.conv")
    assert isinstance(module, nn.Conv2d)
    return module


def writer(network: Mariana, name: str) -> nn.Conv2d:
    """What gives a layer its channels: its convolution, or the 1×1 one after it where it is factored."""
    module = getattr(network.body.get_submodule(name), "mix", None)
    return module if isinstance(module, nn.Conv2d) else convolution_of(network, name)


def _first_dense(network: Mariana) -> nn.Conv2d | None:
    if network.head is None:
        return None
    module = network.head.get_submodule("dense1")
    assert isinstance(module, nn.Conv2d)
    return module
