"""How much a picture excites chosen layers: one number, which the ascent makes larger. The sign stands here, once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import torch
from torch import Tensor

from mariana_video.dream.objectives.kind import Beside, Features, Measure, Responses
from mariana_video.dream.objectives.reading import Weighted
from mariana_video.dream.plain.resample import resize
from mariana_video.networks.network import Layer, Network

Seen = Mapping[str, Responses]
"""What networks say of a picture, by the name of each."""
_NOTHING: Mapping[Beside, Seen] = MappingProxyType({})


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
        return _asked(self.terms)

    @property
    def beside(self) -> tuple[Beside, ...]:
        """The other pictures that terms go by."""
        return tuple(dict.fromkeys(picture for term in self.terms for picture in term.kind.beside))

    def parted(self) -> list[tuple[float, Score]]:
        """A score for each network alone, with the sum of its terms' weights, whatever their signs."""
        terms = {name: tuple(term for term in self.terms if term.network == name) for name in self.asked}
        return [(sum(abs(term.weight) for term in own), replace(self, terms=own)) for own in terms.values()]

    @property
    def layers(self) -> list[Layer]:
        """Every layer that is needed."""
        return [self.networks[name].layer(layer) for name, layers in self.asked.items() for layer in layers]

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

    def __call__(self, picture: Tensor, beside: Mapping[Beside, Seen] = _NOTHING) -> Tensor:
        """The score, a float32 scalar, differentiable in `picture` (1×3×H×W, 0…1).

        `beside` is what `seen` gave of each of the other pictures that terms go by.
        """
        return self.valued(picture, beside)[0]

    def valued(self, picture: Tensor, beside: Mapping[Beside, Seen] = _NOTHING) -> tuple[Tensor, Tensor | None]:
        """The score, and how far the goals of its terms still are (see `Kind.valued`), 1×1×H×W.

        At each place the farthest says it; None where a term has no goal.
        """
        features = {name: self._features(picture, name, layers, beside) for name, layers in self.asked.items()}
        found = [term.kind.valued(features[term.network]) for term in self.terms]
        parts = torch.stack([value * term.weight for (value, _), term in zip(found, self.terms, strict=True)])
        score = parts.mean() if self.measure == "mean" else parts.sum()
        return score, farthest([left for _, left in found], picture.shape[-2:])

    def seen(self, which: Beside, picture: Tensor) -> Seen:
        """What networks say of another `picture` (1×3×H×W, 0…1), of the layers of those terms that go by it."""
        asked = _asked(tuple(term for term in self.terms if which in term.kind.beside))
        with torch.no_grad():
            return {name: self._responses(picture, name, layers) for name, layers in asked.items()}

    def _features(self, picture: Tensor, name: str, layers: tuple[str, ...], beside: Mapping[Beside, Seen]) -> Features:
        others = {which: seen[name] for which, seen in beside.items() if name in seen}
        return Features(self.networks[name], self._responses(picture, name, layers), self.measure, others)

    def _responses(self, picture: Tensor, name: str, layers: tuple[str, ...]) -> Responses:
        return dict(zip(layers, self.networks[name].responses(picture, layers), strict=True))


def _asked(terms: tuple[Weighted, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for term in terms:
        found.setdefault(term.network, {}).update(dict.fromkeys(term.kind.layers))
    return {name: tuple(layers) for name, layers in found.items()}


def farthest(parts: Sequence[Tensor | None], shape: Sequence[int]) -> Tensor | None:
    """The largest of maps (1×1×h×w each) place by place, at `shape` (height, width); None if one of them is."""
    known = [resize(part, shape) for part in parts if part is not None]
    return torch.stack(known).amax(0) if len(known) == len(parts) else None
