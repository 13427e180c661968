"""From a trained network to a released file: fold, balance, measure, describe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mariana_video.networks.mariana import Mariana, balance, fold, layers
from mariana_video.networks.natural import Alike, Natural, natural
from mariana_video.networks.network import Network
from mariana_video.networks.regions import regions
from mariana_video.networks.weights import as_network, save
from mariana_video.training.outcome.card import card
from mariana_video.training.pictures.data import Picture

SAMPLE = 200  # pictures on which responses are measured
STEP_SIZE, STRENGTH = 0.01, 0.11  # what suited every taught network so far; the layer is the deepest


def finished(
    model: Mariana, metadata: Mapping[str, Any], pictures: Sequence[Picture], balanced: bool
) -> tuple[Mariana, dict[str, Any]]:
    """The folded network and its metadata with what every layer says of natural pictures.

    Args:
        metadata: name, classes and whatever is known of accuracy and recipe; `suited` gets a default; what it says of
            natural pictures already is kept.
        pictures: natural pictures to measure on; the first `SAMPLE` are taken.
        balanced: give all channels of a layer the same RMS (the function stays the same). Not where convolutions are
            factored: they are another network's, and stay as they were.
    """
    folded = fold(model)
    deepest = list(layers(model.architecture))[-1]
    suited = {"layers": deepest, "step_size": STEP_SIZE, "strength": STRENGTH}
    balanced = balanced and not model.architecture.ranks
    values = {"suited": suited, **metadata, "balanced": balanced}
    network = as_network(folded, values)
    if balanced:
        balance(folded, channel_rms(network, pictures[:SAMPLE]))
    measured = channel_rms(network, pictures[:SAMPLE])
    rms = {name: round(float(channels.pow(2).mean().sqrt()), 5) for name, channels in measured.items()}
    said = {name: layer.to_dict() for name, layer in said_of(network, pictures[:SAMPLE]).items()}
    return folded, {**values, "rms": rms | values.get("rms", {}), "natural": said | values.get("natural", {})}


def said_of(network: Network, pictures: Sequence[Picture]) -> dict[str, Natural]:
    """What every layer says of whole natural pictures, channel by channel."""
    names = list(network.layers)
    found: dict[str, list[Tensor]] = {name: [] for name in names}
    alike = {name: Alike() for name in names}
    with torch.no_grad():
        for picture in pictures:
            tensor = torch.tensor(picture).permute(2, 0, 1)[None].float() / 255
            for name, response in zip(names, network.responses(tensor, names), strict=True):
                found[name].append(regions(response))
                alike[name].add(response)
    return {name: natural(squares, counts=alike[name].counts()) for name, squares in found.items()}


def channel_rms(network: Network, pictures: Sequence[Picture]) -> dict[str, Tensor]:
    """RMS of every channel of every layer over whole pictures."""
    names = list(network.layers)
    squares = {name: torch.zeros(network.layers[name].channels) for name in names}
    with torch.no_grad():
        for picture in pictures:
            tensor = torch.tensor(picture).permute(2, 0, 1)[None].float() / 255
            for name, response in zip(names, network.responses(tensor, names), strict=True):
                squares[name] += response.pow(2).mean((0, 2, 3)) / len(pictures)
    return {name: square.sqrt() for name, square in squares.items()}


def release(path: Path, model: Mariana, metadata: Mapping[str, Any]) -> None:
    """Write the weights file and the card beside it, which says nothing that is not in the metadata."""
    save(path, model, metadata)
    path.with_suffix(".md").write_text(card(metadata), encoding="utf-8")
