"""How much a picture excites chosen layers: one number, which the ascent makes larger. The sign stands here, once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import torch
from torch import Tensor

from mariana_video.dream.objectives.kind import Beside, Features, Measure, Responses
from mariana_video.dream.objectives.reading import Weighted
from mariana_video.dream.plain.resample import resize
from mariana_video.dream.room import AMPLE, Room
from mariana_video.networks.network import Layer, Network

Seen = Mapping[str, Responses]
"""What networks say of a picture, by the name of each."""
_NOTHING: Mapping[Beside, Seen] = MappingProxyType({})
_NOBODY: Seen = MappingProxyType({})


@dataclass(frozen=True)
class Score:
    """What the `terms` make of a picture, weighted and added; of the measure `mean` it is the mean of them.

    A picture as exciting as a natural one scores about the sum of the weights. `networks` are those that terms name.
    What it scores doesn't hang on the `room`.
    """

    networks: Mapping[str, Network]
    terms: tuple[Weighted, ...]
    measure: Measure = "share"
    room: Room = AMPLE

    @cached_property
    def asked(self) -> Mapping[str, tuple[str, ...]]:
        """The networks that a picture goes through, by name, with the layers that are needed of each."""
        return _asked(self.terms)

    @cached_property
    def beside(self) -> tuple[Beside, ...]:
        """The other pictures that terms go by."""
        return tuple(dict.fromkeys(picture for term in self.terms for picture in term.kind.beside))

    def parted(self) -> list[tuple[float, Score]]:
        """A score for each network alone, with the sum of its terms' weights, whatever their signs."""
        terms = {name: tuple(term for term in self.terms if term.network == name) for name in self.asked}
        return [(sum(abs(term.weight) for term in own), replace(self, terms=own)) for own in terms.values()]

    def pooling(self, pools: bool) -> Score:
        """Of the terms those that go by the regions of the whole picture, or those that are means over its places."""
        return replace(self, terms=tuple(term for term in self.terms if term.kind.pools(self.measure) == pools))

    @cached_property
    def aligned(self) -> bool:
        """Whether every layer has a position for each stride of a picture: then its parts can be put together."""
        grid = self.stride
        side = math.ceil((self.smallest + self.view) / grid) * grid
        device = next(iter(self.networks.values())).device
        with torch.inference_mode(False), torch.no_grad():
            said = self.responses(torch.zeros(1, 3, side, side, device=device))
        strides = {(name, one): self.networks[name].layer(one).stride for name, found in said.items() for one in found}
        return all(tuple(said[n][one].shape[-2:]) == (side // step,) * 2 for (n, one), step in strides.items())

    @cached_property
    def layers(self) -> list[Layer]:
        """Every layer that is needed."""
        return [self.networks[name].layer(layer) for name, layers in self.asked.items() for layer in layers]

    @cached_property
    def stride(self) -> int:
        """Pixels after which the grids of all layers meet again: the least common multiple of their strides."""
        return math.lcm(*(layer.stride for layer in self.layers))

    @cached_property
    def view(self) -> int:
        """Pixels of the picture that one position of the deepest layer sees."""
        return max(layer.view for layer in self.layers)

    @cached_property
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
        return self.judged(self.responses(picture), picture.shape[-2:], beside)

    def responses(self, picture: Tensor) -> Seen:
        """What networks say of a `picture` (1×3×H×W, 0…1), of all layers that are needed."""
        return {name: self._responses(picture, name, layers) for name, layers in self.asked.items()}

    def judged(
        self,
        responses: Seen,
        shape: Sequence[int],
        beside: Mapping[Beside, Seen] = _NOTHING,
        pooled: Seen = _NOBODY,
    ) -> tuple[Tensor, Tensor | None]:
        """As `valued`, of what networks say of a picture of `shape`; `pooled` are regions of one that came in parts."""
        features = {name: self._features(name, responses, beside, pooled) for name in self.asked}
        found = [term.kind.valued(features[term.network]) for term in self.terms]
        parts = torch.stack([value * term.weight for (value, _), term in zip(found, self.terms, strict=True)])
        score = parts.mean() if self.measure == "mean" else parts.sum()
        return score, farthest([left for _, left in found], shape)

    def seen(self, which: Beside, picture: Tensor) -> Seen:
        """What networks say of another `picture` (1×3×H×W, 0…1), of the layers of those terms that go by it."""
        asked = _asked(tuple(term for term in self.terms if which in term.kind.beside))
        with torch.no_grad():
            return {name: self._responses(picture, name, layers) for name, layers in asked.items()}

    def _features(self, name: str, responses: Seen, beside: Mapping[Beside, Seen], pooled: Seen) -> Features:
        others = {which: seen[name] for which, seen in beside.items() if name in seen}
        return Features(self.networks[name], responses.get(name, {}), self.measure, others, pooled.get(name, {}))

    def _responses(self, picture: Tensor, name: str, layers: tuple[str, ...]) -> Responses:
        found = self.networks[name].responses(picture, layers, self.room.whole)
        return dict(zip(layers, found, strict=True))


def _asked(terms: tuple[Weighted, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for term in terms:
        found.setdefault(term.network, {}).update(dict.fromkeys(term.kind.layers))
    return {name: tuple(layers) for name, layers in found.items()}


def farthest(parts: Sequence[Tensor | None], shape: Sequence[int]) -> Tensor | None:
    """The largest of maps (1×1×h×w each) place by place, at `shape` (height, width); None if one of them is."""
    known = [resize(part, shape) for part in parts if part is not None]
    return torch.stack(known).amax(0) if len(known) == len(parts) else None
