"""How much a picture excites chosen layers: one number, which the ascent makes larger. The sign stands here, once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from mariana_video.dream.objectives.kind import Features, Measure
from mariana_video.dream.objectives.reading import Weighted
from mariana_video.networks.network import Layer, Network


@dataclass(frozen=True)
class Score:
    """What the `terms` make of a picture, weighted and added; of the measure `mean` it is the mean of them.

    A picture as exciting as a natural one scores about the sum of the weights. `networks` are those that terms name.
    """

    networks: Mapping[str, Network]
    terms: tuple[Weighted, ...]
    measure: Measure = "share"

    @property
    def asked(self) -> Mapping[str, tuple[str, ...]]:
        """The networks that a picture goes through, by name, with the layers that are needed of each."""
        found: dict[str, dict[str, None]] = {}
        for term in self.terms:
            found.setdefault(term.network, {}).update(dict.fromkeys(term.kind.layers))
        return {name: tuple(layers) for name, layers in found.items()}

    def parted(self) -> list[tuple[float, Score]]:
        """A score for each network alone, with the sum of its terms' weights."""
        terms = {name: tuple(term for term in self.terms if term.network == name) for name in self.asked}
        return [(sum(term.weight for term in own), replace(self, terms=own)) for own in terms.values()]

    @property
    def layers(self) -> list[Layer]:
        """Every layer that is needed."""
        return [self.networks[name].layers[layer] for name, layers in self.asked.items() for layer in layers]

    @property
    def stride(self) -> int:
        """Pixels after which the grids of all layers meet again: the least common multiple of their strides."""
        return math.lcm(*(layer.stride for layer in self.layers))

    @property
    def view(self) -> int:
        """Pixels of the picture that one position of the deepest layer sees."""
        return max(layer.view for layer in self.layers)

    @property
    def smallest(self) -> int:
        """The short side in pixels that a picture needs."""
        return max(self.networks[name].smallest(layers) for name, layers in self.asked.items())

    def __call__(self, picture: Tensor) -> Tensor:
        """The score, a float32 scalar, differentiable in `picture` (1×3×H×W, 0…1)."""
        features = {name: self._features(picture, name, layers) for name, layers in self.asked.items()}
        parts = [term.kind.score(features[term.network]) * term.weight for term in self.terms]
        return torch.stack(parts).mean() if self.measure == "mean" else torch.stack(parts).sum()

    def _features(self, picture: Tensor, name: str, layers: tuple[str, ...]) -> Features:
        responses = self.networks[name].responses(picture, layers)
        return Features(self.networks[name], dict(zip(layers, responses, strict=True)), self.measure)
