"""Whole layers, `conv4_3`, `conv4_*`, `all`: how far they go beyond what they say of natural pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Self

import torch
from torch import Tensor

from mariana_video.dream.objectives.kind import Features, Kind, Measure
from mariana_video.errors import NetworkError
from mariana_video.networks.network import Layer, Network

ALL = "all"


@dataclass(frozen=True)
class WholeLayer(Kind, example="conv4_3", means="a layer; `all` is every layer, `conv4_*` each whose name fits"):
    """One layer; `among` says how much each of its channels counts, 1 on average (empty: all alike)."""

    layer: str
    among: tuple[float, ...] = ()

    @classmethod
    def read(cls, what: str, network: Network) -> tuple[Self, ...] | None:
        """A name alone."""
        if not re.fullmatch(r"[\w./*?]+", what):
            return None
        return tuple(cls(layer.name) for layer in layers_of(network, what))

    @property
    def layers(self) -> tuple[str, ...]:
        """The one."""
        return (self.layer,)

    def pools(self, measure: Measure) -> bool:
        """Shares are taken over regions."""
        return measure == "share"

    def score(self, features: Features) -> Tensor:
        """What it is worth as a whole.

        Squares are taken after ReLU: squaring before it would also excite what a channel is against.
        """
        if self.pools(features.measure):
            return features.network.natural(self.layer).shares_of(features.regions(self.layer), self.among).mean()
        response = features.responses[self.layer]
        if self.among:
            counts = torch.tensor(self.among).to(response).view(1, -1, 1, 1)
            response = response * (counts if features.measure == "mean" else counts.sqrt())
        return worth(features, self.layer, response)

    def channels(self, network: Network) -> int:
        """All of the layer's."""
        return network.layers[self.layer].channels

    def numbers(self, network: Network) -> Sequence[int]:
        """All of them."""
        return range(self.channels(network))

    def weighing(self, among: Sequence[float]) -> Self:
        """The same, its channels counting so much."""
        return replace(self, among=tuple(among))


def layers_of(network: Network, name: str) -> tuple[Layer, ...]:
    """The layers that a name, or a pattern with * and ?, stands for, shallow to deep.

    Raises NetworkError where there is none.
    """
    if name == ALL:
        return tuple(network.layers.values())
    if "*" not in name and "?" not in name:
        return (network.resolve(name),)
    called = {own: [own] for own in network.layers}
    for alias, own in network.description.aliases.items():
        called[own].append(alias)
    wanted = name.casefold()
    fitting = [own for own, names in called.items() if any(fnmatchcase(one.casefold(), wanted) for one in names)]
    if not fitting:
        raise NetworkError(
            f"{network.name} has no layer like {name[:60]!r}; `mariana layers {network.name}` lists them"
        )
    return tuple(network.layers[own] for own in fitting)


def worth(features: Features, layer: str, response: Tensor) -> Tensor:
    """What the activations of some channels of a layer are worth: their mean, or their mean square over the natural."""
    if features.measure == "mean":
        return response.float().mean()
    return response.float().square().mean() * (1 / features.network.rms[layer] ** 2)
