"""A whole training job: pictures in; weights, card, table and plot out."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from mariana_video.errors import DataError
from mariana_video.networks import weights
from mariana_video.training.epochs.options import Lessons, Study
from mariana_video.training.epochs.output_paths import OutputPaths, check_output, output_paths_of
from mariana_video.training.epochs.start import faster_precision, new_model, released_model
from mariana_video.training.epochs.train import Progress, Row, train
from mariana_video.training.foreseen import Foreseen, check_folders, foresee, side_of
from mariana_video.training.lessons.classify import Classifier
from mariana_video.training.lessons.dense import Dense, Plan
from mariana_video.training.lessons.own import READS
from mariana_video.training.lessons.teach import Lesson, Phase, Teaching
from mariana_video.training.outcome import results
from mariana_video.training.outcome.results import Course
from mariana_video.training.pictures.augment import centre_crops, normalised
from mariana_video.training.pictures.data import Pictures, read_folder, split, unjudged

__all__ = ["Callbacks", "Result", "check_output", "learn", "read_pictures", "run"]


FEW = 2000  # pictures: from fewer, nothing that was trained from the beginning dreamed forms


@dataclass(frozen=True)
class Result:
    """What a study left behind: the files, the table's rows and the diverging epoch if there was one.

    `unjudged` are classes of which no picture could be held back: `accuracy` says nothing of them.
    """

    files: tuple[Path, ...]
    rows: tuple[Row, ...]
    accuracy: float
    diverging_epoch: int | None = None
    unjudged: tuple[str, ...] = ()


@dataclass(frozen=True)
class Callbacks:
    """Called for each picture read (done, total), when all were, for a remark, a step, and each picture judged."""

    on_picture: Callable[[int, int], None] | None = None
    on_pictures: Callable[[Pictures], None] = lambda _: None
    on_note: Callable[[str], None] = lambda _: None
    on_step: Callable[[Progress, Course], None] = lambda *_: None
    on_judged: Callable[[int, int], None] = lambda *_: None


def check(data: Path, output: Path, study: Study, lessons: Lessons, overwrite: bool = False) -> None:
    """See that a training can be begun or gone on with, as `learn` does before any work; raises what it raises."""
    output_paths_of(output, overwrite, study, lessons).check(_settings(study, lessons))
    check_folders(output, data, lessons)
    foresee(study, lessons)


def learn(
    data: Path,
    output: Path,
    study: Study,
    lessons: Lessons,
    overwrite: bool = False,
    callbacks: Callbacks = Callbacks(),
) -> Result:
    """Read DATA, train, evaluate on what was held back, and write everything; a killed run goes on from its last epoch.

    Raises:
        UsageError, OutputError, NetworkError: before any work, where options don't go together or a file is in the way.
        DataError: too few classes or pictures.
    """
    paths = output_paths_of(output, overwrite, study, lessons)
    paths.check(_settings(study, lessons))
    check_folders(output, data, lessons)
    ready = foresee(study, lessons)
    with paths.held():
        paths.check()
        pictures = read_pictures(data, lessons.also, callbacks.on_picture)
        callbacks.on_pictures(pictures)
        return _trained(pictures, paths, study, lessons, ready, callbacks)


def read_pictures(data: Path, also: tuple[Path, ...], on_picture: Callable[[int, int], None] | None = None) -> Pictures:
    """The pictures of DATA, and those of further folders behind them (label −1 unless a class of DATA)."""
    first = read_folder(data, progress=on_picture)
    rest = [read_folder(folder, first.classes, on_picture) for folder in also]
    parts = [first, *rest]
    return Pictures(
        [picture for part in parts for picture in part.pictures],
        np.concatenate([part.labels for part in parts]),
        first.classes,
        tuple(name for part in parts for name in part.skipped),
    )


def run(
    pictures: Pictures,
    output: Path,
    study: Study,
    lessons: Lessons,
    on_step: Callable[[Progress, Course], None] | None = None,
    overwrite: bool = False,
) -> Result:
    """As `learn`, with pictures that were read already.

    Raises:
        As `learn`.
    """
    paths = output_paths_of(output, overwrite, study, lessons)
    paths.check(_settings(study, lessons))
    ready = foresee(study, lessons)
    with paths.held():
        paths.check()
        return _trained(
            pictures, paths, study, lessons, ready, Callbacks() if on_step is None else Callbacks(on_step=on_step)
        )


def _trained(
    pictures: Pictures, paths: OutputPaths, study: Study, lessons: Lessons, ready: Foreseen, callbacks: Callbacks
) -> Result:
    began = time.monotonic()
    sides = _sides(pictures, study)
    nowhere = unjudged(pictures, sides[1])
    for name in nowhere:
        callbacks.on_note(
            f"no picture of class {name!r} is held back, for all are alike or also in another class: "
            "the accuracies say nothing of it; add pictures of it"
        )
    if ready.teacher is None and study.init is None and len(pictures) < FEW:
        callbacks.on_note(
            f"{len(pictures)} pictures are few to learn to see from: such a network dreams coloured blocks; "
            "--init mariana-wide makes one that dreams of what they show"
        )
    course = _course(study, lessons, ready, sides, callbacks)
    fingerprint = f"{_settings(study, lessons)} {_contents(pictures)}"
    rows = train(course, paths.checkpoint, fingerprint, lambda step: callbacks.on_step(step, course), paths.folder)
    metadata = results.metadata_of(course, ready.variant, len(rows), study, time.monotonic() - began)
    if nowhere:
        metadata["unjudged"] = nowhere
    names, accuracy = results.write(paths, course, rows, metadata, not lessons.plain, callbacks.on_judged)
    diverged = course.diverged if isinstance(course, Classifier) else None
    epoch = diverged["epoch"] if diverged else None
    return Result(paths.put(names), tuple(rows), accuracy, epoch, tuple(nowhere))


def _sides(pictures: Pictures, study: Study) -> tuple[Pictures, Pictures]:
    """What is learnt from, and what is held back."""
    if len(pictures.classes) < 2:
        raise DataError(f"only one class ({pictures.classes[0]}); a classifier needs two or more subfolders")
    learnt, held = (pictures.subset(part) for part in split(pictures, study.held_back, study.seed))
    if not (held.labels >= 0).any():
        raise DataError(
            f"none of {len(pictures)} pictures can be held back: those of each class are all alike, or also in another "
            "class; add pictures"
        )
    return learnt, held


def _course(
    study: Study, lessons: Lessons, ready: Foreseen, sides: tuple[Pictures, Pictures], callbacks: Callbacks
) -> Course:
    architecture = replace(ready.variant.architecture, classes=len(sides[0].classes))
    if architecture.ranks and ready.teacher is None:  # a network of somebody's own
        architecture = replace(architecture, own=READS)
    precision = {"fp32": torch.float32, "bf16": torch.bfloat16}.get(study.precision)
    precision = precision or faster_precision(architecture, study.batch, ready.device)
    normalisation = weights.normalisation_of({}, architecture)
    if study.init is None:
        model = new_model(architecture, study.seed)
    else:
        crops = centre_crops(sides[0].pictures[:64], architecture.input_size)
        model = released_model(study.init, architecture, study.seed, normalised(crops, normalisation))
    if architecture.ranks:
        plan = Plan(lessons.lengths()[1], seed=study.seed)
        return Dense(model.to(ready.device), plan, sides, ready.teacher, callbacks.on_note)
    if ready.teacher is None:
        labelled = tuple(side.subset(np.flatnonzero(side.labels >= 0).tolist()) for side in sides)
        return Classifier(
            model.to(ready.device),
            ready.variant,
            normalisation,
            (labelled[0], labelled[1]),
            epochs=study.rounds(),
            batch=study.batch,
            seed=study.seed,
            stop_at_divergence=study.stop_at_divergence,
            precision=precision,
        )
    large = ready.teacher.to(dtype=precision, memory_format=torch.channels_last).to(ready.device)
    return Lesson(model.to(ready.device), large, _teaching(study, lessons, ready, precision), sides)


def _teaching(study: Study, lessons: Lessons, ready: Foreseen, precision: torch.dtype) -> Teaching:
    taught, classified = lessons.lengths()
    classify = Phase("classify", classified, rate=1e-3, label_weight=1.0, labelled_share=0.8, warmup=50)
    phases = (Phase("teach", taught, rate=3e-3, label_weight=0.3, labelled_share=0.5), classify)
    variant = ready.variant
    return Teaching(
        tuple(phase for phase in phases if phase.chunks),
        variant.architecture.input_size,
        study.batch,
        seed=study.seed,
        precision=precision,
        hints=variant.hints,
    )


def _settings(study: Study, lessons: Lessons) -> str:
    """What must be the same for a run to be continued; where it runs may change."""
    study = replace(study, precision="auto", device="auto", epochs=study.rounds())
    values = (
        study,
        lessons.lengths(),
        side_of(study, lessons),
        replace(lessons, chunks=None, classify_chunks=None, crop=None),
    )
    return hashlib.sha256(repr(values).encode("utf-8", "surrogateescape")).hexdigest()


def _contents(pictures: Pictures) -> str:
    """A hash of all pictures and their labels."""

    def parts() -> Iterator[bytes]:
        yield repr(pictures.classes).encode()
        yield pictures.labels.tobytes()
        for picture in pictures.pictures:
            yield repr(picture.shape).encode()
            yield picture.tobytes()

    found = hashlib.sha256()
    for part in parts():
        found.update(part)
    return found.hexdigest()
