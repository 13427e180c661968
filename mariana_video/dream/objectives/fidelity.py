"""What of the source is to stay, `keep(conv3_3)`: a dream that goes on being a picture of what it was.

After feature accentuation (Hamblin et al., "Feature Accentuation", arXiv 2402.10039, 2024): an ascent on a photograph
with a penalty, at a chosen layer, for what the photograph no longer is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from torch import Tensor

from mariana_video.dream.objectives.kind import Features, Kind
from mariana_video.dream.objectives.layers import layers_of
from mariana_video.networks.network import Network

_FIRM = 10


@dataclass(frozen=True)
class Fidelity(
    Kind, example="keep(conv3_3)", means="what a layer says of the source is to stay as it is", beside=("source",)
):
    """One layer, at which the dream is to stay what its source is."""

    layer: str

    @classmethod
    def read(cls, what: str, network: Network) -> tuple[Self, ...] | None:
        """The word keep, and a layer's name in round brackets."""
        found = re.fullmatch(r"keep\(\s*([\w./*?]+)\s*\)", what)
        return None if found is None else tuple(cls(layer.name) for layer in layers_of(network, found[1]))

    @property
    def layers(self) -> tuple[str, ...]:
        """The one."""
        return (self.layer,)

    def score(self, features: Features) -> Tensor:
        """− ten times the mean squared distance to the source's features, over what the layer is on natural pictures.

        So at a weight of 1 a shallow layer weighs as much as what a dream gains at a deep one.
        """
        source = features.beside["source"][self.layer].float()
        apart = features.responses[self.layer].float() - source
        return -apart.square().mean() * (_FIRM / features.network.rms[self.layer] ** 2)
