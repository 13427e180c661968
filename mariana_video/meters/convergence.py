"""How a dream converges, step by step: its score, how much still changes, and its structure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mariana_video.meters.structure import Structure, structure


@dataclass(frozen=True)
class Point:
    """One step of a dream: its score (nan for the source), the RMS of what it changed, and the picture's structure."""

    step: int
    score: float
    change: float
    structure: Structure


@dataclass
class Curve:
    """The points of one dream, called by its `title`."""

    title: str
    points: list[Point] = field(default_factory=list)

    def add(self, step: int, score: float, change: float, picture: NDArray[np.float32]) -> None:
        """Measures `picture` (H×W×3, 0…1) after `step`; a step that was added already is left out."""
        if not self.points or self.points[-1].step != step:
            self.points.append(Point(step, score, change, structure(picture)))


def table(curves: Sequence[Curve]) -> str:
    """The curves as CSV, one line a point."""
    measures = [one.name for one in fields(Structure)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["dream", "step", "score", "change", *measures])
    for curve in curves:
        for point in curve.points:
            numbers = [point.score, point.change, *(getattr(point.structure, name) for name in measures)]
            writer.writerow([curve.title, point.step, *(f"{number:.6g}" for number in numbers)])
    return text.getvalue()


def draw(curves: Sequence[Curve], path: Path) -> None:
    """The curves as a drawing; the file's ending says which kind (.png, .svg, .pdf)."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 6.5), layout="constrained")
    wanted = ("score", "change", "coherence", "flatness", "repetition", "mirror")
    for axes, name in zip(figure.subplots(2, 3).ravel(), wanted, strict=True):
        for curve in curves:
            values = [getattr(point, name, None) for point in curve.points]
            if values[0] is None:
                values = [getattr(point.structure, name) for point in curve.points]
            axes.plot([point.step for point in curve.points], values, label=curve.title)
        axes.set_title({"change": "change a step (RMS)"}.get(name, name))
        axes.set_xlabel("step")
        if name in ("score", "change"):
            axes.set_yscale("log", nonpositive="mask")
        else:
            axes.set_ylim(0, 1)
        axes.grid(alpha=0.3)
    if len(curves) > 1:
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=min(4, len(curves)))
    figure.savefig(path, dpi=110)
