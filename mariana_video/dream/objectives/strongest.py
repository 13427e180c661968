"""The channels of a layer that a picture excites most, `conv4_3[5 strongest]`: more of what is there already."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from torch import Tensor

from mariana_video.dream.objectives.channels import together
from mariana_video.dream.objectives.kind import Features, Kind, Measure
from mariana_video.dream.objectives.layers import layers_of
from mariana_video.errors import NetworkError
from mariana_video.networks.network import Network


@dataclass(frozen=True)
class Strongest(
    Kind,
    example="conv4_3[5 strongest]",
    means="the five channels that the source excites most",
    beside=("source",),
):
    """The `count` channels of a layer that say most of the source, each beside what it says of natural pictures."""

    layer: str
    count: int

    @classmethod
    def read(cls, what: str, network: Network) -> tuple[Self, ...] | None:
        """A layer's name and how many, in square brackets."""
        found = re.fullmatch(r"([\w./*?]+)\[\s*(\d+)\s+strongest\s*\]", what)
        if found is None:
            return None
        layers = layers_of(network, found[1])
        for layer in layers:
            if len(found[2].lstrip("0")) > 5 or not 0 < int(found[2]) <= layer.channels:
                raise NetworkError(f"{what[:60]}: {layer.name} of {network.name} has {layer.channels} channels")
        return tuple(cls(layer.name, int(found[2])) for layer in layers)

    @property
    def layers(self) -> tuple[str, ...]:
        """Its layer."""
        return (self.layer,)

    def pools(self, measure: Measure) -> bool:
        """As `together` has it."""
        return measure == "share" and self.count > 1

    def score(self, features: Features) -> Tensor:
        """What they are worth together."""
        said = features.beside["source"][self.layer].float().square().mean((0, 2, 3))
        loud = said / features.network.natural(self.layer).squares.to(said).clamp_min(1e-12)
        # Of channels alike the first: the order of a sort hangs on the processor.
        order = sorted(range(len(loud)), key=lambda channel: (-float(loud[channel]), channel))
        return together(features, self.layer, tuple(sorted(order[: self.count])))
