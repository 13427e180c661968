"""What can be dreamed with: networks and their layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mariana_video.recipe.reading import declare
from mariana_video.recipe.values.networks import Networks

if TYPE_CHECKING:
    from mariana_video.networks.network import Layer


@dataclass(frozen=True)
class Known:
    """A network that can be called by name.

    `file` holds its weights (None: torchvision would download them at first use, and nothing else is known of it);
    `classes` are the names of what it tells apart, `accuracies` how well it did (0…1), `layers` those that suit it.
    """

    name: str
    file: Path | None = None
    classes: tuple[str, ...] = ()
    accuracies: tuple[float, ...] = ()
    layers: str = ""


def list_networks() -> list[Known]:
    """The networks that can be called by name."""
    from mariana_video.networks.weights import load_file, released
    from mariana_video.networks.zoo import NAMES

    here = released()
    found = [(load_file(path), path) for path in here.values()]
    known = [Known(one.name, path, one.classes, _accuracies(one.metadata), one.suited.layers) for one, path in found]
    return known + [Known(name) for name in NAMES if name not in here]


def _accuracies(metadata: Mapping[str, Any]) -> tuple[float, ...]:
    said = (part.get("balanced_accuracy") for part in metadata.get("accuracy", {}).values())
    return tuple(value for value in said if value is not None)


def list_layers(network: str | Path = "mariana", weights: str | Path | None = None) -> dict[str, list[Layer]]:
    """The layers of networks, as `--network` says them, by name; each with channels, stride and view in pixels.

    `weights` is a file for a network of torchvision. Raises NetworkError.
    """
    from mariana_video.networks.several import load_named

    said = declare("network", Networks).read(network)
    file = None if weights is None else declare("weights", Path).read(weights)
    return {name: list(found.layers.values()) for name, found in load_named(said, file, said.names).items()}


def list_kinds() -> list[tuple[str, str]]:
    """What can be written for `layers`, an example of each kind, and what it means."""
    from mariana_video.dream.objectives.reading import sentences

    return sentences()
