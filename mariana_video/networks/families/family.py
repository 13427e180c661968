"""What is known of a published network without its weights, and how it is built from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from mariana_video.networks.families.parts import as_convolutions, folded, pointwise

IMAGENET_INPUT = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))

# Both Inceptions were trained on (x − 0.5) / 0.5. torchvision's models turn ImageNet's normalisation back into it
# within their `forward` (`transform_input`); here the two are one step, so that the stages alone can't lose it.
INCEPTION_INPUT = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


class Misfit(ValueError):
    """Weights are not those of the network; the text says why, for within brackets."""


@dataclass(frozen=True)
class Numbers:
    """Of a layer: its channels, and its stride and view in pixels of the picture."""

    channels: int
    stride: int
    view: int


@dataclass(frozen=True)
class Family:
    """A published network.

    `skeleton` makes the publisher's own model, in which `stages` finds what runs one after the other, by our names.
    `dense` is where the classifier's weights stand in its state; `head` makes of these layers, as convolutions, a
    module that turns the last stage's output into maps of logits. Its `side` is that of the pictures that it was
    trained on, `floor` that of the smallest picture that every layer can see. `aliases` are further spellings of
    layers, in small letters. The layers of `linear` are the ReLU of what the stage that stands with them says. Keys of
    a state that begin with `idle` are of no use. `file` finds the weights where a package brings them; else torchvision
    downloads them.
    """

    name: str
    skeleton: Callable[[], nn.Module]
    stages: Callable[[nn.Module], Iterable[tuple[str, nn.Module]]]
    layers: Mapping[str, Numbers]
    dense: str
    head: Callable[[Sequence[nn.Conv2d]], nn.Module]
    suited: str
    floor: int
    side: int = 224
    depth: int = 1  # dense layers of the classifier
    input: tuple[tuple[float, ...], tuple[float, ...]] = IMAGENET_INPUT
    aliases: Mapping[str, str] = field(default_factory=dict)
    linear: Mapping[str, str] = field(default_factory=dict)
    idle: tuple[str, ...] = ()
    file: Callable[[], Path] | None = None

    def build(self, state: Mapping[str, Tensor]) -> tuple[nn.Sequential, nn.Module | None, int]:
        """Body, head and number of classes, from a state with the publisher's keys; without a head's weights no head.

        The tensors are copied, in float32, and batch normalisation is merged into the convolutions.

        Raises Misfit.
        """
        model = self._model()
        body = {key: _taken(state, key, value) for key, value in self._body_of(model).items()}
        stems = self._stems(state)
        idle = (*self.idle, *(f"{stem}." for stem in stems))
        for key in state:
            if key not in body and not key.startswith(idle) and not key.endswith("num_batches_tracked"):
                raise Misfit(f"{key} is no part of it")
        if len(stems) not in (0, 1, self.depth):
            raise Misfit(f"its classifier has {len(stems)} dense layers, not {self.depth}")
        model.load_state_dict(body, strict=False, assign=True)
        stages = nn.Sequential()
        for name, stage in self.stages(pointwise(folded(model.eval()))):
            stages.add_module(name, stage)
        if not stems:
            return stages, None, 0
        entries = [(_taken(state, f"{stem}.weight"), _taken(state, f"{stem}.bias")) for stem in stems]
        try:
            layers = as_convolutions(entries, list(self.layers.values())[-1].channels)
        except ValueError as error:
            raise Misfit(str(error)) from None
        return stages, pointwise(self.head(layers)), layers[-1].out_channels

    def fits(self, state: Mapping[str, Tensor]) -> bool:
        """Whether a state holds all weights of the network's stages, in their shapes."""
        wanted = self._body_of(self._model())
        return all(
            key.endswith("num_batches_tracked") or (key in state and state[key].shape == value.shape)
            for key, value in wanted.items()
        )

    def _model(self) -> nn.Module:
        with torch.device("meta"):
            return self.skeleton()

    def _body_of(self, model: nn.Module) -> dict[str, Tensor]:
        return {key: value for key, value in model.state_dict().items() if not key.startswith(f"{self.dense}.")}

    def _stems(self, state: Mapping[str, Tensor]) -> list[str]:
        """Where the dense layers stand, as `classifier.0`, first to last."""
        found = {key.rpartition(".")[0] for key in state if key.startswith(f"{self.dense}.")}
        return sorted(found, key=lambda stem: [int(part) for part in stem.split(".") if part.isdecimal()])


def _taken(state: Mapping[str, Tensor], key: str, like: Tensor | None = None) -> Tensor:
    """A copy of one of the weights, float32, of the shape of `like`. Raises Misfit."""
    if key.endswith("num_batches_tracked"):  # of use in training only, and absent from older files
        return torch.tensor(0)
    if key not in state:
        raise Misfit(f"{key} is missing")
    found = state[key]
    if like is not None and found.shape != like.shape:
        raise Misfit(f"{key} is {_shape(found)}, not {_shape(like)}")
    if not found.is_floating_point() or not bool(torch.isfinite(found).all()):
        raise Misfit(f"{key} holds what is no finite number; the file is damaged")
    return found.detach().clone().float()


def _shape(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "one number"


def chain(*stages: tuple[str, int, int, int]) -> dict[str, Numbers]:
    """The numbers of layers that follow each other, of (name, channels, kernel, stride) of each.

    `kernel` is how many positions of what stands before it a stage's widest branch sees, along a side. What has no
    channels is no layer to dream with, as pooling.
    """
    found: dict[str, Numbers] = {}
    stride, view = 1, 1
    for name, channels, kernel, step in stages:
        view, stride = view + (kernel - 1) * stride, stride * step
        if channels:
            found[name] = Numbers(channels, stride, view)
    return found


def children_of(model: nn.Module, names: Iterable[str]) -> Iterator[tuple[str, nn.Module]]:
    """The model's children of these names, by them."""
    return ((name, model.get_submodule(name)) for name in names)


def spelt(layers: Iterable[str], *ways: Callable[[str], str]) -> dict[str, str]:
    """Further spellings of `layers`, in small letters: each in those `ways`, where "" or its own name is none."""
    found = {way(name).casefold(): name for name in layers for way in ways}
    return {spelling: name for spelling, name in found.items() if spelling not in ("", name.casefold())}
