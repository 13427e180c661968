"""A guide, `guide(conv4_3)`: the picture takes up what another one has (Mordvintsev et al., "Inceptionism", 2015)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dream.objectives.kind import Features, Kind
from mariana_video.dream.objectives.layers import layers_of
from mariana_video.dream.resample import softened
from mariana_video.networks.network import Network

_MOST = 4096  # positions of a guide that are looked through: of more, so many, evenly
_AT_ONCE = 2048  # positions of the picture that are compared at a time, for the memory
_LOUDER = 4.0
_UNLIKE = 0.2  # 1 − cosine: a place that is less unlike its guide is nearly there, and is changed ever less
_AROUND = 9  # positions a side of what counts as a place: single ones are unlike for a shift or a grain
_QUIET = 1e-6


@dataclass(frozen=True)
class Guide(Kind, example="guide(conv4_3)", means="what a layer says of --guide, wherever it fits", beside=("guide",)):
    """One layer, by which the picture's every position goes towards the guide's position that fits it best."""

    layer: str

    @classmethod
    def read(cls, what: str, network: Network) -> tuple[Self, ...] | None:
        """The word guide, and a layer's name in round brackets."""
        found = re.fullmatch(r"guide\(\s*([\w./*?]+)\s*\)", what)
        return None if found is None else tuple(cls(layer.name) for layer in layers_of(network, found[1]))

    @property
    def layers(self) -> tuple[str, ...]:
        """The one."""
        return (self.layer,)

    def score(self, features: Features) -> Tensor:
        """As `valued` has it."""
        return self.valued(features)[0]

    def valued(self, features: Features) -> tuple[Tensor, Tensor | None]:
        """− the mean squared distance to four times what fits best, over what the layer is on natural pictures.

        What fits best has the most alike direction, and the less alike it is the more it counts: where a position is
        what it should be already, nothing pulls. Up to it alone would be a faint dream; along it without end, as
        the classic has it, the loudest of the guide's channels would win everywhere.
        """
        response = features.responses[self.layer]
        own, guide = _positions(response), _positions(features.beside["guide"][self.layer])
        with torch.no_grad():
            guide = guide[:: -(-len(guide) // _MOST)]
            wanted = guide[_fitting(own.detach(), guide)]
            unlike = 1 - F.cosine_similarity(own, wanted, dim=1, eps=_QUIET)
        far = (own - _LOUDER * wanted).square().mean(1)
        around = softened(unlike.detach().view(1, 1, *response.shape[-2:]), _AROUND)
        left = (around / _UNLIKE).pow(3).clamp(max=1)
        return -(unlike * far).mean() * (1 / features.network.rms[self.layer] ** 2), left


def _positions(response: Tensor) -> Tensor:
    """(h·w)×C of 1×C×h×w, float32."""
    return response[0].float().flatten(1).T


def _fitting(own: Tensor, guide: Tensor) -> Tensor:
    """For each of n×C the number of that of m×C which has the most alike direction."""
    lengths = guide.norm(dim=1, keepdim=True).clamp_min(_QUIET)
    directions = (guide / lengths).T.contiguous()
    return torch.cat([(part @ directions).argmax(1) for part in torch.split(own, _AT_ONCE)])
