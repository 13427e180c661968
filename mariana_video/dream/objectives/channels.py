"""Channels of a layer, `conv4_3[17]`, `conv4_3[0-15, 40]`: motifs (Olah et al., "Feature Visualization", 2017)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from torch import Tensor

from mariana_video.dream.objectives.kind import Features, Kind, Measure
from mariana_video.dream.objectives.layers import layers_of, worth
from mariana_video.errors import NetworkError
from mariana_video.networks.natural import Natural
from mariana_video.networks.network import Layer, Network

_SHOWN = 60  # characters of a text that are quoted


@dataclass(frozen=True)
class Channels(Kind, example="conv4_3[17]", means="one channel of a layer, counted from 0; `[0-15, 40]` is several"):
    """Some channels of one layer, counted from 0 and in order, no two alike."""

    layer: str
    among: tuple[int, ...]

    @classmethod
    def read(cls, what: str, network: Network) -> tuple[Self, ...] | None:
        """A layer's name, and numbers and ranges in square brackets."""
        found = re.fullmatch(r"([\w./*?]+)\[(\s*\d+\s*(?:-\s*\d+\s*)?(?:,\s*\d+\s*(?:-\s*\d+\s*)?)*)\]", what)
        if found is None:
            return None
        return tuple(cls(layer.name, _numbers(found[2], layer, network)) for layer in layers_of(network, found[1]))

    @property
    def layers(self) -> tuple[str, ...]:
        """Its layer."""
        return (self.layer,)

    def pools(self, measure: Measure) -> bool:
        """As `together` has it."""
        return measure == "share" and len(self.among) > 1

    def score(self, features: Features) -> Tensor:
        """What they are worth, beside all of their layer on natural pictures."""
        return together(features, self.layer, self.among)

    def numbers(self, network: Network) -> Sequence[int]:  # noqa: ARG002  # a whole layer asks it
        """Those."""
        return self.among


def together(features: Features, layer: str, among: tuple[int, ...]) -> Tensor:
    """What the channels `among` a layer's are worth together: a float32 scalar."""
    if len(among) == 1:
        return worth(features, layer, features.responses[layer][:, among[0]])
    if features.measure == "share":
        natural, squares = features.network.natural(layer), features.regions(layer)[:, list(among)]
        return Natural(natural.squares[list(among)], natural.share).shares_of(squares).mean()
    return worth(features, layer, features.responses[layer][:, list(among)])


def _numbers(said: str, layer: Layer, network: Network) -> tuple[int, ...]:
    found: set[int] = set()
    for part in said.split(","):
        first, _, last = (word.strip() for word in part.partition("-"))
        ends = [_checked(word, said, layer, network) for word in (first, last or first)]
        if ends[0] > ends[1]:
            raise NetworkError(f"{layer.name}[{said[:_SHOWN]}]: write {ends[1]}-{ends[0]}, the smaller number first")
        found.update(range(ends[0], ends[1] + 1))
    return tuple(sorted(found))


def _checked(channel: str, said: str, layer: Layer, network: Network) -> int:
    if len(channel.lstrip("0")) > len(str(layer.channels)) or int(channel) >= layer.channels:
        raise NetworkError(
            f"{layer.name}[{said[:_SHOWN]}]: {layer.name} of {network.name} has channels 0 to {layer.channels - 1}"
        )
    return int(channel)
