"""Options of `mariana train`, declared once; light enough for `--help`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from mariana_video.errors import UsageError
from mariana_video.recipe.group import Group
from mariana_video.recipe.kind import Kind
from mariana_video.recipe.values.schedule import Bounds

VariantName = Literal[
    "grey3-dense100",
    "grey4-dense128",
    "colour4-dense256",
    "colour4-dense512",
    "colour4-dense512-l2-sgd",
    "mariana",
    "mariana-wide",
]
Precision = Literal["auto", "fp32", "bf16"]
EPOCHS = 110
CHUNKS, CLASSIFY_CHUNKS = 46, 13
GRID = 16  # pixels; four poolings halve a crop's side
_FLAG = Parameter(negative=())


@Parameter(name="*")
@dataclass(frozen=True)
class Study(Group):
    """What is trained, on what, for how long."""

    variant: VariantName | None = None
    """The paper's versions, `mariana`, or `mariana-wide`, which learns only dense layers upon convolutions that are
    there already. Default: `mariana` with a teacher, `mariana-wide` with such an --init, else the paper's best."""

    epochs: Annotated[int | None, Bounds(1, 10_000)] = None
    """Times the pictures are gone through, without a teacher. Default: 110."""

    stop_at_divergence: Annotated[bool, _FLAG] = False
    """Stop when training accuracy has left validation accuracy 3.5 points behind; else both networks are kept.
    Not with a teacher."""

    held_back: Annotated[float, Bounds(0.01, 0.9)] = 0.1
    """Part of the pictures that validates and never trains; near-duplicates are never on both sides."""

    batch: Annotated[int, Bounds(2, 4096)] = 32
    """Pictures a step."""

    seed: Annotated[int, Bounds(0, 2**31)] = 0
    """Decides the split, the first weights and every crop."""

    init: Annotated[Path | None, Parameter(negative=())] = None
    """A released network to go on from; the convolutions of `mariana-wide` stay as they are."""

    device: str = "auto"
    """`auto` takes CUDA, then Apple's MPS, then the CPU."""

    precision: Precision = "auto"
    """`auto` takes what this machine is measured to be faster at."""

    def rounds(self) -> int:
        """How often the pictures are gone through."""
        return EPOCHS if self.epochs is None else self.epochs


@Parameter(name="*")
@dataclass(frozen=True)
class Lessons(Group):
    """Teaching by a larger network, whose features are learnt beside the labels."""

    teacher: str | None = None
    """`vgg16`, a weights file of it (.pth or .safetensors), or a network of this program; layers match by name."""

    also: Annotated[tuple[Path, ...], Parameter(negative=())] = ()
    """A further folder of pictures (may be repeated); subfolders named like a class of DATA count as labelled,
    all others are for a teacher only."""

    chunks: Annotated[int | None, Bounds(1, 100_000)] = None
    """Chunks of 1,024 crops that are taught, mainly by the teacher. Default: 46."""

    classify_chunks: Annotated[int | None, Bounds(0, 100_000)] = None
    """Chunks after that in which the labels count fully; the teacher goes on. For `mariana-wide`: chunks of crops from
    which its dense layers learn. Default: 13."""

    crop: Annotated[int | None, Bounds(32, 512)] = None
    """Side of a teacher's crops, and of the classifier's input, in pixels; a multiple of 16, for `mariana-wide` of
    32. Default: 112, or 128 for `mariana-wide`."""

    plain: Annotated[bool, _FLAG] = False
    """Don't balance the channels at export."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.crop is not None and self.crop % GRID:
            low = self.crop // GRID * GRID
            raise UsageError(f"--crop {self.crop}: give a multiple of {GRID}, such as {low} or {low + GRID}")

    def lengths(self) -> tuple[int, int]:
        """How many chunks are taught, and how many classified after that."""
        taught = CHUNKS if self.chunks is None else self.chunks
        return taught, CLASSIFY_CHUNKS if self.classify_chunks is None else self.classify_chunks


@Parameter(name="*")
@dataclass(frozen=True)
class Kept(Group):
    """Whether what is there already may be replaced."""

    overwrite: Annotated[bool, _FLAG] = False
    """Replace OUTPUT and the files beside it where they exist; otherwise that is refused."""


@Parameter(name="*")
@dataclass(frozen=True)
class TrainingRecipe(Kind):
    """`mariana train`."""

    study: Study = Study()
    lessons: Lessons = Lessons()
    kept: Kept = Kept()


def check_together(study: Study, lessons: Lessons, factored: bool = False) -> None:
    """Refuse options that would do nothing beside the others; `factored` says that only dense layers are to learn.

    Raises:
        UsageError: names the option, and what to say instead.
    """
    if lessons.teacher is None:
        if lessons.chunks is not None or (lessons.classify_chunks is not None and not factored):
            name = "--chunks" if lessons.chunks is not None else "--classify-chunks"
            raise UsageError(f"{name} does nothing without --teacher; --epochs says how long is trained")
        if lessons.crop is not None:
            raise UsageError("--crop does nothing without --teacher; a --variant has a size of its own")
    elif study.epochs is not None:
        raise UsageError(f"--epochs {study.epochs} does nothing with --teacher; --chunks says how long is taught")
    elif study.stop_at_divergence:
        raise UsageError("--stop-at-divergence does nothing with --teacher, who teaches to the end; leave one out")
