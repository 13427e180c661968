"""How much a picture excites chosen layers: one number, which the ascent makes larger. The sign stands here, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from mariana_video.errors import NetworkError
from mariana_video.networks.network import Network
from mariana_video.recipe.values.objective import ALL, Term


@dataclass(frozen=True)
class Score:
    """How far the terms' layers go beyond what they say of natural pictures, weighted and added.

    A picture as exciting as a natural one scores the sum of the weights. Squares are taken after ReLU: squaring before
    it would also excite what a channel is against. The layer `all` stands for every one there is.

    `kind` says what a layer is worth: the `share` that each channel has of it (see `Natural.shares`), its `energy`, the
    mean squared activation of all (Mordvintsev et al., "Inceptionism", 2015), or its `mean` activation, which is then
    the mean over the layers too, as TensorFlow's DeepDream tutorial has it.
    """

    network: Network
    terms: tuple[Term, ...]
    kind: Literal["share", "energy", "mean"] = "share"

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", named(self.network, self.terms))
        for term in self.terms:
            layer = self.network.resolve(term.layer)
            if term.channel is not None and term.channel >= layer.channels:
                raise NetworkError(
                    f"{layer.name}[{term.channel}]: {layer.name} of {self.network.name} has channels 0 to "
                    f"{layer.channels - 1}"
                )

    @property
    def stride(self) -> int:
        """Pixels of the picture a position of the deepest layer."""
        return max(self.network.resolve(term.layer).stride for term in self.terms)

    @property
    def view(self) -> int:
        """Pixels of the picture that one position of the deepest layer sees."""
        return max(self.network.resolve(term.layer).view for term in self.terms)

    @property
    def smallest(self) -> int:
        """The short side in pixels that a picture needs."""
        return self.network.smallest([term.layer for term in self.terms])

    def __call__(self, picture: Tensor) -> Tensor:
        """The score, a float32 scalar, differentiable in `picture` (1×3×H×W, 0…1)."""
        responses = self.network.responses(picture, [term.layer for term in self.terms])
        parts = [self._part(term, response) for term, response in zip(self.terms, responses, strict=True)]
        return torch.stack(parts).mean() if self.kind == "mean" else torch.stack(parts).sum()

    def _part(self, term: Term, response: Tensor) -> Tensor:
        layer = self.network.resolve(term.layer).name
        if term.channel is None and self.kind == "share":
            return self.network.natural(layer).shares(response, term.among).mean() * term.weight
        if term.channel is not None:
            response = response[:, term.channel]
        elif term.among:
            counts = torch.tensor(term.among).to(response).view(1, -1, 1, 1)
            response = response * (counts if self.kind == "mean" else counts.sqrt())
        if self.kind == "mean":
            return response.float().mean() * term.weight
        return response.float().square().mean() * (term.weight / self.network.rms[layer] ** 2)


def named(network: Network, terms: Sequence[Term]) -> tuple[Term, ...]:
    """`terms` with `all` spelled out: every layer of the network."""
    return tuple(
        replace(term, layer=layer)
        for term in terms
        for layer in (network.layers if term.layer == ALL else (term.layer,))
    )
