"""One type for every network that dreams: named layers in the literature's spelling, run no further than asked."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mariana_video.errors import NetworkError
from mariana_video.networks.natural import Natural
from mariana_video.networks.pieces import begun

LUMA = 0.299, 0.587, 0.114  # Rec. 601 on values as stored: what Pillow's "L" and most grey training data use
_SHOWN = 60  # characters of a name that are quoted
_WIDER = 64  # pixels: a multiple of every stride
POSITIONS = 4  # a layer needs this many positions along the short side before a motif fits into it


@dataclass(frozen=True)
class Layer:
    """A layer that can be dreamed with: `stride` and `view` (receptive field) are in pixels of the picture."""

    name: str
    channels: int
    stride: int
    view: int


USUAL_SIDE = 360
CLASSES = "classes"  # the name under which a classifier's maps of logits are asked for, beside the layers


@dataclass(frozen=True)
class Suited:
    """What suits a network, chosen by eye: an objective, a step size (picture units) and the RMS of D − S it gives.

    `side` is the shorter side in pixels that pictures are dreamed at whatever their own; None: at their own.
    """

    layers: str
    step_size: float
    strength: float
    side: int | None = USUAL_SIDE


USUAL_PACE = 0.012, 0.12  # step size and strength that suit most large networks


@dataclass(frozen=True)
class Normalisation:
    """The network sees (picture − mean) / std, channel by channel."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


IMAGENET = Normalisation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@dataclass(frozen=True)
class Description:
    """All of a network that is not a weight."""

    name: str
    layers: Mapping[str, Layer]
    normalisation: Normalisation
    suited: Suited
    rms: Mapping[str, float] = field(default_factory=dict)
    natural: Mapping[str, Natural] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    grey: bool = False
    input_size: int = 0
    floor: int = 1
    metadata: Mapping[str, Any] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Further spellings of layers, in small letters."""


class Network:
    """A frozen network in evaluation mode, differentiable in the picture.

    `body` is a sequence of named stages, run one after the other; the stages named in `description.layers` can be
    dreamed with. `head` turns the body's output into maps of logits (N×classes×h×w), or is None. `beside` holds layers
    that no stage reads: each with the name of the stage whose output it reads.
    """

    def __init__(
        self,
        description: Description,
        body: nn.Sequential,
        head: nn.Module | None = None,
        beside: Mapping[str, tuple[str, nn.Module]] = {},
    ) -> None:
        self.description = description
        self.body = body.eval().requires_grad_(False)
        self.head = head.eval().requires_grad_(False) if head is not None else None
        self.beside = {name: (read, layer.eval().requires_grad_(False)) for name, (read, layer) in beside.items()}
        values = description.normalisation
        with torch.inference_mode(False):  # made inside a caller's inference mode, they would bar every gradient
            self._mean = torch.tensor(values.mean).view(1, -1, 1, 1)
            self._std = torch.tensor(values.std).view(1, -1, 1, 1)
            self._luma = torch.tensor(LUMA).view(1, 3, 1, 1)

    def __repr__(self) -> str:
        last = list(self.layers)[-1]
        return f"Network({self.name!r}, {len(self.layers)} layers to {last}, {len(self.classes)} classes)"

    @property
    def name(self) -> str:
        return self.description.name

    @property
    def layers(self) -> Mapping[str, Layer]:
        """The layers that can be dreamed with, shallow to deep."""
        return self.description.layers

    @property
    def classes(self) -> tuple[str, ...]:
        return self.description.classes

    def layer(self, name: str) -> Layer:
        """A layer by its own name, also `CLASSES`: a logit of each class wherever its window lies in the picture.

        Raises NetworkError where there is no classifier.
        """
        if name != CLASSES:
            return self.layers[name]
        if self.head is None:
            raise NetworkError(f"{self.name} has no classifier; it can only dream of layers")
        last = list(self.layers.values())[-1]
        return Layer(CLASSES, len(self.classes), self._classes_apart, max(last.view, self.input_size))

    @cached_property
    def _classes_apart(self) -> int:
        """Pixels from one of the classifier's positions to the next: found by looking at what a wider picture gives."""
        side, more = max(self.input_size, self.description.floor), _WIDER
        picture = torch.zeros(1, 3, side, side + more, device=self.device)
        with torch.inference_mode(False), torch.no_grad():
            (wide,), (usual,) = (self.responses(one, [CLASSES]) for one in (picture, picture[..., :side]))
        return max(1, round(more / max(1, wide.shape[-1] - usual.shape[-1])))

    @property
    def suited(self) -> Suited:
        return self.description.suited

    @property
    def rms(self) -> Mapping[str, float]:
        """RMS of each layer's activation on natural pictures (1.0 where it was never measured)."""
        said = {name: float(one.squares.mean().sqrt()) for name, one in self.description.natural.items()}
        names = [*self.layers, *([CLASSES] if CLASSES in self.description.rms else [])]
        return {name: self.description.rms.get(name, said.get(name, 1.0)) for name in names}

    def natural(self, layer: str) -> Natural:
        """What the layer says of natural pictures; all channels alike where that was never measured."""
        known = self.description.natural.get(layer)
        return known or Natural(torch.full((self.layers[layer].channels,), self.rms[layer] ** 2))

    @property
    def grey(self) -> bool:
        """True for a network that sees one channel; colour pictures are shown to it as their luma."""
        return self.description.grey

    @property
    def input_size(self) -> int:
        """Side in pixels of the square picture the classifier was trained on; 0 without a classifier."""
        return self.description.input_size

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What the weights file says of itself: accuracy, recipe, terms, date."""
        return self.description.metadata

    @property
    def device(self) -> torch.device:
        return next(self.body.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        return next(self.body.parameters()).dtype

    def resolve(self, name: str) -> Layer:
        """The layer called `name`, in any case; `relu4_3` and `conv4_3` both mean the activation after ReLU.

        Raises NetworkError with the nearest known name.
        """
        wanted = name.strip()
        if wanted in self.layers:
            return self.layers[wanted]
        aliases = self.description.aliases
        known = {**{own.casefold(): own for own in self.layers}, **aliases}
        for spelling in (wanted.casefold(), wanted.casefold().replace("relu", "conv", 1)):
            if spelling in known:
                return self.layers[known[spelling]]
        shown = wanted if len(wanted) <= _SHOWN else f"{wanted[:_SHOWN]}…"
        raise NetworkError(
            f"{self.name} has no layer {shown!r}{did_you_mean(wanted, [*self._spellings(), *aliases])}; "
            f"`mariana layers {self.name}` lists them"
        )

    def smallest(self, names: Iterable[str]) -> int:
        """Short side in pixels that a picture needs for the deepest of `names` to say anything."""
        wanted = [CLASSES if name == CLASSES else self.resolve(name).name for name in names]
        stride = max(self.layer(name).stride for name in wanted)
        window = self.input_size if CLASSES in wanted else 0
        return max(POSITIONS * stride, self.description.floor, window)

    def responses(self, picture: Tensor, names: Sequence[str], whole: int | None = None) -> list[Tensor]:
        """Activations after ReLU of the named layers, in the order asked.

        Args:
            picture: N×3×H×W, RGB, 0…1.
            names: layers in any accepted spelling; `CLASSES` for the logits, before softmax, one at each position.
            whole: pixels of a picture above which shallow stages run piece by piece, for the memory; None: never.

        Returns:
            one N×C×h×w tensor a name, in the network's own precision.
        """
        wanted = [name if name == CLASSES else self.resolve(name).name for name in names]
        missing = set(wanted)
        found: dict[str, Tensor] = {}
        x, stages = self._prepared(picture), tuple(self.body.named_children())
        if whole is not None and math.prod(picture.shape[-2:]) > whole:
            x, stages = begun(x, stages, self.layers, self.stages(missing))
        for name, stage in stages:
            x = stage(x)
            if name in missing:
                found[name] = x
                missing.discard(name)
            for own, (read, layer) in self.beside.items():
                if own in missing and read == name:
                    found[own] = layer(x)
                    missing.discard(own)
            if not missing:
                break
        if CLASSES in missing:
            assert self.head is not None, "`layer` refuses it before"
            found[CLASSES] = self.head(x)
        return [found[name] for name in wanted]

    def logits(self, picture: Tensor) -> Tensor:
        """N×classes: the classifier run as a convolution over the picture, its positions averaged.

        Pictures (N×3×H×W, 0…1) under the classifier's input size are enlarged to it.
        """
        if self.head is None:
            raise NetworkError(f"{self.name} has no classifier; it can only dream")
        maps: Tensor = self.head(self.body(self._prepared(self._large_enough(picture))))
        return maps.mean((2, 3))

    def to(
        self,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        memory_format: torch.memory_format | None = None,
    ) -> Network:
        """Move the network, in place, and return it."""
        # Moved inside inference mode, weights would become inference tensors, which can never dream.
        with torch.inference_mode(False), torch.no_grad():
            for module in (self.body, self.head, *(layer for _, layer in self.beside.values())):
                if module is not None:
                    module.to(device=device, dtype=dtype)
                if module is not None and memory_format is not None:
                    module.to(memory_format=memory_format)
            self._mean, self._std, self._luma = (
                tensor.to(device=device) for tensor in (self._mean, self._std, self._luma)
            )
        return self

    def _prepared(self, picture: Tensor) -> Tensor:
        if self.grey:
            picture = (picture * self._luma).sum(1, keepdim=True)
        return ((picture - self._mean) / self._std).to(self.dtype)

    def stages(self, wanted: Collection[str]) -> set[str]:
        """The stages whose output is needed for those layers."""
        return {self.beside[name][0] if name in self.beside else name for name in wanted}

    def _large_enough(self, picture: Tensor) -> Tensor:
        height, width = picture.shape[-2:]
        factor = self.input_size / min(height, width)
        if factor <= 1:
            return picture
        shape = [max(self.input_size, round(side * factor)) for side in (height, width)]
        return F.interpolate(picture, shape, mode="bilinear", antialias=True)

    def _spellings(self) -> list[str]:
        return [*self.layers, *(name.replace("conv", "relu", 1) for name in self.layers)]


def did_you_mean(wanted: str, known: Iterable[str], most: int = 1) -> str:
    """`; did you mean 'conv4_3'?` for the nearest known names, `most` of them at the most, or nothing."""
    near = difflib.get_close_matches(wanted[:_SHOWN], list(known), n=most, cutoff=0.5)
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
