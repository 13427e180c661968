"""Options of `mariana train`, declared once; light enough for `--help`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from mariana_video.recipe.options import Group
from mariana_video.recipe.schedule import Bounds

VariantName = Literal[
    "grey3-dense100", "grey4-dense128", "colour4-dense256", "colour4-dense512", "colour4-dense512-l2-sgd", "mariana"
]
_FLAG = Parameter(negative=())


@Parameter(name="*")
@dataclass(frozen=True)
class Study(Group):
    """What is trained, on what, for how long."""

    variant: VariantName | None = None
    """The paper's versions, or `mariana`. Default: `mariana` with a teacher, else the paper's best."""

    epochs: Annotated[int, Bounds(1, 10_000)] = 110
    """Times the pictures are gone through, without a teacher."""

    stop_at_divergence: Annotated[bool, _FLAG] = False
    """Stop when training accuracy has left validation accuracy 3.5 points behind; else both networks are kept."""

    held_back: Annotated[float, Bounds(0.01, 0.9)] = 0.1
    """Part of the pictures that validates and never trains; near-duplicates are never on both sides."""

    batch: Annotated[int, Bounds(2, 4096)] = 32
    """Pictures a step."""

    seed: Annotated[int, Bounds(0, 2**31)] = 0
    """Decides the split, the first weights and every crop."""

    init: Annotated[Path | None, Parameter(negative=())] = None
    """A released network to go on from."""

    device: str = "auto"
    """`auto` takes CUDA, then Apple's MPS, then the CPU."""

    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """`auto` takes what this machine is measured to be faster at."""


@Parameter(name="*")
@dataclass(frozen=True)
class Lessons(Group):
    """Teaching by a larger network, whose features are learnt beside the labels."""

    teacher: str | None = None
    """`vgg16`, a weights file of it (.pth or .safetensors), or a network of this program; layers match by name."""

    also: Annotated[tuple[Path, ...], Parameter(negative=())] = ()
    """A further folder of pictures (may be repeated); subfolders named like a class of DATA count as labelled."""

    chunks: Annotated[int, Bounds(1, 100_000)] = 46
    """Chunks of 1,024 crops that are taught, mainly by the teacher."""

    classify_chunks: Annotated[int, Bounds(0, 100_000)] = 13
    """Chunks after that in which the labels count fully; the teacher goes on."""

    crop: Annotated[int, Bounds(32, 512)] = 112
    """Side of the crops, and of the classifier's input, in pixels; a multiple of 16."""

    plain: Annotated[bool, _FLAG] = False
    """Don't balance the channels at export."""
