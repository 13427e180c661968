"""A whole training job: pictures in; weights, card, table and plot out."""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mariana_video.errors import DataError, OutputError, UsageError
from mariana_video.networks import weights, zoo
from mariana_video.networks.mariana import Mariana
from mariana_video.networks.network import Network
from mariana_video.training.augment import centre_crops, normalised
from mariana_video.training.classify import Classifier
from mariana_video.training.data import Pictures, read_folder, split
from mariana_video.training.evaluate import evaluate
from mariana_video.training.export import finished, release
from mariana_video.training.options import Lessons, Study
from mariana_video.training.plots import plot_curves
from mariana_video.training.start import choose_device, faster_precision, new_model, released_model
from mariana_video.training.teach import Lesson, Phase, Teaching
from mariana_video.training.train import Progress, Row, train, write_csv
from mariana_video.training.variants import TAUGHT, VARIANTS, Variant


@dataclass(frozen=True)
class Result:
    """What a study left behind: the files, the table's rows and the diverging epoch if there was one."""

    files: tuple[Path, ...]
    rows: tuple[Row, ...]
    accuracy: float
    diverging_epoch: int | None = None


def read_pictures(data: Path, also: tuple[Path, ...], told: Callable[[int, int], None] | None = None) -> Pictures:
    """The pictures of DATA, and those of further folders behind them (label −1 unless a class of DATA)."""
    first = read_folder(data, progress=told)
    rest = [read_folder(folder, first.classes, told) for folder in also]
    parts = [first, *rest]
    return Pictures(
        [picture for part in parts for picture in part.pictures],
        np.concatenate([part.labels for part in parts]),
        first.classes,
        tuple(name for part in parts for name in part.skipped),
    )


def check_output(output: Path, overwrite: bool) -> None:
    """Refuse an OUTPUT that can't be written, before any work.

    Raises:
        UsageError: not a .safetensors file. OutputError: it exists, or its folder doesn't.
    """
    if output.suffix != ".safetensors":
        raise UsageError(f"OUTPUT is a weights file, like {output.with_suffix('.safetensors').name}; got {output}")
    if not output.parent.is_dir():
        raise OutputError(f"no folder {output.parent} to write {output.name} into; make it first")
    if output.exists() and not overwrite:
        raise OutputError(f"{output} exists; --overwrite replaces it")


def run(
    pictures: Pictures,
    output: Path,
    study: Study,
    lessons: Lessons,
    told: Callable[[Progress, Classifier | Lesson], None] | None = None,
) -> Result:
    """Train, evaluate on what was held back, and write everything; a killed run goes on from its last unit.

    Raises:
        DataError: too few classes or pictures. NetworkError: teacher or `--init` don't fit.
    """
    if len(pictures.classes) < 2:
        raise DataError(f"only one class ({pictures.classes[0]}); a classifier needs two or more subfolders")
    began = time.monotonic()
    sides = tuple(pictures.subset(part) for part in split(pictures, study.held_back, study.seed))
    if not all(len(side) for side in sides):
        raise DataError(f"{len(pictures)} pictures are too few to hold back {study.held_back:g} of each class")
    course = _course(study, lessons, (sides[0], sides[1]))
    checkpoint = output.with_suffix(".checkpoint")
    tell = None if told is None else (lambda progress: told(progress, course))
    rows = train(course, checkpoint, _fingerprint(pictures, study, lessons), tell)
    result = _written(course, output, rows, study, lessons, sides[1], time.monotonic() - began)
    checkpoint.unlink(missing_ok=True)
    return result


def variant_of(study: Study, lessons: Lessons) -> Variant:
    """The variant that is asked for; with a teacher, `mariana` at the crop's size."""
    name = study.variant or (TAUGHT if lessons.teacher else "colour4-dense512-l2-sgd")
    variant = VARIANTS[name]
    if lessons.teacher:
        return replace(variant, architecture=replace(variant.architecture, input_size=lessons.crop))
    return variant


def _course(study: Study, lessons: Lessons, sides: tuple[Pictures, Pictures]) -> Classifier | Lesson:
    variant = variant_of(study, lessons)
    architecture = replace(variant.architecture, classes=len(sides[0].classes))
    precision = {"fp32": torch.float32, "bf16": torch.bfloat16}.get(study.precision)
    device = choose_device(study.device)
    precision = precision or faster_precision(architecture, study.batch, device)
    normalisation = weights.normalisation_of({}, architecture)
    if study.init is None:
        model = new_model(architecture, study.seed)
    else:
        crops = centre_crops(sides[0].pictures[:64], architecture.input_size)
        model = released_model(study.init, architecture, study.seed, normalised(crops, normalisation))
    if lessons.teacher is None:
        labelled = tuple(side.subset(np.flatnonzero(side.labels >= 0).tolist()) for side in sides)
        return Classifier(
            model.to(device),
            variant,
            normalisation,
            (labelled[0], labelled[1]),
            epochs=study.epochs,
            batch=study.batch,
            seed=study.seed,
            stop_at_divergence=study.stop_at_divergence,
            precision=precision,
        )
    large = teacher(lessons.teacher, precision).to(device)
    return Lesson(model.to(device), large, _teaching(study, lessons, precision), sides)


def teacher(name_or_path: str, precision: torch.dtype) -> Network:
    """A teacher by name, or from a file: one of this program's networks, or torchvision's VGG16."""
    path = Path(name_or_path)
    if path.suffix in (".pth", ".pt") or (path.suffix == ".safetensors" and not weights.is_released(path)):
        network = zoo.load("vgg16", path)
    else:
        network = weights.load(name_or_path)
    return network.to(dtype=precision, memory_format=torch.channels_last)


def _teaching(study: Study, lessons: Lessons, precision: torch.dtype) -> Teaching:
    phases = (
        Phase("teach", lessons.chunks, rate=3e-3, label_weight=0.3, labelled_share=0.5),
        Phase("classify", lessons.classify_chunks, rate=1e-3, label_weight=1.0, labelled_share=0.8, warmup=50),
    )
    kept = tuple(phase for phase in phases if phase.chunks)
    return Teaching(kept, lessons.crop, study.batch, seed=study.seed, precision=precision)


def _fingerprint(pictures: Pictures, study: Study, lessons: Lessons) -> str:
    settings = repr((replace(study, precision="auto", device="auto"), lessons, pictures.classes))
    shapes = repr([picture.shape for picture in pictures.pictures])
    return hashlib.sha256(settings.encode() + shapes.encode() + pictures.labels.tobytes()).hexdigest()


def _written(
    course: Classifier | Lesson,
    output: Path,
    rows: list[Row],
    study: Study,
    lessons: Lessons,
    validation: Pictures,
    seconds: float,
) -> Result:
    model = course.model
    metadata = _metadata(course, rows, study, lessons, seconds)
    files = [output, output.with_suffix(".md"), output.with_suffix(".csv"), output.with_suffix(".png")]
    diverged = course.diverged if isinstance(course, Classifier) else None
    accuracy = _export(output, model, {"name": output.stem, **metadata}, validation, not lessons.plain)
    write_csv(files[2], rows)
    plot_curves(files[3], rows, output.stem, diverged["epoch"] if diverged else None)
    if diverged is not None and diverged["epoch"] < len(rows):
        earlier = output.with_stem(f"{output.stem}-diverging")
        model.load_state_dict(diverged["model"])
        note = [f"Weights of epoch {diverged['epoch']}, where the curves part", *metadata["recipe"]]
        changed = {**metadata, "name": earlier.stem, "recipe": note}
        _export(earlier, model, changed, validation, not lessons.plain)
        files.append(earlier)
    return Result(tuple(files), tuple(rows), accuracy, diverged["epoch"] if diverged else None)


def _export(path: Path, model: Mariana, metadata: Mapping[str, Any], validation: Pictures, balanced: bool) -> float:
    folded, values = finished(model, metadata, validation.pictures, balanced)
    evaluation = evaluate(weights.as_network(folded, values), validation)
    release(path, folded, {**values, "accuracy": {"held-back pictures": evaluation.to_dict()}})
    return evaluation.balanced_accuracy


def _metadata(
    course: Classifier | Lesson, rows: list[Row], study: Study, lessons: Lessons, seconds: float
) -> dict[str, Any]:
    variant = variant_of(study, lessons)
    recipe = [
        f"Variant {variant.name}, {variant.optimiser}, seed {study.seed}, batches of {study.batch}",
        f"{len(rows)} {'chunks of crops' if lessons.teacher else 'epochs'}, {len(course.training)} pictures",
        f"{seconds / 60:.0f} minutes on {platform.machine()}, {torch.get_num_threads()} threads",
    ]
    values: dict[str, Any] = {"classes": list(course.training.classes), "date": date.today().isoformat()}
    if isinstance(course, Lesson):
        recipe.insert(1, f"Taught by {course.teacher.name}: {', '.join(course.teaching.hints)}")
        values["teacher_error"] = {
            when: {name: errors[name] for name in course.teaching.hints} for when, errors in course.errors_at.items()
        }
    return {**values, "recipe": recipe, "data": ["The pictures' terms are those of whoever gave them; state them here"]}
