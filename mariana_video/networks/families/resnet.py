"""ResNet50 (He et al., arXiv 1512.03385), layers `conv1` and each block, `layer3_2`; `layer3` is its last block."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import groupby

from torch import nn

from mariana_video.networks.families.family import Family, chain, spelt
from mariana_video.networks.families.parts import averaged

_BLOCKS = ((256, 3, 1), (512, 4, 2), (1024, 6, 2), (2048, 3, 2))  # channels, blocks, stride of the first


def _blocks() -> Iterator[tuple[str, int, int, int]]:
    for layer, (channels, count, stride) in enumerate(_BLOCKS, start=1):
        yield from ((f"layer{layer}_{block}", channels, 3, 1 if block else stride) for block in range(count))


_STAGES = (("conv1", 64, 7, 2), ("maxpool", 0, 3, 2), *_blocks())
_LAYERS = chain(*_STAGES)
_LAST = {list(blocks)[-1]: layer for layer, blocks in groupby(_LAYERS, lambda name: name.partition("_")[0])}


def _skeleton() -> nn.Module:
    from torchvision import models

    model: nn.Module = models.get_model("resnet50", num_classes=1)
    return model


def _stages(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    yield "conv1", nn.Sequential(*(model.get_submodule(name) for name in ("conv1", "bn1", "relu")))
    yield from ((name, model.get_submodule(name.replace("_", "."))) for name, *_ in _STAGES[1:])


RESNET50 = Family(
    "resnet50",
    _skeleton,
    _stages,
    _LAYERS,
    dense="fc",
    head=partial(averaged, 7),
    suited="layer3",
    floor=1,
    aliases=spelt(_LAYERS, lambda name: name.replace("_", "."), lambda name: _LAST.get(name, "")),
)
