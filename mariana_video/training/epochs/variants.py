"""The five trained versions of the paper's table, and `mariana` and `mariana-wide`, which are taught.

The table states blocks, colour, dense width and optimiser. What the paper leaves open is chosen once for all five:
input 32×32, batches of 32, Adam at 5e-4, dropout 0.3, L2 of 5e-4, flips, turns of up to 18°, zoom of up to 20 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mariana_video.networks.mariana import Architecture
from mariana_video.networks.network import Suited
from mariana_video.networks.zoo import VGG_SUITED
from mariana_video.training.pictures.augment import Augmentation

INPUT = 32  # pixels
DROPOUT = 0.3
TAUGHT = "mariana"
WIDE = "mariana-wide"
HINTS: Mapping[str, float] = {"conv3_3": 0.3, "conv4_3": 1.0}
# VGG16 at 0.26 of its multiplications: shared out so that the product of what principal directions keep of each layer's
# variance is largest (Zhang et al., arXiv 1505.06798, section 3.4).
RANKS = (0, 12, 28, 30, 64, 52, 56, 120, 96, 96, 224, 216, 200)

PLAIN = Augmentation(
    smallest_part=0.8,
    smallest_side=0,
    proportions=0.0,
    turn=18.0,
    soft=0.0,
    jpeg=0.0,
    brightness=0.0,
    contrast=0.0,
    saturation=0.0,
    tint=0.0,
    grey=0.0,
)


@dataclass(frozen=True)
class Variant:
    """A row of the table: how the network is built and trained, and what the paper reports of it.

    `hints` are a teacher's layers and how much each counts. Where the architecture has ranks, its convolutions are a
    teacher's, factored, and only the dense layers learn.
    """

    name: str
    architecture: Architecture
    optimiser: Literal["adam", "sgd", "adamw"] = "adam"
    rate: float = 5e-4
    momentum: float = 0.0
    l2: float = 0.0
    augmentation: Augmentation = PLAIN
    hints: Mapping[str, float] = field(default_factory=lambda: dict(HINTS))
    suited: Suited | None = None
    paper_epoch: int | None = None
    paper_accuracy: float | None = None


def _variant(name: str, blocks: tuple[int, ...], colour: bool, dense: int, epoch: int, accuracy: float) -> Variant:
    architecture = Architecture(blocks, colour, dense, INPUT, dropout=DROPOUT)
    return Variant(name, architecture, paper_epoch=epoch, paper_accuracy=accuracy)


_FOUR = (32, 64, 128, 256)
_LAST = Variant(
    "colour4-dense512-l2-sgd",
    Architecture(_FOUR, True, 512, INPUT, dropout=DROPOUT),
    optimiser="sgd",
    rate=0.05,
    momentum=0.1,
    l2=5e-4,
    paper_epoch=75,
    paper_accuracy=0.57,
)

PAPER: Mapping[str, Variant] = {
    variant.name: variant
    for variant in (
        _variant("grey3-dense100", (32, 64, 128), False, 100, 70, 0.45),
        _variant("grey4-dense128", _FOUR, False, 128, 100, 0.52),
        _variant("colour4-dense256", _FOUR, True, 256, 85, 0.53),
        _variant("colour4-dense512", _FOUR, True, 512, 105, 0.53),
        _LAST,
    )
}

VARIANTS: Mapping[str, Variant] = {
    **PAPER,
    TAUGHT: Variant(
        TAUGHT,
        Architecture(_FOUR, True, 512, 112, batch_norm=True),
        optimiser="adamw",
        rate=1e-3,
        l2=0.02,
        augmentation=Augmentation(),
    ),
    WIDE: Variant(
        WIDE,
        Architecture((64, 128, 256, 512, 512), True, 512, 128, shallow=128, ranks=RANKS),
        optimiser="adamw",
        rate=3e-4,
        l2=0.05,
        hints={},
        suited=VGG_SUITED,
    ),
}
