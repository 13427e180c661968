"""Weights files of others, as people have them: a state dictionary, bare or within a checkpoint, never run as code."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from mariana_video.errors import NetworkError
from mariana_video.networks.files import read_safetensors

PICKLED = (".pth", ".pt", ".ckpt", ".bin", ".pkl", ".tar")  # endings of such files
UNREADABLE = (pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError, LookupError, AttributeError)
"""What torch raises for files that hold no weights, or damaged ones."""

_WITHIN = ("state_dict", "model_state_dict", "model", "net")  # under which a checkpoint keeps its weights
_PREFIXES = ("module.", "_orig_mod.", "model.")  # of every key, by DataParallel, torch.compile, Lightning
_OTHERS = {  # by what a file begins with, after blanks
    b"<": "is a web page, not weights; download the file itself",
    b"version https://git-lfs": "only points to weights that Git LFS keeps; fetch them with `git lfs pull`",
}
_BETTER = "save the weights alone: torch.save(model.state_dict(), FILE)"
_OBJECT = re.compile(r"GLOBAL ([\w.]+)")  # how torch names what it refuses
_OWN = "mariana-network"  # how the format of this program's networks begins


@dataclass(frozen=True)
class State:
    """A network's weights by the keys of who published it, and the names of its classes where they are said."""

    tensors: Mapping[str, Tensor]
    classes: tuple[str, ...] = ()


def read_state(path: Path) -> State:
    """The weights in a file, safetensors or torch's own.

    Names of classes may stand in a safetensors file's metadata or in a checkpoint, as a list called `classes`, or in a
    `.json` file of the same name beside it.

    Raises:
        NetworkError: it is missing, damaged, no weights, or couldn't be read without running code.
    """
    read = _of_safetensors if path.suffix == ".safetensors" else _of_torch
    # Weights made under a caller's inference mode could never dream.
    with torch.inference_mode(False):
        state = read(path)
    return state if state.classes else State(state.tensors, _beside(path.with_suffix(".json")))


def _of_safetensors(path: Path) -> State:
    tensors, said = read_safetensors(path)
    if _OWN in said.get("format", ""):
        raise NetworkError(f"{path} is a whole network of this program; give it alone: --network {path}")
    if "format" in said or "classes" not in said:
        return State(tensors)
    try:
        return State(tensors, _names(json.loads(said["classes"]), path))
    except ValueError as error:
        raise NetworkError(f"{path}: its names of classes can't be read ({error})") from None


def _of_torch(path: Path) -> State:
    loaded = _loaded(path)
    within = next((one for key in _WITHIN if isinstance(one := loaded.get(key), dict)), loaded)
    tensors = {key: value for key, value in within.items() if isinstance(key, str) and isinstance(value, Tensor)}
    if not tensors or len(tensors) < len(within):
        raise NetworkError(f"{path} holds no plain dictionary of weights; {_BETTER}")
    names = loaded.get("classes") if within is not loaded else None
    return State(_bare(tensors), () if names is None else _names(names, path))


def _loaded(path: Path) -> Mapping[object, object]:
    """The dictionary in a file that torch wrote."""
    try:
        with path.open("rb") as file:
            begins = file.read(200).lstrip()
    except FileNotFoundError:
        raise NetworkError(f"no weights file at {path}") from None
    except OSError as error:
        raise NetworkError(f"{path} is no file that can be read ({(error.strerror or str(error)).lower()})") from None
    for other, told in _OTHERS.items():
        if begins.startswith(other):
            raise NetworkError(f"{path} {told}")
    try:
        loaded: object = torch.load(path, map_location="cpu", weights_only=True)
    except UNREADABLE as error:
        raise NetworkError(f"{path} {_unread(str(error))}; {_BETTER}") from None
    if not isinstance(loaded, dict):
        raise NetworkError(f"{path} holds no plain dictionary of weights; {_BETTER}")
    return loaded


def _unread(reason: str) -> str:
    """Why torch would not read a file, of what it said; its own advice is to run the file's code."""
    found = _OBJECT.search(reason)
    if found is not None:
        return f"holds {found[1]}, which can't be read safely"
    if "TorchScript" in reason:
        return "is a TorchScript program, not weights"
    return "is damaged, or nothing that can be read safely"


def _bare(tensors: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """The same without what wrappers put before every key."""
    for prefix in (*_PREFIXES, *_PREFIXES):
        if all(key.startswith(prefix) for key in tensors):
            tensors = {key.removeprefix(prefix): value for key, value in tensors.items()}
    return tensors


def _beside(path: Path) -> tuple[str, ...]:
    """The names in a file beside the weights; one that holds no list is for something else."""
    try:
        said: object = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return ()
    return _names(said, path) if isinstance(said, list) else ()


def _names(said: object, path: Path) -> tuple[str, ...]:
    if not isinstance(said, list | tuple) or not all(isinstance(name, str) for name in said):
        raise NetworkError(f"{path}: names of classes are to be a list of texts")
    return tuple(said)
