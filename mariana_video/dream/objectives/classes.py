"""A class, `class(dog)`: its logit at every position (Moniz et al., "LucidDream", arXiv 1911.11960, 2019)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from mariana_video.dream.objectives.kind import Features, Kind
from mariana_video.errors import NetworkError
from mariana_video.networks.network import CLASSES, Network, did_you_mean

_SHOWN = 60  # characters of a text that are quoted
_LISTED = 12  # classes that are named where none is near


@dataclass(frozen=True)
class Class(Kind, example="class(dog)", means="a class that the network tells apart, by name or number from 0"):
    """One class of a network's classifier, counted from 0."""

    number: int

    @classmethod
    def read(cls, what: str, network: Network) -> tuple[Self, ...] | None:
        """The word class, and a class's name or number in round brackets."""
        found = re.fullmatch(r"(?i:class)\((.*)\)", what, re.DOTALL)
        if found is None:
            return None
        network.layer(CLASSES)  # refuses a network without a classifier
        return (cls(_number(found[1].strip(), network)),)

    @property
    def layers(self) -> tuple[str, ...]:
        """The classifier's maps."""
        return (CLASSES,)

    def score(self, features: Features) -> Tensor:
        """Its logit above the mean of all classes', at all positions, beside what logits are on natural pictures.

        Softmax sees no more of logits than how far they are apart; what raises all alike would be no class's.
        """
        maps = features.responses[CLASSES].float()
        above = maps[:, self.number] - maps.mean(1)
        return above.mean() * (1 / features.network.rms.get(CLASSES, 1.0))


def sureness(network: Network, number: int, picture: Tensor) -> float:
    """How sure a network is that a picture (1×3×H×W, 0…1) is of a class, 0…1: softmax over its classes."""
    with torch.no_grad():
        return float(network.logits(picture)[0].float().softmax(0)[number])


def _number(said: str, network: Network) -> int:
    """The class that is called so, or so after a prefix (`boxer` is n02108089-boxer); a number is itself."""
    names = [_plain(name) for name in network.classes]
    wanted = _plain(said)
    short = [name.partition("-")[2] for name in names]
    if wanted in names:
        return names.index(wanted)
    if wanted and short.count(wanted) == 1:
        return short.index(wanted)
    if said.isdecimal() and len(said) < 7 and int(said) < len(names):
        return int(said)
    shown = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
    if said.isdecimal():
        raise NetworkError(f"{network.name} has no class {shown}; it has 0 to {len(names) - 1}")
    alike = [name for name, end in zip(names, short, strict=True) if wanted and end == wanted]
    known = [*names, *filter(None, short)]
    near = f"; there are {' and '.join(map(repr, alike))}" if alike else did_you_mean(wanted, known, 3)
    some = ", ".join(network.classes[:_LISTED]) + (", …" if len(names) > _LISTED else "")
    raise NetworkError(f"{network.name} has no class {shown!r}{near or f'; it has {some}'}")


def _plain(name: str) -> str:
    return name.casefold().replace("_", " ")
