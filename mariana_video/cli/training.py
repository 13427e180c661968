"""`mariana train` and `mariana evaluate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from mariana_video.cli.terminal.bar import Bar, say
from mariana_video.cli.terminal.follow import follow
from mariana_video.recipe.kinds import EvaluateRecipe
from mariana_video.training.epochs.options import TrainingRecipe

if TYPE_CHECKING:
    from mariana_video.api.making.work import Made
    from mariana_video.training.outcome.evaluate import Evaluation
    from mariana_video.training.study import Result

Flag = Annotated[bool, Parameter(negative=())]


def train(
    data: Path,
    output: Path,
    /,
    *,
    recipe: TrainingRecipe = TrainingRecipe(),
    quiet: Flag = False,
) -> None:
    """Train a network on DATA and write OUTPUT, with a card, a table and a plot beside it.

    Stopped at any moment, the same command continues from the last epoch.

    Parameters
    ----------
    data
        A folder with one subfolder of pictures a class; Kaggle's Animals-10 `raw-img` as it comes.
    output
        The weights file to write, NAME.safetensors.
    quiet
        No bar and no remarks; errors are still shown.
    """
    from mariana_video.api.train import train as prepare

    work, shown = prepare(data, output, recipe), _Shown(quiet)
    try:
        result = work.run(shown.made, shown.say)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("stopped; the same command goes on from the last epoch") from None
    finally:
        shown.close()
    _tell_result(result, quiet)


def evaluate(
    network: str,
    data: Path,
    /,
    *,
    recipe: EvaluateRecipe = EvaluateRecipe(),
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> None:
    """Say how well NETWORK tells the pictures of DATA apart: accuracy, class by class, and what it takes for what.

    Parameters
    ----------
    network
        A network's name (`mariana networks` lists them), also `resnet50@FILE`, or a weights file.
    data
        A folder with one subfolder of pictures a class.
    json_
        Print JSON, for programs.
    """
    from mariana_video.api.train import evaluate as prepare

    work = prepare(network, data, recipe)
    for note in work.notes if json_ else ():
        say(note)
    evaluation = follow(work, json_, "looking")
    print(json.dumps(evaluation.to_dict(), indent=2, allow_nan=False) if json_ else _report(evaluation))


class _Shown:
    """What a person sees of a training: a bar for each thing it does, with its figures, and a line an epoch."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Bar | None = None
        self._phase = ""

    def made(self, made: Made) -> None:
        """One more picture was read or judged, or a batch learnt."""
        if made.phase != self._phase:
            self.close()
            self._phase, unit = made.phase, "batches" if made.phase == "training" else "pictures"
            self._bar = Bar(made.total, unit, label=made.phase, quiet=self._quiet)
        if self._bar is not None:
            self._bar.step(made.note)

    def say(self, line: str) -> None:
        """A remark, or the figures of an epoch."""
        if self._bar is not None:
            self._bar.say(line)
        else:
            say(line, self._quiet)

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None


def _tell_result(result: Result, quiet: bool) -> None:
    if result.diverging_epoch is not None:
        say(f"training accuracy leaves validation accuracy behind from epoch {result.diverging_epoch}", quiet)
    else:
        say("training and validation accuracy stayed together", quiet)
    for file in result.files:
        say(str(file), quiet)
    say(f"{100 * result.accuracy:.1f} % of held-back pictures right (mean of the classes)", quiet)


def _report(evaluation: Evaluation) -> str:
    """The figures as text, the confusion matrix with a row a class."""
    evaluation = evaluation.shown()
    width = max(len(name) for name in evaluation.classes)
    lines = [
        f"accuracy {100 * evaluation.accuracy:.1f} %, balanced {100 * evaluation.balanced_accuracy:.1f} %"
        f" ({int(evaluation.confusion.sum())} pictures)",
        *(f"  {name.ljust(width)} {100 * value:5.1f} %" for name, value in evaluation.per_class.items()),
        "rows: what it is; columns, in the same order: what was said",
    ]
    for name, row in zip(evaluation.classes, evaluation.confusion.tolist(), strict=True):
        lines.append(f"  {name.ljust(width)} {' '.join(f'{count:4d}' for count in row)}")
    return "\n".join(lines)
