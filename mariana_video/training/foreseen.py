"""All that can be known to fail before a picture is read: options, device, network to go on from, teacher, folders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from mariana_video.errors import DataError, NetworkError, OutputError, UsageError
from mariana_video.networks import weights, zoo
from mariana_video.networks.mariana import layers
from mariana_video.networks.network import Network
from mariana_video.training.folders import class_folders
from mariana_video.training.options import Lessons, Study, check_together
from mariana_video.training.start import choose_device, fitting
from mariana_video.training.teach import HINTS
from mariana_video.training.variants import TAUGHT, VARIANTS, Variant


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
    check_together(study, lessons)
    variant = variant_of(study, lessons)
    if lessons.teacher is not None:
        _check_pupil(variant)
    device = choose_device(study.device)
    if study.init is not None:
        fitting(study.init, variant.architecture)
    return Foreseen(variant, device, None if lessons.teacher is None else teacher(lessons.teacher))


def variant_of(study: Study, lessons: Lessons) -> Variant:
    """The variant that is asked for; with a teacher, `mariana` at the crop's size."""
    if lessons.teacher is None:
        return VARIANTS[study.variant or "colour4-dense512-l2-sgd"]
    variant = VARIANTS[study.variant or TAUGHT]
    return replace(variant, architecture=replace(variant.architecture, input_size=lessons.side()))


def teacher(name_or_path: str) -> Network:
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
    for name in HINTS:
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
    place = output.absolute().parent.resolve()
    for folder in (data, *lessons.also):
        if any(place.is_relative_to(inner.resolve()) for inner in class_folders(folder).values()):
            raise OutputError(f"{output} lies among the pictures of {folder}, and so would its plot; write elsewhere")


def _check_pupil(variant: Variant) -> None:
    """A teacher shows colours, and teaches layers by name."""
    architecture = variant.architecture
    if not architecture.colour or not HINTS.keys() <= layers(architecture).keys():
        able = [name for name, other in VARIANTS.items() if other.architecture.colour]
        raise UsageError(
            f"--variant {variant.name} can't be taught: it is to be of colour and have {', '.join(HINTS)}; "
            f"give one of {', '.join(able)}, or no --teacher"
        )
