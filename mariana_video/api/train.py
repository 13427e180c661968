"""A network, trained; and how well one tells pictures apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mariana_video.recipe.kinds import EvaluateRecipe
from mariana_video.recipe.reading import declare, named
from mariana_video.training.epochs.options import TrainingRecipe, check_together

if TYPE_CHECKING:
    from mariana_video.api.making.work import Work
    from mariana_video.training.outcome.evaluate import Evaluation
    from mariana_video.training.study import Result


def train(data: str | Path, output: str | Path, recipe: TrainingRecipe | None = None, **options: Any) -> Work[Result]:
    """The work of training a network on the pictures of `data`, as `mariana train` does; `output` is its weights file.

    Its `run` gives what came of it. `on_frame` is called for each picture read, each batch (with its figures) and each
    held-back picture that is judged, as `phase` says; `on_note` has a line an epoch. A training that was broken off
    goes on from its last epoch. `options` are those of the command by name, in place of a `recipe` or over it. Raises
    MarianaError, in one line.
    """
    asked = TrainingRecipe.asked(recipe, options)
    folder, made = (named(name, Path, path) for name, path in (("data", data), ("output", output)))
    factored = asked.study.variant == "mariana-wide" or asked.study.init is not None
    check_together(asked.study, asked.lessons, factored)
    from mariana_video.api.making.trainings import training_work  # loads torch: not for a refusal

    return training_work(folder, made, asked)


def evaluate(
    network: str | Path, data: str | Path, recipe: EvaluateRecipe | None = None, **options: Any
) -> Work[Evaluation]:
    """The work of seeing how well `network` tells the pictures of `data` apart, as `mariana evaluate` does.

    Its `run` gives the figures. `options` are those of the command by name. Raises MarianaError, in one line.
    """
    asked, folder = EvaluateRecipe.asked(recipe, options).telling, named("data", Path, data)
    from mariana_video.api.making.trainings import evaluation_work

    return evaluation_work(declare("network", str).read(network), folder, asked)
