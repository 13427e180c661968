"""What a training leaves behind: weights, card, table and plot, made in the working folder."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import torch

from mariana_video.networks import weights
from mariana_video.networks.mariana import OWN, Mariana
from mariana_video.training.epochs.options import Study
from mariana_video.training.epochs.output_paths import OutputPaths
from mariana_video.training.epochs.train import Row, write_csv
from mariana_video.training.epochs.variants import Variant
from mariana_video.training.lessons.classify import Classifier
from mariana_video.training.lessons.dense import Dense
from mariana_video.training.lessons.teach import Lesson
from mariana_video.training.outcome.evaluate import evaluate
from mariana_video.training.outcome.export import finished, release
from mariana_video.training.outcome.plots import plot_curves
from mariana_video.training.pictures.data import Pictures

Course = Classifier | Lesson | Dense
Judged = Callable[[int, int], None]


def write(
    paths: OutputPaths,
    course: Course,
    rows: list[Row],
    metadata: Mapping[str, Any],
    balanced: bool,
    on_judged: Judged | None = None,
) -> tuple[list[str], float]:
    """Make every file in the working folder; their names there, and the balanced accuracy on held-back pictures.

    `on_judged` is called with how many of them are judged, and of how many.

    Raises:
        OutputError: the disk refuses.
    """
    diverged = course.diverged if isinstance(course, Classifier) else None
    stem = paths.output.stem
    named = {"name": stem, **metadata}
    accuracy = _export(paths, "network", course.model, named, course.validation, balanced, on_judged)
    with paths.writing("network.csv") as path:
        write_csv(path, rows)
    with paths.writing("network.png") as path:
        plot_curves(path, rows, stem, diverged["epoch"] if diverged else None)
    names = [f"network{end}" for end in (".safetensors", ".md", ".csv", ".png")]
    if paths.apart and diverged is not None and diverged["epoch"] < len(rows):
        course.model.load_state_dict(diverged["model"])
        note = [f"Weights of epoch {diverged['epoch']}, where the curves part", *metadata["recipe"]]
        changed = {**metadata, "name": f"{stem}-diverging", "recipe": note}
        _export(paths, "diverging", course.model, changed, course.validation, balanced, on_judged)
        names += [f"diverging{end}" for end in (".safetensors", ".md")]
    return names, accuracy


def metadata_of(course: Course, variant: Variant, epochs: int, study: Study, seconds: float) -> dict[str, Any]:
    """What the weights file and the card say of a training."""
    taught = not isinstance(course, Classifier)
    recipe = [
        f"Variant {variant.name}, {variant.optimiser}, seed {study.seed}, batches of {study.batch}",
        f"{epochs} {'chunks of crops' if taught else 'epochs'}, {len(course.training)} pictures",
        f"{seconds / 60:.0f} minutes on {platform.machine()}, {torch.get_num_threads()} threads",
    ]
    values: dict[str, Any] = {"classes": list(course.training.classes), "date": date.today().isoformat()}
    if isinstance(course, Dense) and course.teacher is not None:
        recipe.insert(1, f"Convolutions of {course.teacher.name}, factored; only the dense layers learnt")
        values["unexplained"] = {name: round(left, 4) for name, left in course.unexplained.items()}
    if isinstance(course, Lesson):
        recipe.insert(1, f"Taught by {course.teacher.name}: {', '.join(course.teaching.hints)}")
        values["teacher_error"] = {
            when: {name: errors[name] for name in course.teaching.hints} for when, errors in course.errors_at.items()
        }
    if variant.suited is not None:
        values["suited"] = asdict(variant.suited)
    if isinstance(course, Dense) and course.teacher is None and study.init is not None:
        known = weights.load_model(weights.find(study.init))[1]
        # Pictures of a few classes are not what natural ones are to convolutions that stay as they were.
        for kept in ("natural", "rms"):
            values[kept] = {name: said for name, said in known.get(kept, {}).items() if name != OWN}
        values["suited"] = {**known["suited"], "layers": OWN}
        recipe.insert(1, f"Convolutions of {known['name']}; learnt are the layer `{OWN}` and the dense layers")
    return {**values, "recipe": recipe, "data": ["The pictures' terms are those of whoever gave them; state them here"]}


def _export(
    paths: OutputPaths,
    name: str,
    model: Mariana,
    metadata: Mapping[str, Any],
    validation: Pictures,
    balanced: bool,
    on_judged: Judged | None,
) -> float:
    folded, values = finished(model, metadata, validation.pictures, balanced)
    evaluation = evaluate(weights.as_network(folded, values), validation, on_judged)
    with paths.writing(f"{name}.safetensors") as path:
        release(path, folded, {**values, "accuracy": {"held-back pictures": evaluation.to_dict()}})
    return evaluation.balanced_accuracy
