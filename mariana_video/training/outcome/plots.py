"""Curves and confusion matrices as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mariana_video.errors import OutputError, UsageError
from mariana_video.media.output import cannot_write, check_output, commit, discard, hidden_name
from mariana_video.media.stills.hush import unlogged
from mariana_video.training.epochs.train import Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mariana_video.training.outcome.evaluate import Evaluation

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".svg", ".pdf")


def check_picture(path: Path, overwrite: bool, data: Path) -> None:
    """See that a plot can be written, before any work, and not among the pictures of `data`.

    Raises:
        UsageError: not a picture's ending. OutputError: it exists, or its folder is missing or read-only.
    """
    if path.suffix.lower() not in ENDINGS:
        raise UsageError(f"{path.name} has no ending of a picture; these work: {', '.join(ENDINGS)}")
    check_output(path, None, overwrite)
    if path.resolve().is_relative_to(data.resolve()):
        raise OutputError(f"{path} would lie among the pictures of {data} that are read; give it another folder")


def plot_curves(path: Path, rows: Sequence[Row], title: str, diverging_epoch: int | None = None) -> None:
    """Every numeric column of the table that has two or more values, over epochs; divergence is marked."""
    figure = _figure(7, 4.5)
    axes = figure.add_subplot()
    for name in dict.fromkeys(name for row in rows for name in row):
        points = [
            (float(row["epoch"]), float(row[name])) for row in rows if name in row and name not in ("phase", "epoch")
        ]
        if len(points) > 1:
            axes.plot(*zip(*points, strict=True), label=name)
    if diverging_epoch is not None:
        axes.axvline(diverging_epoch, color="grey", linestyle="--", label=f"diverging at {diverging_epoch}")
    axes.set(xlabel="epoch or chunk")
    axes.set_title(title, parse_math=False)
    axes.grid(alpha=0.3)
    if axes.get_legend_handles_labels()[0]:
        axes.legend()
    _save(figure, path)


def plot_confusion(path: Path, evaluation: Evaluation, title: str) -> None:
    """Rows: what it is; columns: what was said; each row adds up to 100 %. The file appears when it is whole.

    Raises:
        OutputError: it can't be written.
    """
    evaluation = evaluation.shown()
    totals = evaluation.confusion.sum(1, keepdims=True).clip(1)
    shares = 100 * evaluation.confusion / totals
    side = 2.5 + 0.45 * len(evaluation.classes)
    figure = _figure(side, side)
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="viridis", vmin=0, vmax=100)
    places = range(len(evaluation.classes))
    axes.set_xticks(places, evaluation.classes, rotation=60, ha="right", parse_math=False)
    axes.set_yticks(places, evaluation.classes, parse_math=False)
    for row in places if len(evaluation.classes) <= 20 else ():
        for column in places:
            shade = "black" if shares[row, column] > 60 else "white"
            axes.text(column, row, f"{shares[row, column]:.0f}", ha="center", va="center", color=shade, fontsize=8)
    axes.set(xlabel="said", ylabel="is")
    axes.set_title(title, parse_math=False)
    made = hidden_name(path)
    try:
        _save(figure, made)
        commit(made, path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        discard(made)


def _figure(width: float, height: float) -> Figure:
    """An empty figure, in inches; matplotlib speaks of its caches when it is first loaded."""
    with unlogged("matplotlib"):
        from matplotlib.figure import Figure

        return Figure(figsize=(width, height), layout="constrained")


def _save(figure: Figure, path: Path) -> None:
    """Draw it; letters that the font lacks become boxes, without a word."""
    with unlogged("matplotlib"):
        figure.savefig(path, dpi=110, format=path.suffix[1:].lower())
