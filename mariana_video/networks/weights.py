"""Released networks on disk: safetensors only, half precision, everything else as JSON strings in the metadata."""

from __future__ import annotations

import importlib.resources
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from mariana_video.errors import NetworkError, OutputError, UsageError
from mariana_video.networks import added, zoo
from mariana_video.networks.device import check_not_forked
from mariana_video.networks.families.parts import pointwise
from mariana_video.networks.files import read_header, read_safetensors
from mariana_video.networks.mariana import OWN, Architecture, Mariana, layers
from mariana_video.networks.natural import Natural
from mariana_video.networks.network import (
    IMAGENET,
    Description,
    Network,
    Normalisation,
    Suited,
    did_you_mean,
)
from mariana_video.networks.states import PICKLED, State

DEFAULT = "mariana"
FORMAT = "mariana-network 1"
VGG_FORMAT = "torchvision-vgg16 1"
WIDEST = 4096  # more channels, classes or pixels than this in a header are a mistake or an attack


def load(name_or_path: str | Path = DEFAULT, weights: Path | None = None) -> Network:
    """A network by name (`mariana networks` lists them), also `resnet50@FILE`, or by the path of a released file.

    Args:
        weights: for torchvision's networks, a file to take instead of the one that lies here or is downloaded.

    Raises:
        NetworkError: unknown, foreign, damaged or not fitting.
        UsageError: `weights` for a network that is a file itself; a process forked after the first use.
    """
    check_not_forked()
    name, at, file = str(name_or_path).partition("@")
    if at and weights is None and name in zoo.NAMES:
        return load(name, Path(file))
    name = str(name_or_path)
    own = released().get(name)
    if name in zoo.NAMES and (weights is not None or own is None):
        state = zoo.state_of(name, weights)
        return zoo.built(name, state, str(weights or name), {} if own is None else _known(own, state.tensors))
    if weights is not None:
        raise UsageError(
            f"--weights {weights} does nothing for {name_or_path}{did_you_mean(name, zoo.NAMES)}; it is for "
            f"{', '.join(zoo.NAMES)}: "
            f"a network of one's own is given as --network FILE"
        )
    brought = added.kept().get(name)
    return load_file(find(name_or_path)) if brought is None else brought.made()


def names() -> list[str]:
    """Every name that a network can be called by, the default's first."""
    return list(dict.fromkeys([*released(), *zoo.NAMES, *added.kept()]))


def _known(own: Path, state: Mapping[str, Tensor]) -> dict[str, Any]:
    """What a released file says of torchvision's network; of natural pictures only if `state` is what it holds."""
    tensors, values = read(own)
    alike = all(name in state and torch.equal(tensor, state[name].half()) for name, tensor in tensors.items())
    return values if alike else {name: value for name, value in values.items() if name != "natural"}


def find(name_or_path: str | Path) -> Path:
    """Where a released network lies: a path as it is, a name in the checkout's or the package's `models`."""
    path = Path(name_or_path)
    if path.suffix in PICKLED:
        raise NetworkError(f"{path} doesn't say whose weights it holds; say it: --network vgg16@{path}")
    if path.suffix == ".safetensors" or len(path.parts) > 1:
        if path.is_file():
            return path
        raise NetworkError(f"no network at {path}; `mariana networks` lists those that can be called by name")
    known = released()
    if str(name_or_path) in known:
        return known[str(name_or_path)]
    hint = did_you_mean(str(name_or_path), names())
    raise NetworkError(f"no network called {str(name_or_path)!r}{hint}; `mariana networks` lists them")


def released() -> dict[str, Path]:
    """Name → file of every released network at hand, the default first."""
    packaged = Path(str(importlib.resources.files("mariana_video"))) / "models"
    checkout = Path(__file__).resolve().parents[2] / "models"
    files = [file for folder in (packaged, checkout) for file in sorted(folder.glob("*.safetensors"))]
    found = {file.stem: file for file in files}
    return dict(sorted(found.items(), key=lambda item: (item[0] != DEFAULT, item[0])))


def load_file(path: Path) -> Network:
    """The network in a released file."""
    tensors, metadata = read(path)
    if metadata["format"] == VGG_FORMAT:
        return zoo.built("vgg16", State(tensors), str(path), metadata)
    model = _from_file(path, tensors, metadata)
    for part in (model.body, model.head, model.own):
        if part is not None:
            pointwise(part)
    return as_network(model, metadata)


def load_model(path: Path) -> tuple[Mariana, dict[str, Any]]:
    """The folded model in a released file, to be trained further, and its metadata."""
    tensors, metadata = read(path)
    if metadata["format"] == VGG_FORMAT:
        raise NetworkError(
            f"{path} is torchvision's VGG16, which only dreams and teaches; give one of the paper's family"
        )
    return _from_file(path, tensors, metadata), metadata


def _from_file(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, Any]) -> Mariana:
    # Weights loaded under a caller's inference mode could never dream.
    with torch.inference_mode(False):
        return _built(path, metadata, {name: tensor.clone() for name, tensor in tensors.items()})


def as_network(model: Mariana, metadata: Mapping[str, Any]) -> Network:
    """A folded network of the paper's family with the metadata that goes into its file."""
    architecture = model.architecture
    description = Description(
        name=str(metadata.get("name", "unnamed")),
        layers=layers(architecture),
        normalisation=normalisation_of(metadata, architecture),
        suited=Suited(**metadata["suited"]),
        rms={name: float(value) for name, value in metadata.get("rms", {}).items()},
        natural=_natural(metadata, architecture),
        classes=tuple(metadata.get("classes", ())),
        grey=not architecture.colour,
        input_size=architecture.input_size if architecture.classes else 0,
        metadata=metadata,
    )
    beside = {} if model.own is None else {OWN: (architecture.own, model.own)}
    return Network(description, model.body, model.head, beside)


def save(path: Path, model: Mariana, metadata: Mapping[str, Any]) -> None:
    """Write a folded network in half precision; the file appears only when it is whole.

    Args:
        metadata: plain JSON values; `architecture` and `format` are added.

    Raises:
        OutputError: the folder is missing or read-only, or the disk is full.
    """
    tensors = {_stored(key): value.detach().half().contiguous() for key, value in model.state_dict().items()}
    values = {**metadata, "architecture": model.architecture.to_dict(), "format": FORMAT}
    strings = {key: json.dumps(value) for key, value in values.items()}
    try:
        write(path, tensors, strings)
    except (OSError, SafetensorError) as error:
        raise OutputError(f"{path} can't be written ({error}); choose another folder or free some space") from None


def write(path: Path, tensors: dict[str, Tensor], strings: dict[str, str]) -> None:
    """A safetensors file, which appears only when it is whole."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    try:
        save_file(tensors, temporary, metadata=strings)
        Path(temporary).chmod(0o644)
        os.replace(temporary, path)  # noqa: PTH105 (atomic on every system)
    finally:
        Path(temporary).unlink(missing_ok=True)


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and metadata of a released file, the metadata as plain values."""
    tensors, strings = read_safetensors(path)
    return tensors, _values(path, strings)


def _values(path: Path, strings: Mapping[str, str]) -> dict[str, Any]:
    if "format" not in strings:
        raise NetworkError(f"{path} is not a network of this program; `mariana train` makes such files")
    try:
        metadata = {key: json.loads(value) for key, value in strings.items()}
    except ValueError as error:
        raise NetworkError(f"{path} has unreadable metadata ({error}); the file may be damaged") from None
    if metadata["format"] not in (FORMAT, VGG_FORMAT):
        raise NetworkError(f"{path} says {metadata['format']!r}, this program reads {FORMAT!r}")
    return metadata


def is_released(path: Path) -> bool:
    """Whether a safetensors file is one of this program's."""
    return "format" in read_header(path)


def _built(path: Path, metadata: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> Mariana:
    architecture = _architecture(path, metadata)
    with torch.device("meta"):
        model = Mariana(architecture)
    wanted = {_stored(key): (key, value.shape) for key, value in model.state_dict().items()}
    for name in sorted(wanted.keys() | tensors.keys()):
        if name not in tensors or name not in wanted or tensors[name].shape != wanted[name][1]:
            raise NetworkError(f"{path}: weights {name!r} don't fit the architecture the file claims")
        if not torch.isfinite(tensors[name]).all():
            raise NetworkError(f"{path}: weights {name!r} are not finite; the file is damaged")
    state = {key: tensors[name].float() for name, (key, _) in wanted.items()}
    model.load_state_dict(state, assign=True)
    return model


def _architecture(path: Path, metadata: Mapping[str, Any]) -> Architecture:
    try:
        values = metadata["architecture"]
        several = {name: tuple(values[name]) for name in ("blocks", "ranks") if name in values}
        architecture = Architecture(**{**values, **several})
        sides = (architecture.dense, architecture.input_size, architecture.classes, architecture.shallow)
        numbers = (*architecture.blocks, *architecture.ranks, *sides)
        sane = all(isinstance(n, int) and 0 <= n <= WIDEST for n in numbers)
        sane = sane and len(architecture.ranks) in (0, len(list(architecture.convolutions())))
        sane = sane and architecture.own in ("", *(name for name, *_ in architecture.convolutions()))
        sane = sane and (not architecture.own or architecture.classes > 0)
        sane = sane and len(metadata.get("classes", ())) == architecture.classes
        _natural(metadata, architecture)
        Suited(**metadata["suited"]), {str(name): float(rms) for name, rms in metadata.get("rms", {}).items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NetworkError(f"{path}: the metadata lacks a usable architecture or other entry ({error})") from None
    if not sane or not 1 <= len(architecture.blocks) <= 8:
        raise NetworkError(f"{path}: the metadata claims an impossible architecture {values}")
    return architecture


def _natural(metadata: Mapping[str, Any], architecture: Architecture) -> dict[str, Natural]:
    known = layers(architecture)
    return {name: Natural.of(said, known[name].channels) for name, said in metadata.get("natural", {}).items()}


def normalisation_of(metadata: Mapping[str, Any], architecture: Architecture) -> Normalisation:
    """The file's own input normalisation, or the family's: ImageNet's in colour, 0.5 and 0.25 in grey."""
    if "normalisation" in metadata:
        values = metadata["normalisation"]
        return Normalisation(tuple(values["mean"]), tuple(values["std"]))
    return IMAGENET if architecture.colour else Normalisation((0.5,), (0.25,))


def _stored(key: str) -> str:
    """`body.conv1_1.conv.weight` → `conv1_1.weight`; `head.dense1.weight` → `dense1.weight`."""
    return key.removeprefix("body.").removeprefix("head.").replace(".conv.", ".")
