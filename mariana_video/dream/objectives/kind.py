"""What every kind of term is: a frozen record that is read from its text, and makes one number of a network's features.

A kind is one class in a file of this room, beside these others. What can be written, the error that says so, the end of
`mariana layers` and the table in docs/GUIDE.md all follow from `kinds()`.
"""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar, Literal, Protocol, Self, runtime_checkable

from torch import Tensor

from mariana_video.networks.network import Network
from mariana_video.networks.regions import regions

Measure = Literal["share", "energy", "mean"]
"""What a layer is worth: the `share` that each channel has of it (see `Natural.shares`), its `energy`, the mean squared
activation of all (Mordvintsev et al., "Inceptionism", 2015), or its `mean` activation, as TensorFlow's DeepDream
tutorial has it."""

Beside = Literal["source", "guide"]
"""Another picture that a term goes by: the `source` of the dream, at the same place, or a `guide` of any size."""

Responses = Mapping[str, Tensor]
"""What a network says of a picture (1×C×h×w, after ReLU), by layer."""


@dataclass(frozen=True)
class Features:
    """What a network says of one picture: its `responses` of the layers asked for.

    `beside` is what it says of the other pictures, of the layers of those terms that go by them. `pooled` are the mean
    squares of regions (1×C×n×m), by layer, of a picture that goes through the network in parts.
    """

    network: Network
    responses: Responses
    measure: Measure
    beside: Mapping[Beside, Responses] = field(default_factory=dict)
    pooled: Responses = field(default_factory=dict)

    def regions(self, layer: str) -> Tensor:
        """The mean squares of a layer's channels in its regions, 1×C×n×m."""
        return self.pooled[layer] if layer in self.pooled else regions(self.responses[layer])


class Kind(ABC):
    """A term of one kind, without its weight; each is a frozen dataclass.

    `example` is how one is written, `means` a sentence about it in plain words. `beside` says which other pictures its
    score goes by.
    """

    example: ClassVar[str]
    means: ClassVar[str]
    beside: ClassVar[tuple[Beside, ...]]

    def __init_subclass__(cls, *, example: str, means: str, beside: tuple[Beside, ...] = ()) -> None:
        """Whatever is a kind can be written from then on."""
        super().__init_subclass__()
        cls.example, cls.means, cls.beside = example, means, beside
        REGISTERED.append(cls)

    @classmethod
    @abstractmethod
    def read(cls, what: str, network: Network) -> Sequence[Self] | None:
        """The terms that `what` stands for with `network`; None where it is not written as this kind is.

        Raises NetworkError where the network has no such layer, channel or the like.
        """

    @property
    @abstractmethod
    def layers(self) -> tuple[str, ...]:
        """The layers that are needed, by the network's own names for them."""

    def pools(self, measure: Measure) -> bool:  # noqa: ARG002  # most don't
        """Whether its score goes by the regions of the whole picture; else it is a mean over places."""
        return False

    @abstractmethod
    def score(self, features: Features) -> Tensor:
        """What the ascent makes larger: a float32 scalar, about 1 on a natural picture, differentiable."""

    def valued(self, features: Features) -> tuple[Tensor, Tensor | None]:
        """The score, and how far its goal still is, place by place (1×1×h×w, 1…0): who has one comes to rest there."""
        return self.score(features), None


@runtime_checkable
class Weighable(Protocol):
    """A kind of which a dive's journey may weigh one channel against another; others stay as they are."""

    def channels(self, network: Network) -> int:
        """How many channels it has."""
        ...

    def weighing(self, among: Sequence[float]) -> Kind:
        """The same with so much weight on each of its `channels`, 1 on average."""
        ...


@runtime_checkable
class Parted(Protocol):
    """A kind that is made of channels of one layer, each of which can be dreamed alone."""

    @property
    def layers(self) -> tuple[str, ...]:
        """The one layer."""
        ...

    def numbers(self, network: Network) -> Sequence[int]:
        """Which of its channels, counted from 0."""
        ...


REGISTERED: list[type[Kind]] = []


def kinds() -> tuple[type[Kind], ...]:
    """Every kind there is, those that are written most simply first."""
    _import_room()
    return tuple(sorted(REGISTERED, key=lambda kind: (len(kind.example), kind.example)))


@cache
def _import_room() -> None:
    """A class is known once its file is imported."""
    room = importlib.import_module(__package__)
    for module in pkgutil.iter_modules(room.__path__, f"{__package__}."):
        importlib.import_module(module.name)
