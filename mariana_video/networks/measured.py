"""What natural pictures do to a network whose file doesn't say: measured on fourteen small photographs that come along.

They are cut from photographs of scikit-image, which are CC0 or in the public domain (`benchmarks/natural_pictures.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.errors import NetworkError
from mariana_video.networks.natural import Natural, natural
from mariana_video.networks.network import CLASSES, Network
from mariana_video.networks.regions import regions

PICTURES = Path(__file__).with_name("natural.png")
SIDE = 128  # pixels of each square in it
# Of a dozen pictures a channel's own figure is half chance: halfway to the layer's mean (of the logarithms) it comes
# nearest to what 240 photographs say, of networks whose channels are all alike and of those whose are not.
_OWN = 0.5
_SILENT = 1e-4


def measure(network: Network, layers: Iterable[str]) -> None:
    """Measures `network` in place, unless its file says of each of `layers` what natural pictures do to it.

    All its layers are measured then, so that what is known doesn't hang on what is asked for; what the file says stays.
    How far apart logits are is measured where `layers` has `CLASSES`.
    """
    asked, said = set(layers), network.description.natural
    if CLASSES in asked and CLASSES not in network.description.rms:
        apart = {CLASSES: _apart(network)}
        network.description = replace(network.description, rms={**network.description.rms, **apart})
    if all(name in said for name in asked - {CLASSES}):
        return
    found = {name: _steadied(squares, network.description.rms.get(name)) for name, squares in _seen(network).items()}
    network.description = replace(network.description, natural={**found, **said})


def checksum_of(network: Network) -> str:
    """SHA-256 of what natural pictures do to a network's layers."""
    checksum = hashlib.sha256()
    for name, said in sorted(network.description.natural.items()):
        checksum.update(f"{name} {said.to_dict()} {network.description.rms.get(name)}".encode())
    return checksum.hexdigest()


def _seen(network: Network) -> dict[str, list[Tensor]]:
    """Of every layer the mean squares of its channels, region by region, in each picture."""
    names = list(network.layers)
    found: dict[str, list[Tensor]] = {name: [] for name in names}
    with torch.inference_mode(False), torch.no_grad():  # kept, what inference mode makes would bar every gradient
        for picture in pictures():
            side = max(SIDE, network.description.floor)
            shown = picture if side == SIDE else F.interpolate(picture, (side, side), mode="bilinear")
            for name, response in zip(names, network.responses(shown, names), strict=True):
                found[name].append(regions(response))
                _check_finite(network, name, found[name][-1])
    return found


def _check_finite(network: Network, what: str, said: Tensor) -> None:
    if not bool(torch.isfinite(said).all()):
        raise NetworkError(
            f"{network.name}: what {what} says of a photograph is no number; its weights are damaged, or it takes "
            "pictures in other units"
        )


def _apart(network: Network) -> float:
    """The RMS of logits about their mean."""
    with torch.inference_mode(False), torch.no_grad():
        logits = torch.cat([network.logits(picture).float() for picture in pictures()])
    _check_finite(network, "its classifier", logits)
    rms = float((logits - logits.mean(1, keepdim=True)).square().mean().sqrt())
    return float(f"{rms:.3g}") or 1.0  # the same from any processor


def _steadied(pictures: list[Tensor], rms: float | None) -> Natural:
    """What a layer says, its channels halfway to their mean; its level is that of `rms`, where that is known."""
    squares = natural(pictures).squares
    mean = float(squares.mean()) or 1.0
    steadied = (squares / mean).clamp_min(_SILENT).pow(_OWN)
    level = mean if rms is None else rms**2
    steadied = steadied * (level / float(steadied.mean()))
    share = natural([picture * (level / mean) for picture in pictures], steadied).share
    rounded = Natural(steadied, share).to_dict()  # the same from any processor
    return Natural.of(rounded, len(steadied))


@cache
def pictures() -> tuple[Tensor, ...]:
    """The pictures, 1×3×128×128 in 0…1 each."""
    from PIL import Image

    with Image.open(PICTURES) as opened:
        sheet = np.asarray(opened.convert("RGB"), np.float32) / 255
    rows, columns = (side // SIDE for side in sheet.shape[:2])
    squares = sheet.reshape(rows, SIDE, columns, SIDE, 3).transpose(0, 2, 4, 1, 3).reshape(-1, 1, 3, SIDE, SIDE)
    with torch.inference_mode(False):
        return tuple(torch.from_numpy(np.ascontiguousarray(square)) for square in squares)
