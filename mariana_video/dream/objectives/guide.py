"""A guide, `guide(conv4_3)`: the picture takes up what another one has (Mordvintsev et al., "Inceptionism", 2015)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dream.objectives.kind import Features, Kind
from mariana_video.dream.objectives.layers import layers_of
from mariana_video.dream.plain.resample import softened
from mariana_video.networks.network import Network

_MOST = 4096  # positions of a guide that are looked through: of more, so many, evenly
_AT_ONCE = 2048  # positions of the picture that are compared at a time, for the memory
_LOUDER = 4.0
_UNLIKE = 0.6  # of what is usual: a place that is less unlike its guide is nearly there, and is changed ever less
_ASKED = 256  # positions of a guide that are compared with others of it
_AROUND = 9  # positions a side of what counts as a place: single ones are unlike for a shift or a grain
_FAINT = 0.1  # of what is natural: directions of less say nothing
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
        response, rms = features.responses[self.layer], features.network.rms[self.layer]
        own, guide = _positions(response), _positions(features.beside["guide"][self.layer])
        with torch.no_grad():
            asked = guide[:: -(-len(guide) // _MOST)]
            ways, others = _directions(own, rms), _directions(asked, rms)
            fitting = _fitting(ways, others)
            wanted, unlike, usual = asked[fitting], 1 - (ways * others[fitting]).sum(1), _usual(others)
            if len(guide) > len(asked) and guide.shape == own.shape:  # the same place may not be among those asked
                here = 1 - (ways * _directions(guide, rms)).sum(1)
                wanted = torch.where((here <= unlike)[:, None], guide, wanted)
                unlike = torch.minimum(here, unlike)
        far = (own - _LOUDER * wanted).square().mean(1)
        around = softened(unlike.view(1, 1, *response.shape[-2:]), _AROUND)
        left = (around / (_UNLIKE * usual)).pow(3).clamp(max=1)
        return -(unlike * far).mean() * (1 / rms**2), left


def _positions(response: Tensor) -> Tensor:
    """(h·w)×C of 1×C×h×w, float32."""
    return response[0].float().flatten(1).T


def _directions(positions: Tensor, rms: float) -> Tensor:
    """The directions (n×(C+1), of length 1) of n×C, faint ones told by one value more: they are alike as well."""
    faint = positions.new_full((len(positions), 1), _FAINT * rms * math.sqrt(positions.shape[1]))
    return F.normalize(torch.cat([positions, faint], 1), dim=1)


def _usual(guide: Tensor) -> float:
    """How unlike what fits best usually is, 1 − cosine: found between the two halves of the guide's own directions."""
    asked, others = guide[: len(guide) // 2], guide[len(guide) // 2 :]
    asked = asked[:: max(1, len(asked) // _ASKED)]
    if not len(asked):
        return 1.0
    return max(_QUIET, float(1 - (asked * others[_fitting(asked, others)]).sum(1).mean()))


def _fitting(own: Tensor, guide: Tensor) -> Tensor:
    """For each of n directions the number of that of m which is most alike."""
    columns = guide.T.contiguous()
    return torch.cat([(part @ columns).argmax(1) for part in torch.split(own, _AT_ONCE)])
