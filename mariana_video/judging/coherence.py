"""Measuring a dream against its source frame by frame, in the memory of twenty frames whatever the film's length."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mariana_video.errors import UsageError
from mariana_video.judging.correlation import correlation
from mariana_video.judging.figures import Figures, Row, summed
from mariana_video.judging.judge import Judgement, compose, inside
from mariana_video.judging.lucas_kanade import sample
from mariana_video.judging.newcomers import Newcomers
from mariana_video.meters.flashes import Flashes, Worst
from mariana_video.meters.sharpness import laplacian_energy
from mariana_video.meters.specks import grain
from mariana_video.meters.trend import mean_colour, rms

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

_REACH = 20  # frames
_LEAST = 64  # pixels: a correlation over fewer says nothing …
_FEWEST = 12  # … but of uncovered ones there are few in a frame, and all of a film are put together
_WHOLE = 0.999  # a place between pixels is judged where all its neighbours are
_NAN = float("nan")


class Coherence:
    """The running measurement: give it every frame, then ask for `figures()`; `rows` are the figures a frame."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._flashes = Flashes()
        self._past: deque[tuple[Array, Array, Array]] = deque(maxlen=_REACH)  # source, dream, r; newest last
        self._motion: deque[Judgement] = deque(maxlen=_REACH)
        self._newcomers = Newcomers()
        self._fine = 0.0  # grain of the shot's first frame

    @property
    def worst(self) -> Worst:
        """The second with the most flashes."""
        return self._flashes.worst

    def add(
        self,
        source: Array,
        dream: Array,
        time: float,
        judgement: Judgement | None,
        scores: tuple[float, float] | None = None,
    ) -> Row:
        """The next frame of the source and of the dream, both H×W×3 in 0…1; returns its figures.

        judgement: what moved since the frame before; None for the first one. scores: the network's, of the dream and of
        the source, where they were asked for.
        """
        if source.shape != dream.shape:
            raise UsageError(f"a dreamed frame of shape {dream.shape} for a source of {source.shape}")
        change = dream - source
        fine = grain(change)
        if judgement is None:
            self._past.clear()
            self._motion.clear()
            self._fine = fine
        else:
            self._motion.append(judgement)
        self._newcomers.add(change, judgement)
        compared = {} if judgement is None else {**self._beside(source, dream, change), **self._along(change)}
        specks = fine / self._fine if self._fine > 0 else _NAN
        row = Row(time=time, specks=specks, **_scores(scores), **_alone(source, dream, change), **compared)
        self.rows.append(row)
        self._past.append((source, dream, change))
        self._flashes.add(dream, time)
        return row

    def figures(self) -> Figures:
        """What all frames so far come to."""
        figures = summed(self.rows, self._flashes.worst.flashes)
        return replace(figures, newcomers=self._newcomers.strength, newcomers_after=self._newcomers.after)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values: the figures, None where less than half of their pixels could be judged (what was
        seen all the same is under "uncertain"), the worst second's flashes, and "per_frame" lists."""
        figures = self.figures()
        certain = figures.certain()
        rows = {field.name: [_plain(getattr(row, field.name)) for row in self.rows] for field in fields(Row)}
        return {
            **asdict(certain),
            "uncertain": {name: value for name, value in asdict(figures).items() if value != asdict(certain)[name]},
            "worst_second": asdict(self.worst),
            "per_frame": rows,
        }

    def _beside(self, source: Array, dream: Array, change: Array) -> dict[str, float]:
        """The figures that compare a frame with the one before."""
        motion = self._motion[-1]
        before_source, before_dream, before = self._past[-1]
        judged, moving, still = motion.judged, motion.moving & motion.judged, motion.still
        carried = sample(before, motion.flow)
        return {
            "judged": float(judged.mean()),
            "judged_moving": float(moving.sum() / motion.moving.sum()) if motion.moving.sum() >= _LEAST else _NAN,
            "same": _same(change, carried, judged),
            "same_moving": _same(change, carried, moving),
            "ghost": _same(change, before, motion.uncovered, _FEWEST),
            "uncovered": float(motion.uncovered.sum()),
            "step": _square(dream - sample(before_dream, motion.flow), judged),
            "step_source": _square(source - sample(before_source, motion.flow), judged),
            "step_still": _square(dream - before_dream, still),
            "step_still_source": _square(source - before_source, still),
        }

    def _along(self, change: Array) -> dict[str, float]:
        """The figures over 10 and 20 frames, along the composed motion."""
        found: dict[str, float] = {}
        path, judged = self._motion[-1].flow, self._motion[-1].judged
        for frames in range(1, len(self._motion) + 1):
            if frames in (10, 20):
                found[f"judged_{frames}"] = float(judged.mean())
                found[f"same_{frames}"] = _same(change, sample(self._past[-frames][2], path), judged)
            if frames < len(self._motion):
                step = self._motion[-frames - 1]
                judged = judged & (sample(step.judged.astype(np.float32), path) > _WHOLE)
                path = compose(path, step.flow)
                judged = judged & inside(path)
        return found


def _alone(source: Array, dream: Array, change: Array) -> dict[str, float]:
    """The figures that look at one frame only."""
    colour = dict(zip(("red", "green", "blue"), mean_colour(change), strict=True))
    return {
        "rms": rms(change),
        "laplacian": laplacian_energy(change),
        "laplacian_dream": laplacian_energy(dream),
        "laplacian_source": laplacian_energy(source),
        **colour,
    }


def _scores(scores: tuple[float, float] | None) -> dict[str, float]:
    return {} if scores is None else {"dream": scores[0], "source": scores[1]}


def _same(one: Array, other: Array, where: Mask, least: int = _LEAST) -> float:
    return correlation(one, other, where) if where.sum() >= least else _NAN


def _square(difference: Array, where: Mask) -> float:
    return float(np.square(difference[where]).mean(dtype=np.float64)) if where.sum() >= _LEAST else _NAN


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else value
