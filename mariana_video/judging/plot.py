"""The figures of a measured clip along its frames, and a picture of what could not be judged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mariana_video.errors import OutputError
from mariana_video.judging.figures import Row
from mariana_video.judging.measuring import Seen

Array = NDArray[np.float32]

_TINT = np.array([1.0, 0.0, 0.6], np.float32)


class Drawing:
    """Gathers, as a clip is measured, what its plot needs: a map of what could not be judged, and the worst frame."""

    def __init__(self) -> None:
        self.size = (0, 0)
        self._unknown: NDArray[np.float64] | None = None
        self._counted = 0
        self._worst: tuple[float, int, Array] = (-1.0, 0, np.zeros((1, 1, 3), np.float32))

    def add(self, seen: Seen) -> None:
        """Takes one measured frame in."""
        height, width = seen.dream.shape[:2]
        self.size = (width, height)
        if seen.judgement is None:
            return
        unknown = ~seen.judgement.judged
        self._unknown = unknown.astype(np.float64) if self._unknown is None else self._unknown + unknown
        self._counted += 1
        share = float((unknown & seen.judgement.moving).mean())
        if share > self._worst[0]:
            self._worst = (share, seen.number, tinted(seen.dream, unknown))

    def save(self, file: Path, rows: Sequence[Row], title: str) -> None:
        """Draws everything to `file`, whose ending chooses the kind (.png, .svg, .pdf …). Raises OutputError."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(13, 8), layout="constrained")
        figure.suptitle(title)
        left, right = np.asarray(figure.subfigures(1, 2, width_ratios=[3, 2]))
        _lines(left, rows)
        self._pictures(right)
        try:
            figure.savefig(file, dpi=100)
        except (OSError, ValueError) as error:
            raise OutputError(f"{file} can't be drawn: {' '.join(str(error).split())}") from error

    def _pictures(self, figure: Any) -> None:
        above, below = figure.subplots(2)
        _, number, picture = self._worst
        above.imshow(picture)
        above.set_title(f"frame {number + 1}: what could not be judged", fontsize=10)
        unknown = np.zeros((1, 1)) if self._unknown is None else self._unknown / self._counted
        below.imshow(unknown, vmin=0, vmax=1, cmap="magma")
        below.set_title("how often a place could not be judged: black never, white always", fontsize=10)
        for axes in (above, below):
            axes.set_axis_off()


def tinted(picture: Array, unknown: NDArray[np.bool_]) -> Array:
    """A picture (H×W×3 in 0…1) with what is not known coloured."""
    return np.where(unknown[..., None], 0.4 * picture + 0.6 * _TINT, picture)


def _lines(figure: Any, rows: Sequence[Row]) -> None:
    frames = np.arange(1, len(rows) + 1)

    def of(name: str) -> NDArray[np.float64]:
        return np.array([getattr(row, name) for row in rows])

    with np.errstate(invalid="ignore", divide="ignore"):
        panels = (
            ("incoherence", {"all": 1 - of("same"), "moving": 1 - of("same_moving"), "20 frames": 1 - of("same_20")}),
            ("gain", {"": of("dream") / of("source")}),
            ("RMS of r", {"": of("rms")}),
            ("Laplacian energy over the source's", {"": of("laplacian_dream") / of("laplacian_source")}),
            ("judged", {"all": of("judged"), "moving": of("judged_moving")}),
        )
    for axes, (title, series) in zip(figure.subplots(len(panels), sharex=True), panels, strict=True):
        _panel(axes, title, frames, series)
    axes.set_xlabel("frame")


def _panel(axes: Any, title: str, frames: NDArray[np.int_], series: dict[str, NDArray[np.float64]]) -> None:
    for label, values in series.items():
        known = ~np.isnan(values)
        axes.plot(frames[known], values[known], marker="." if known.sum() < 60 else None, label=label)
    axes.set_title(title, fontsize=10, loc="left")
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    if len(series) > 1:
        axes.legend(fontsize=8, loc="upper right")
