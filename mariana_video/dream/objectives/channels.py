"""One channel of a layer, `conv4_3[17]`: one motif, everywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from torch import Tensor

from mariana_video.dream.objectives.kind import Features, Kind
from mariana_video.dream.objectives.layers import layers_of, worth
from mariana_video.errors import NetworkError
from mariana_video.networks.network import Layer, Network


@dataclass(frozen=True)
class Channel(Kind, example="conv4_3[17]", means="one channel of a layer, counted from 0"):
    """One channel of one layer."""

    layer: str
    channel: int

    @classmethod
    def read(cls, what: str, network: Network) -> tuple[Self, ...] | None:
        """A layer's name and a number in square brackets."""
        found = re.fullmatch(r"([\w./]+)\[(\d+)\]", what)
        if found is None:
            return None
        return tuple(cls(layer.name, _checked(found[2], layer, network)) for layer in layers_of(network, found[1]))

    @property
    def layers(self) -> tuple[str, ...]:
        """Its layer."""
        return (self.layer,)

    def score(self, features: Features) -> Tensor:
        """What the channel is worth, beside all of its layer on natural pictures."""
        return worth(features, self.layer, features.responses[self.layer][:, self.channel])

    def numbers(self, network: Network) -> Sequence[int]:  # noqa: ARG002  # a whole layer asks it
        """The one."""
        return (self.channel,)


def _checked(channel: str, layer: Layer, network: Network) -> int:
    if len(channel) > len(str(layer.channels)) or int(channel) >= layer.channels:
        raise NetworkError(
            f"{layer.name}[{channel[:60]}]: {layer.name} of {network.name} has channels 0 to {layer.channels - 1}"
        )
    return int(channel)
