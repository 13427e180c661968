"""All that can be known to fail before a picture is read: options, device, network to go on from, teacher, folders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from mariana_video.errors import DataError, NetworkError, OutputError, UsageError
from mariana_video.networks import weights, zoo
from mariana_video.networks.device import choose_device
from mariana_video.networks.mariana import Mariana, layers
from mariana_video.networks.network import Network
from mariana_video.training.epochs.options import Lessons, Study, check_together
from mariana_video.training.epochs.start import fitting
from mariana_video.training.epochs.variants import TAUGHT, VARIANTS, WIDE, Variant
from mariana_video.training.lessons.factoring import same_layout
from mariana_video.training.pictures.folders import class_folders


@dataclass(frozen=True)
class Foreseen:
    """What a training of some options will use, loaded and found to fit."""

    variant: Variant
    device: torch.device
    teacher: Network | None


def foresee(study: Study, lessons: Lessons) -> Foreseen:
    """See that options go together and that what they name is there and fits.

    Raises:
        UsageError: an option does nothing, or this machine lacks the device. NetworkError: `--init` or `--teacher`.
    """
    variant = variant_of(study, lessons)
    check_together(study, lessons, bool(variant.architecture.ranks))
    if lessons.teacher is not None:
        _check_pupil(variant)
    device = choose_device(study.device)
    if study.init is not None:
        fitting(study.init, variant.architecture)
    found = None if lessons.teacher is None else teacher(lessons.teacher, variant.hints)
    if variant.architecture.ranks:
        _check_factored(study, lessons, variant, found)
    return Foreseen(variant, device, found)


def variant_of(study: Study, lessons: Lessons) -> Variant:
    """The variant that is asked for, or that of a factored `--init`; with a teacher, `mariana`, at the crop's size.

    Raises:
        UsageError: the poolings don't halve the crop's side evenly.
    """
    if lessons.teacher is None:
        return VARIANTS[study.variant or (WIDE if _is_factored(study.init) else "colour4-dense512-l2-sgd")]
    variant = VARIANTS[study.variant or TAUGHT]
    side = side_of(study, lessons)
    grid = 2 ** len(variant.architecture.blocks)
    if side % grid:
        raise UsageError(
            f"--crop {side}: {variant.name} needs a multiple of {grid}, such as {side // grid * grid or grid}"
        )
    return replace(variant, architecture=replace(variant.architecture, input_size=side))


def side_of(study: Study, lessons: Lessons) -> int:
    """The side of a teacher's crops in pixels."""
    if lessons.crop is not None:
        return lessons.crop
    pupil = VARIANTS[study.variant or TAUGHT].architecture
    return max(pupil.input_size, VARIANTS[TAUGHT].architecture.input_size)


def teacher(name_or_path: str, hints: Iterable[str]) -> Network:
    """A teacher by name, or from a file: one of this program's networks, or torchvision's VGG16.

    Raises:
        NetworkError: there is none, or it lacks the layers that are taught.
    """
    path = Path(name_or_path)
    try:
        if path.suffix in (".pth", ".pt") or (path.suffix == ".safetensors" and not weights.is_released(path)):
            network = zoo.load("vgg16", path)
        else:
            network = weights.load(name_or_path)
    except NetworkError as error:
        raise NetworkError(str(error).replace("--weights FILE", "--teacher FILE")) from None
    for name in hints:
        network.resolve(name)
    return network


def check_folders(output: Path, data: Path, lessons: Lessons) -> None:
    """See that folders hold what is learnt from, and OUTPUT is not among it.

    Raises:
        DataError: a folder is missing or does nothing. OutputError: OUTPUT lies among the pictures.
    """
    classes = class_folders(data)
    if len(classes) < 2:
        raise DataError(f"only one class ({next(iter(classes))}); a classifier needs two or more subfolders")
    for folder in lessons.also:
        known = class_folders(folder).keys() & classes.keys()
        if not known and lessons.teacher is None:
            raise DataError(
                f"--also {folder} does nothing without --teacher: no subfolder is named like a class of {data} "
                f"({', '.join(sorted(classes))})"
            )
    paths = output.absolute().parent.resolve()
    for folder in (data, *lessons.also):
        if any(paths.is_relative_to(inner.resolve()) for inner in class_folders(folder).values()):
            raise OutputError(f"{output} lies among the pictures of {folder}, and so would its plot; write elsewhere")


def _check_pupil(variant: Variant) -> None:
    """A teacher shows colours, and teaches layers by name."""
    architecture = variant.architecture
    if not architecture.colour or not variant.hints.keys() <= layers(architecture).keys():
        able = [name for name, other in VARIANTS.items() if other.architecture.colour]
        raise UsageError(
            f"--variant {variant.name} can't be taught: it is to be of colour and have {', '.join(variant.hints)}; "
            f"give one of {', '.join(able)}, or no --teacher"
        )


def _is_factored(init: Path | None) -> bool:
    return init is not None and bool(weights.load_model(weights.find(init))[0].architecture.ranks)


def _check_factored(study: Study, lessons: Lessons, variant: Variant, found: Network | None) -> None:
    """Where the convolutions come from, and that nothing is asked for that only learning them could use."""
    if found is None and study.init is None:
        raise UsageError(
            f"--variant {variant.name} has the convolutions of another network: give --teacher vgg16, whose are "
            f"factored, or --init {variant.name}, whose stay as they are"
        )
    if found is not None and study.init is not None:
        raise UsageError(f"--teacher does nothing beside --init {study.init}, whose convolutions stay; leave one out")
    for name, value in (("--chunks", lessons.chunks), ("--epochs", study.epochs)):
        if value is not None:
            raise UsageError(f"{name} does nothing with {variant.name}; --classify-chunks says how long is learnt")
    if found is not None and not same_layout(Mariana(replace(variant.architecture, classes=0)), found):
        raise NetworkError(f"{found.name} has not VGG16's layers, whole, which {variant.name} is made from; give vgg16")
