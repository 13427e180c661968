"""`mariana train` and `mariana evaluate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from mariana_video.cli.bar import Bar, say
from mariana_video.training.epochs.options import Lessons, Study, check_together

if TYPE_CHECKING:
    from mariana_video.training.epochs.train import Progress
    from mariana_video.training.outcome.evaluate import Evaluation
    from mariana_video.training.outcome.results import Course
    from mariana_video.training.pictures.data import Pictures
    from mariana_video.training.study import Result

Flag = Annotated[bool, Parameter(negative=())]
_NAMED = 5  # unreadable files that are named one by one


def train(
    data: Path,
    output: Path,
    /,
    *,
    study: Study = Study(),
    lessons: Lessons = Lessons(),
    overwrite: Flag = False,
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
    overwrite
        Replace OUTPUT and the files beside it where they exist; otherwise that is refused.
    quiet
        No bar and no remarks; errors are still shown.
    """
    check_together(study, lessons, study.variant == "mariana-wide" or study.init is not None)
    from mariana_video.training import study as job

    shown = _Shown(quiet)
    callbacks = job.Callbacks(shown.reading, shown.read, lambda line: say(line, quiet), shown.step, shown.judged)
    try:
        result = job.learn(data, output, study, lessons, overwrite, callbacks)
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
    picture: Annotated[Path | None, Parameter(negative=())] = None,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
    overwrite: Flag = False,
) -> None:
    """Say how well NETWORK tells the pictures of DATA apart: accuracy, class by class, and what it takes for what.

    Parameters
    ----------
    network
        A network's name (`mariana networks` lists them) or a weights file.
    data
        A folder with one subfolder of pictures a class.
    picture
        Write the confusion matrix as a picture, too.
    json_
        Print JSON, for programs.
    overwrite
        Replace the file of --picture where it exists.
    """
    from mariana_video.networks.weights import load
    from mariana_video.training.outcome.evaluate import evaluate as judge
    from mariana_video.training.outcome.evaluate import strangers
    from mariana_video.training.outcome.plots import check_picture, plot_confusion
    from mariana_video.training.pictures.data import read_folder

    if picture is not None:
        check_picture(picture, overwrite, data)
    found = load(network)
    unknown = strangers(found, data)
    if unknown:
        say(f"not classes of {found.name}, left out: {', '.join(unknown)}")
    pictures = read_folder(data, found.classes, others=False)
    _tell_skipped(pictures, False)
    with Bar(len(pictures), "pictures", label="looking", quiet=json_) as bar:
        evaluation = judge(found, pictures, lambda _done, _total: bar.step())
    if picture is not None:
        plot_confusion(picture, evaluation, found.name)
    print(json.dumps(evaluation.to_dict(), indent=2, allow_nan=False) if json_ else _report(evaluation))


class _Shown:
    """What a person sees of a training: a bar while pictures are read, then one with loss, accuracies and time left.

    After every epoch there is a line.
    """

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Bar | None = None

    def reading(self, _done: int, _total: int) -> None:
        """One more picture was read."""
        if self._bar is None:
            self._bar = Bar(None, "pictures", label="reading", quiet=self._quiet)
        self._bar.step()

    def read(self, pictures: Pictures) -> None:
        """All pictures were read."""
        self.close()
        _tell_skipped(pictures, self._quiet)

    def step(self, progress: Progress, course: Course) -> None:
        """One step is done, or (with a row) an epoch."""
        if self._bar is None:
            left = (course.epochs - progress.epoch) * course.steps
            self._bar = Bar(left, "batches", label="training", quiet=self._quiet)
        figures = ", ".join(f"{name} {value:.3f}" for name, value in progress.figures.items())
        if progress.row is None:
            self._bar.step(figures)
            return
        values = ", ".join(
            f"{name} {value:.4g}" if isinstance(value, float) else str(value) for name, value in progress.row.items()
        )
        if not self._quiet:
            self._bar.say(f"{values} of {course.epochs}")

    def judged(self, done: int, total: int) -> None:
        """One more held-back picture was judged by the finished network."""
        if done == 1:
            self.close()
            self._bar = Bar(total, "pictures", label="judging", quiet=self._quiet)
        if self._bar is not None:
            self._bar.step()
        if done == total:
            self.close()

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None


def _tell_skipped(pictures: Pictures, quiet: bool) -> None:
    for name in pictures.skipped[:_NAMED]:
        say(f"skipped: {name}", quiet)
    if len(pictures.skipped) > _NAMED:
        say(f"skipped: {len(pictures.skipped) - _NAMED} more unreadable files", quiet)


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
