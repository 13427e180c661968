"""Networks of others by name, with torchvision's own weights or those of a file, to dream with and as teachers.

Each is described in `families/`. VGG16's convolutions come with the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import URLError

import torch
from torch import Tensor, nn

from mariana_video.errors import NetworkError
from mariana_video.networks.families.efficientnet import EFFICIENTNET_LITE0
from mariana_video.networks.families.family import Family, Misfit
from mariana_video.networks.families.googlenet import GOOGLENET
from mariana_video.networks.families.inception_v3 import INCEPTION_V3
from mariana_video.networks.families.resnet import RESNET50
from mariana_video.networks.families.squeezenet import SQUEEZENET1_1
from mariana_video.networks.families.vgg import SUITED, VGG16, VGG19
from mariana_video.networks.natural import Natural
from mariana_video.networks.network import USUAL_PACE, Description, Layer, Network, Normalisation, Suited
from mariana_video.networks.states import UNREADABLE, State, read_state

FAMILIES: Mapping[str, Family] = {
    family.name: family
    for family in (VGG16, VGG19, GOOGLENET, INCEPTION_V3, RESNET50, SQUEEZENET1_1, EFFICIENTNET_LITE0)
}
NAMES = tuple(FAMILIES)
VGG_SUITED = Suited(SUITED, *USUAL_PACE)
# Measured on 200 photographs at 128 to 192 pixels, of torchvision's weights.
VGG_RMS: Mapping[str, float] = {
    "conv1_1": 0.728,
    "conv1_2": 1.491,
    "conv2_1": 2.042,
    "conv2_2": 2.568,
    "conv3_1": 3.751,
    "conv3_2": 4.247,
    "conv3_3": 4.075,
    "conv4_1": 4.329,
    "conv4_2": 3.429,
    "conv4_3": 2.103,
    "conv5_1": 2.687,
    "conv5_2": 2.042,
    "conv5_3": 1.035,
}


def load(name: str, weights: Path | None = None) -> Network:
    """One of `NAMES` with the weights that its publisher gives, or those of a file.

    Args:
        weights: a `.pth` (read with `weights_only=True`) or a safetensors file with the publisher's keys; without it
            torchvision downloads its own at first use.

    Raises:
        NetworkError: the file is unreadable or doesn't fit; the download failed; a package is missing.
    """
    return built(name, state_of(name, weights), str(weights or name))


def state_of(name: str, weights: Path | None = None) -> State:
    """The weights alone; arguments and errors as of `load`."""
    if weights is not None:
        return read_state(weights)
    file = FAMILIES[name].file
    return _downloaded(name) if file is None else read_state(file())


def address_of(name: str) -> str | None:
    """Where torchvision downloads the weights of one of `NAMES` from; None where a package brings them."""
    if FAMILIES[name].file is not None:
        return None
    from torchvision import models

    return str(models.get_model_weights(name).IMAGENET1K_V1.url)


def built(name: str, state: State, where: str, said: Mapping[str, Any] | None = None) -> Network:
    """As `load`, of a state that was read already, from `where`.

    Args:
        said: what a released file says of the network: what suits it, and what natural pictures do to it.
    """
    family, known = FAMILIES[name], said or {}
    with torch.inference_mode(False):  # weights made under a caller's inference mode could never dream
        try:
            body, head, classes = family.build(state.tensors)
        except Misfit as misfit:
            other = _other(state.tensors, name)
            raise NetworkError(f"{where} doesn't hold the weights of {name} ({misfit}){other}") from None
        names = _class_names(state.classes, classes, where)
        beside = {layer: (stage, nn.ReLU()) for layer, stage in family.linear.items()}
        return Network(_described(family, known, names), body, head, beside)


def _described(family: Family, said: Mapping[str, Any], classes: tuple[str, ...]) -> Description:
    layers = {name: Layer(name, one.channels, one.stride, one.view) for name, one in family.layers.items()}
    suited = Suited(**said["suited"]) if "suited" in said else Suited(family.suited, *USUAL_PACE)
    seen = {name: Natural.of(values, layers[name].channels) for name, values in said.get("natural", {}).items()}
    return Description(
        name=family.name,
        layers=layers,
        normalisation=Normalisation(*family.input),
        suited=suited,
        rms=VGG_RMS if seen else {},
        natural=seen,
        classes=classes,
        input_size=family.side if classes else 0,
        floor=family.floor,
        metadata=said,
        aliases=family.aliases,
    )


def _class_names(said: tuple[str, ...], count: int, where: str) -> tuple[str, ...]:
    """The names that are said; else ImageNet's, if there are so many, or numbers."""
    if said and len(said) != count:
        raise NetworkError(f"{where} tells {count} classes apart, and {len(said)} names are said for them")
    names = said or imagenet()
    return names if len(names) == count else tuple(f"class {number}" for number in range(count))


def imagenet() -> tuple[str, ...]:
    """ImageNet's thousand classes in torchvision's order."""
    from torchvision import models

    return tuple(models.ResNet50_Weights.IMAGENET1K_V1.meta["categories"])


def _other(tensors: Mapping[str, Tensor], name: str) -> str:
    """A word on whose weights they are instead, where that is known."""
    for family in FAMILIES.values():
        try:
            if family.name != name and family.fits(tensors):
                return f"; they are {family.name}'s: say --network {family.name}"
        except NetworkError:  # a package is missing
            continue
    return ""


def _downloaded(name: str) -> State:
    from torchvision import models

    try:
        weights = models.get_model_weights(name).IMAGENET1K_V1
        tensors: Mapping[str, Tensor] = weights.get_state_dict(progress=False, check_hash=True, weights_only=True)
    except (URLError, OSError) as error:
        raise NetworkError(
            f"torchvision's weights of {name} couldn't be downloaded ({error}); give a file with --weights FILE"
        ) from None
    except UNREADABLE:
        raise NetworkError(
            f"torchvision's weights of {name} in {torch.hub.get_dir()} are damaged; remove them there, or give a file "
            f"with --weights FILE"
        ) from None
    return State(tensors)
