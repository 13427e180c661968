"""Networks of others, as torchvision publishes them: VGG16 and InceptionV3, to dream with and as teachers.

VGG16: Simonyan & Zisserman, arXiv 1409.1556, layers `conv1_1` … `conv5_3` (`relu…` means the same here). Its weights
come with the program.
InceptionV3: Szegedy et al., arXiv 1512.00567, layers in torchvision's and the literature's spelling, `Mixed_5b` …
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.error import URLError

import torch
from torch import Tensor, nn

from mariana_video.errors import NetworkError
from mariana_video.networks.files import read_safetensors
from mariana_video.networks.natural import Natural
from mariana_video.networks.network import IMAGENET, Description, Layer, Network, Normalisation, Suited

NAMES = ("vgg16", "inception_v3")
VGG_BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))

VGG_SUITED = Suited("conv5_1 + 0.5*conv4_2", 0.012, 0.12)
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

# With `transform_input` torchvision's model turns ImageNet normalisation back into (x − 0.5) / 0.5 inside its
# forward; here the two are one step, so cutting the module list can't lose it.
INCEPTION_INPUT = Normalisation((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
_INCEPTION_LAYERS: Mapping[str, tuple[int, int, int]] = {  # channels, stride, view
    "Conv2d_1a_3x3": (32, 2, 3),
    "Conv2d_2a_3x3": (32, 2, 7),
    "Conv2d_2b_3x3": (64, 2, 11),
    "Conv2d_3b_1x1": (80, 4, 15),
    "Conv2d_4a_3x3": (192, 4, 23),
    "Mixed_5b": (256, 8, 63),
    "Mixed_5c": (288, 8, 95),
    "Mixed_5d": (288, 8, 127),
    "Mixed_6a": (768, 16, 159),
    "Mixed_6b": (768, 16, 351),
    "Mixed_6c": (768, 16, 543),
    "Mixed_6d": (768, 16, 735),
    "Mixed_6e": (768, 16, 927),
    "Mixed_7a": (1280, 32, 1055),
    "Mixed_7b": (2048, 32, 1183),
    "Mixed_7c": (2048, 32, 1311),
}
_INCEPTION_STAGES = (
    *list(_INCEPTION_LAYERS)[:3],
    "maxpool1",
    *list(_INCEPTION_LAYERS)[3:5],
    "maxpool2",
    *list(_INCEPTION_LAYERS)[5:],
)
INCEPTION_FLOOR = 75  # below this, its unpadded convolutions leave nothing (torchvision's own minimum)


def load(name: str, weights: Path | None = None, said: Mapping[str, Any] | None = None) -> Network:
    """`vgg16` or `inception_v3` with torchvision's ImageNet weights, or those of a file.

    Args:
        weights: a `.pth` (read with `weights_only=True`) or a safetensors file with torchvision's keys; without it
            torchvision downloads its own at first use.
        said: what a released file says of the network: what suits it, and what natural pictures do to it.

    Raises:
        NetworkError: the file is unreadable or doesn't fit; the download failed.
    """
    return built(name, state_of(name, weights), str(weights or name), said)


def state_of(name: str, weights: Path | None = None) -> Mapping[str, Tensor]:
    """The weights alone; arguments and errors as of `load`."""
    # Weights made under a caller's inference mode could never dream.
    with torch.inference_mode(False):
        return _from_file(weights) if weights is not None else _downloaded(name)


def built(name: str, state: Mapping[str, Tensor], where: str, said: Mapping[str, Any] | None = None) -> Network:
    """As `load`, of a state that was read already, from `where`."""
    builders: dict[str, Callable[[Mapping[str, Tensor]], Network]] = {
        "vgg16": lambda state: vgg16(state, said or {}),
        "inception_v3": inception_v3,
    }
    with torch.inference_mode(False):
        try:
            return builders[name]({key: value.detach().clone().float() for key, value in state.items()})
        except (KeyError, RuntimeError, AttributeError, TypeError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise NetworkError(f"{where} doesn't hold torchvision's {name} ({reason})") from None


def vgg16(state: Mapping[str, Tensor], said: Mapping[str, Any] = {}) -> Network:
    """VGG16's convolutions from a state with torchvision's keys (`features.0.weight` …).

    Args:
        said: a released file's metadata: what suits the network, and what natural pictures do to it.
    """
    with torch.device("meta"):
        body = nn.Sequential(OrderedDict(_vgg_stages()))
    own: dict[str, Tensor] = {}
    index = 0
    for name, stage in body.named_children():
        if isinstance(stage, nn.Sequential):
            own |= {f"{name}.0.{part}": state[f"features.{index}.{part}"] for part in ("weight", "bias")}
        index += 2 if isinstance(stage, nn.Sequential) else 1
    body.load_state_dict(own, assign=True)
    suited = Suited(**said["suited"]) if "suited" in said else VGG_SUITED
    layers = dict(_vgg_layers())
    seen = {name: Natural.of(values, layers[name].channels) for name, values in said.get("natural", {}).items()}
    about = Description("vgg16", layers, IMAGENET, suited, VGG_RMS if seen else {}, seen, metadata=said)
    return Network(about, body)


def inception_v3(state: Mapping[str, Tensor]) -> Network:
    """InceptionV3 to `Mixed_7c` from torchvision's state."""
    from torchvision.models import inception

    with torch.device("meta"):
        model = inception.Inception3(aux_logits=False, init_weights=False)
    stages = OrderedDict((name, model.get_submodule(name)) for name in _INCEPTION_STAGES)
    body = nn.Sequential(stages)
    zero = torch.tensor(0)  # batches counted in training: of no use here, and absent from older files
    kept = {key: zero if key.endswith("num_batches_tracked") else state[key] for key in body.state_dict()}
    body.load_state_dict(kept, assign=True)
    suited = Suited("Mixed_5d", 0.012, 0.12)
    layers = {name: Layer(name, *numbers) for name, numbers in _INCEPTION_LAYERS.items()}
    description = Description("inception_v3", layers, INCEPTION_INPUT, suited, floor=INCEPTION_FLOOR)
    return Network(description, body)


def _vgg_stages() -> Iterator[tuple[str, nn.Module]]:
    width = 3
    for block, (channels, count) in enumerate(VGG_BLOCKS, start=1):
        for number in range(1, count + 1):
            yield f"conv{block}_{number}", nn.Sequential(nn.Conv2d(width, channels, 3, padding=1), nn.ReLU())
            width = channels
        yield f"pool{block}", nn.MaxPool2d(2)


def _vgg_layers() -> Iterator[tuple[str, Layer]]:
    stride, view = 1, 1
    for block, (channels, count) in enumerate(VGG_BLOCKS, start=1):
        for number in range(1, count + 1):
            view += 2 * stride
            yield f"conv{block}_{number}", Layer(f"conv{block}_{number}", channels, stride, view)
        view, stride = view + stride, stride * 2


def _from_file(path: Path) -> Mapping[str, Tensor]:
    if path.suffix == ".safetensors":
        return read_safetensors(path)[0]
    try:
        state: Any = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise NetworkError(f"no weights file at {path}") from None
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise NetworkError(f"{path} is no weights file that can be read safely ({reason})") from None
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise NetworkError(f"{path} holds no plain dictionary of weights; save the model's state_dict()")
    return state


def _downloaded(name: str) -> Mapping[str, Tensor]:
    from torchvision import models

    enum = {"vgg16": models.VGG16_Weights, "inception_v3": models.Inception_V3_Weights}[name]
    try:
        state: Mapping[str, Tensor] = enum.IMAGENET1K_V1.get_state_dict(progress=False)
    except (URLError, OSError, RuntimeError) as error:
        raise NetworkError(
            f"torchvision's weights of {name} couldn't be downloaded ({error}); give a file with --weights FILE"
        ) from None
    return state
