"""Training a network, and seeing how well one tells pictures apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mariana_video.api.making.work import Made, Watch, Work
from mariana_video.networks.weights import load
from mariana_video.recipe.kinds import Telling
from mariana_video.training import study
from mariana_video.training.epochs.options import TrainingRecipe
from mariana_video.training.epochs.train import Progress
from mariana_video.training.outcome import evaluate as judging
from mariana_video.training.outcome.evaluate import Evaluation, strangers
from mariana_video.training.outcome.plots import check_picture, plot_confusion
from mariana_video.training.outcome.results import Course
from mariana_video.training.pictures.data import Pictures, read_folder
from mariana_video.training.study import Callbacks, Result

READING, TRAINING, JUDGING = "reading", "training", "judging"
_NAMED = 5  # unreadable files that are named one by one


def training_work(folder: Path, made: Path, asked: TrainingRecipe) -> Work[Result]:
    """The work of training a network on the pictures of `folder`; `made` is its weights file."""
    study.check(folder, made, asked.study, asked.lessons, asked.kept.overwrite)

    def make(watch: Watch) -> Result:
        callbacks = _callbacks(watch)
        return study.learn(folder, made, asked.study, asked.lessons, asked.kept.overwrite, callbacks)

    return Work("batches", None, make, output=made)


def _callbacks(watch: Watch) -> Callbacks:
    batches, total = 0, 0

    def step(progress: Progress, course: Course) -> None:
        nonlocal batches, total
        if progress.row is not None:
            watch.note(f"{_told(progress.row)} of {course.epochs}")
            return
        total = total or (course.epochs - progress.epoch) * course.steps
        batches += 1
        figures = ", ".join(f"{name} {value:.3f}" for name, value in progress.figures.items())
        watch.made(Made(batches, total, note=figures, phase=TRAINING))

    return Callbacks(
        on_picture=lambda done, _total: watch.made(Made(done, None, phase=READING)),
        on_pictures=lambda pictures: _tell_skipped(pictures, watch),
        on_note=watch.note,
        on_step=step,
        on_judged=lambda done, total: watch.made(Made(done, total, phase=JUDGING)),
    )


def _told(row: Any) -> str:
    return ", ".join(f"{n} {value:.4g}" if isinstance(value, float) else str(value) for n, value in row.items())


def evaluation_work(network: str, folder: Path, asked: Telling) -> Work[Evaluation]:
    """The work of seeing how well `network` tells the pictures of `folder` apart."""
    if asked.picture is not None:
        check_picture(asked.picture, asked.overwrite, folder)
    found = load(network)
    unknown = strangers(found, folder)
    notes = [f"not classes of {found.name}, left out: {', '.join(unknown)}"] if unknown else []
    pictures = read_folder(folder, found.classes, others=False)

    def make(watch: Watch) -> Evaluation:
        evaluation = judging.evaluate(found, pictures, lambda done, total: watch.made(Made(done, total)))
        if asked.picture is not None:
            plot_confusion(asked.picture, evaluation, found.name)
        return evaluation

    return Work("pictures", len(pictures), make, notes=[*notes, *_skipped(pictures)])


def _tell_skipped(pictures: Pictures, watch: Watch) -> None:
    for line in _skipped(pictures):
        watch.note(line)


def _skipped(pictures: Pictures) -> list[str]:
    lines = [f"skipped: {name}" for name in pictures.skipped[:_NAMED]]
    more = len(pictures.skipped) - _NAMED
    return [*lines, f"skipped: {more} more unreadable files"] if more > 0 else lines
