"""VGG16 and VGG19 (Simonyan & Zisserman, arXiv 1409.1556), layers `conv1_1` … `conv5_4`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from torch import nn

from mariana_video.networks.families.family import Family, chain, spelt

WIDTHS = (64, 128, 256, 512, 512)
VGG16_COUNTS = (2, 2, 3, 3, 3)
VGG19_COUNTS = (2, 2, 4, 4, 4)
SUITED = "conv5_1 + 0.5*conv4_2"


def _family(name: str, counts: Sequence[int]) -> Family:
    """The one with so many convolutions in each block."""

    def skeleton() -> nn.Module:
        from torchvision import models

        model: nn.Module = models.get_model(name, init_weights=False)
        return model

    def stages(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
        modules = iter(list(model.get_submodule("features").children()))
        for stage, channels, *_ in stages_of:
            yield stage, nn.Sequential(next(modules), next(modules)) if channels else next(modules)

    stages_of = list(_stages(counts))
    layers = chain(*stages_of)
    at = {name: f"features.{index}" for index, name in _relus(stages_of)}
    return Family(
        name, skeleton, stages, layers, dense="classifier", head=_head, suited=SUITED, floor=16, depth=3,
        aliases=spelt(layers, at.__getitem__),
    )  # fmt: skip


def _stages(counts: Sequence[int]) -> Iterator[tuple[str, int, int, int]]:
    """Name, channels, kernel and stride of each."""
    for block, (channels, count) in enumerate(zip(WIDTHS, counts, strict=True), start=1):
        yield from ((f"conv{block}_{number}", channels, 3, 1) for number in range(1, count + 1))
        yield f"pool{block}", 0, 2, 2


def _relus(stages: Iterable[tuple[str, int, int, int]]) -> Iterator[tuple[int, str]]:
    """Where torchvision's list has the ReLU of each layer."""
    index = 0
    for name, channels, *_ in stages:
        if channels:
            yield index + 1, name
        index += 2 if channels else 1


def _head(layers: Sequence[nn.Conv2d]) -> nn.Module:
    between = [module for layer in layers[:-1] for module in (layer, nn.ReLU())]
    return nn.Sequential(*between, layers[-1])


VGG16 = _family("vgg16", VGG16_COUNTS)
VGG19 = _family("vgg19", VGG19_COUNTS)
