"""Networks that a caller brings in Python, under a name that holds in this process only; nothing is ever imported."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from mariana_video.errors import NetworkError
from mariana_video.networks.network import USUAL_PACE, Description, Layer, Network, Normalisation, Suited

Seeing = Callable[[Tensor], Mapping[str, Tensor]]
"""What maps pictures (N×3×H×W, RGB, 0…1) to activations (N×C×h×w) by the names of layers."""

_SIDES = 256, 384  # pixels of the pictures that it is tried with, to learn its strides
_WIDEST = 512  # pixels: a layer that sees further counts as seeing so far
_LOOKS = 2  # pictures of noise that are seen; of one alone a maximum may hide how far a layer sees
_LAYER = re.compile(r"[A-Za-z_][\w./]*")
_TAKEN = ("all", "classes")  # mean something else among terms
_PLAIN = Normalisation((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


@dataclass(frozen=True)
class Added:
    """What a caller brought: all that is known of it, and a copy of it."""

    description: Description
    seeing: Seeing

    def suiting(self, layers: str) -> Added:
        """The same, dreaming `layers` where nothing else is asked for."""
        described = self.description
        return replace(self, description=replace(described, suited=replace(described.suited, layers=layers)))

    def made(self) -> Network:
        """A network of its own: it may be moved without moving others."""
        with torch.inference_mode(False):
            return _made(self.description, _own(self.seeing))


_kept: dict[str, Added] = {}


def look(name: str, network: Seeing) -> Added:
    """Find out what layers `network` has: their channels, strides and views, and the smallest picture it can see.

    Args:
        network: a module, or any function: the same pictures must give the same activations.

    Raises:
        NetworkError: it doesn't do what a network must.
    """
    with torch.inference_mode(False), torch.enable_grad():
        try:
            seeing = _own(network)
        except (RuntimeError, TypeError, copy.Error) as error:
            raise NetworkError(f"{name} can't be copied ({_first(error)}); give a module that can") from error
        layers = _layers(name, seeing)
        described = Description(name, layers, _PLAIN, Suited(list(layers)[-1], *USUAL_PACE))
        floor = _floor(_made(described, seeing))
        return Added(replace(described, floor=floor), seeing)


def keep(added: Added) -> None:
    """Have it under its name from now on, in this process; one that had the name is replaced."""
    _kept[added.description.name] = added


def kept() -> Mapping[str, Added]:
    """All that were brought, by name."""
    return _kept


def _own(seeing: Seeing) -> Seeing:
    """A copy of a module, frozen and of full precision; a function as it is."""
    if not isinstance(seeing, nn.Module):
        return seeing
    return copy.deepcopy(seeing).to("cpu", torch.float32).eval().requires_grad_(False)


class _Whole(nn.Module):
    """All of it as one stage, which gives the activations of all layers at once."""

    def __init__(self, name: str, layers: Sequence[str], seeing: Seeing) -> None:
        super().__init__()
        self.name, self.layers = name, tuple(layers)
        self.seeing = seeing
        self.place = nn.Parameter(torch.zeros(1))  # says where the network is, and how exact, also if it has no weights

    def forward(self, picture: Tensor) -> Mapping[str, Tensor]:
        shown = picture if isinstance(self.seeing, nn.Module) else picture.float()
        said = _seen(self.name, self.seeing, shown)
        for layer in self.layers:
            if layer not in said:
                raise NetworkError(f"{self.name} says nothing of its layer {layer} for a picture of {_shape(picture)}")
        return said


class _Picked(nn.Module):
    """One layer of what `_Whole` gives."""

    def __init__(self, layer: str) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, said: Mapping[str, Tensor]) -> Tensor:
        return said[self.layer]


def _made(described: Description, seeing: Seeing) -> Network:
    body = nn.Sequential()
    body.add_module("whole", _Whole(described.name, list(described.layers), seeing))
    return Network(described, body, beside={layer: ("whole", _Picked(layer)) for layer in described.layers})


def _seen(name: str, seeing: Seeing, picture: Tensor) -> Mapping[str, Tensor]:
    """What it says of a picture. Raises NetworkError where that can't be layers."""
    try:
        said = seeing(picture)
    except (MemoryError, torch.cuda.OutOfMemoryError, NetworkError):
        raise
    except Exception as error:
        told = f"{type(error).__name__}: {_first(error)}"
        raise NetworkError(f"{name} fails on a picture of {_shape(picture)} ({told})") from error
    if not isinstance(said, Mapping) or not said:
        raise NetworkError(f"{name} gives {type(said).__name__}; give a mapping of layers' names to activations")
    for layer, answer in said.items():
        if not isinstance(layer, str) or not _LAYER.fullmatch(layer) or layer in _TAKEN:
            raise NetworkError(
                f"{name}: {layer!r} can't be a layer's name; begin with a letter, then a-z, 0-9, _, . or /"
            )
        if not isinstance(answer, Tensor) or answer.ndim != 4 or not answer.is_floating_point() or answer.numel() == 0:
            kind = _shape(answer) if isinstance(answer, Tensor) else type(answer).__name__
            raise NetworkError(f"{name}: its layer {layer} is {kind}; give N×C×h×w numbers, a map for each channel")
    return said


def _layers(name: str, seeing: Seeing) -> dict[str, Layer]:
    """Channels and strides from two sizes of pictures, views from how far gradients reach."""
    smaller, larger = ({key: one.shape for key, one in _trial(name, seeing, side)[1].items()} for side in _SIDES)
    views = _views(name, seeing, _SIDES[0])
    found: dict[str, Layer] = {}
    for layer, (_, channels, height, _) in smaller.items():
        more = larger[layer][2] - height if layer in larger else 0
        if more <= 0 or larger[layer][1] != channels:
            raise NetworkError(
                f"{name}: its layer {layer} is no larger for a larger picture; give maps that grow with it"
            )
        found[layer] = Layer(layer, channels, max(1, round((_SIDES[1] - _SIDES[0]) / more)), views[layer])
    return found


def _trial(name: str, seeing: Seeing, side: int, seed: int = 0) -> tuple[Tensor, Mapping[str, Tensor]]:
    """A picture of noise, and what is said of it."""
    picture = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(seed)).requires_grad_()
    return picture, _seen(name, seeing, picture)


def _views(name: str, seeing: Seeing, side: int) -> dict[str, int]:
    """How many pixels the middle of each layer sees along a side; where that is all of `side`, of larger pictures."""
    reach: dict[str, Tensor] = {}
    for seed in range(_LOOKS):
        picture, said = _trial(name, seeing, side, seed)
        for layer, answer in said.items():
            middle = answer[..., answer.shape[-2] // 2, answer.shape[-1] // 2].sum()
            gradient = _gradient(middle, picture)
            if gradient is None:
                raise NetworkError(f"{name}: no gradient leads from its layer {layer} to the picture")
            seen = (gradient != 0).any(1)[0]
            reach[layer] = reach.get(layer, torch.zeros(side, dtype=torch.bool)) | seen.any(0) | seen.any(1)
    found = {layer: _extent(mask) for layer, mask in reach.items()}
    if side < _WIDEST and any(bool(mask[0]) or bool(mask[-1]) for mask in reach.values()):
        return _views(name, seeing, min(2 * side, _WIDEST))
    return found


def _gradient(value: Tensor, picture: Tensor) -> Tensor | None:
    if not value.requires_grad:
        return None
    return torch.autograd.grad(value, picture, retain_graph=True, allow_unused=True)[0]


def _extent(seen: Tensor) -> int:
    places = seen.nonzero()
    return int(places.max() - places.min()) + 1 if len(places) else 1


def _floor(network: Network) -> int:
    """The side of the smallest picture of which every layer says something."""
    low, high = 1, _SIDES[0]
    while low < high:
        side = (low + high) // 2
        try:
            network.responses(torch.full((1, 3, side, side), 0.5), list(network.layers))
            high = side
        except NetworkError:
            low = side + 1
    return low


def _shape(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape))


def _first(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200]
