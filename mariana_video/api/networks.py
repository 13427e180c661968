"""What can be dreamed with: networks and their layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mariana_video.errors import NetworkError, UsageError
from mariana_video.recipe.reading import declare
from mariana_video.recipe.values.networks import Networks, checked_name
from mariana_video.recipe.values.objective import Objective

if TYPE_CHECKING:
    from torch import Tensor

    from mariana_video.networks.families.family import Family
    from mariana_video.networks.network import Layer, Network


@dataclass(frozen=True)
class Known:
    """A network that can be called by name.

    `file` holds its weights (None: they lie in no file here, and `comes` says where they come from instead); `classes`
    are the names of what it tells apart, as far as that is known, `accuracies` how well it did (0…1), `layers` those
    that suit it.
    """

    name: str
    file: Path | None = None
    classes: tuple[str, ...] = ()
    accuracies: tuple[float, ...] = ()
    layers: str = ""
    comes: str = ""


def list_networks() -> list[Known]:
    """The networks that can be called by name."""
    from mariana_video.networks.added import kept
    from mariana_video.networks.weights import load_file, released
    from mariana_video.networks.zoo import FAMILIES

    here = released()
    found = [(load_file(path), path) for path in here.values()]
    known = [Known(one.name, path, one.classes, _accuracies(one.metadata), one.suited.layers) for one, path in found]
    known += [_published(family) for name, family in FAMILIES.items() if name not in here]
    brought = [one.description for one in kept().values()]
    return known + [Known(one.name, layers=one.suited.layers, comes="added in this process") for one in brought]


def _published(family: Family) -> Known:
    """One whose weights don't lie among the program's own."""
    from mariana_video.networks.zoo import imagenet

    if family.file is None:
        return Known(
            family.name, layers=family.suited, comes="torchvision downloads it at first use, or --weights FILE"
        )
    try:
        return Known(family.name, family.file(), imagenet(), layers=family.suited)
    except NetworkError as missing:
        return Known(family.name, layers=family.suited, comes=str(missing))


def _accuracies(metadata: Mapping[str, Any]) -> tuple[float, ...]:
    said = (part.get("balanced_accuracy") for part in metadata.get("accuracy", {}).values())
    return tuple(value for value in said if value is not None)


def list_layers(network: str | Path = "mariana", weights: str | Path | None = None) -> dict[str, list[Layer]]:
    """The layers of networks, as `--network` says them, by name; each with channels, stride and view in pixels.

    `weights` is a file for one of torchvision's networks. Raises NetworkError.
    """
    return {name: list(found.layers.values()) for name, found in _loaded(network, weights).items()}


def list_classes(network: str | Path = "mariana", weights: str | Path | None = None) -> dict[str, tuple[str, ...]]:
    """What networks tell apart, by their names, in order; arguments and errors as of `list_layers`."""
    return {name: found.classes for name, found in _loaded(network, weights).items()}


def _loaded(network: str | Path, weights: str | Path | None) -> dict[str, Network]:
    from mariana_video.networks.several import load_named

    said = declare("network", Networks).read(network)
    file = None if weights is None else declare("weights", Path).read(weights)
    return load_named(said, file, said.names)


def add_network(name: str, network: Callable[[Tensor], Mapping[str, Tensor]], *, layers: str | None = None) -> None:
    """Have a network of your own under `name`, in this process, wherever a network can be said.

    `network` maps pictures (N×3×H×W, RGB, 0…1, of any size) to a mapping of layers' names to their activations
    (N×C×h×w), through which gradients lead back to the picture. A module is copied, and runs on the device and in the
    number format of each work; a plain function is given float32, and has to say the same of the same picture each
    time. `layers` is what it dreams where nothing else is asked for; without it, its last layer.

    In a recipe or a job the name means something only where it was added again before. Raises UsageError for a name
    that is taken or can't be one, NetworkError for what is no such network.
    """
    if not callable(network):
        raise UsageError(
            f"{name}: {type(network).__name__} can't be called with a picture; give a module or a function"
        )
    checked_name(name)
    from mariana_video.dream.objectives.reading import read
    from mariana_video.networks import added
    from mariana_video.networks.weights import names

    if name in names() and name not in added.kept():
        raise UsageError(f"{name!r} is a network already; give yours another name")
    found = added.look(name, network)
    if layers is not None:
        read(Objective.of(layers).terms, {name: found.made()})
        found = found.suiting(layers)
    added.keep(found)


def list_kinds() -> list[tuple[str, str]]:
    """What can be written for `layers`, an example of each kind, and what it means."""
    from mariana_video.dream.objectives.reading import sentences

    return sentences()
