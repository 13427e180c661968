"""A progression as the frames of a job: what is shown at each place of a film, and what going on from there needs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from fractions import Fraction

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mariana_video.dream.arrays import to_array, to_tensor
from mariana_video.dream.ascent import Step
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.state import Finished, Rendered, State
from mariana_video.media.stills.sheet import labelled, sheet
from mariana_video.meters.convergence import Curve, Point
from mariana_video.meters.structure import Structure
from mariana_video.progression.steps import Progressed, at_full_size, nearer, progress, side_by_side
from mariana_video.recipe.progression import Progress
from mariana_video.recipe.values.timeline import Timeline

Picture = NDArray[np.float32]


@dataclass(frozen=True)
class Cell:
    """One place of a comparison: its words, what dreams in it, and the steps that are shown."""

    column: str
    row: str
    dreamer: Dreamer
    shown: tuple[int, ...]


@dataclass(frozen=True)
class Progression:
    """The dreams of `picture` (H×W×3, 0…1) in `cells`, laid out in rows of `columns`; `curves`, one a cell, grow."""

    picture: Picture
    cells: Sequence[Cell]
    columns: int
    options: Progress
    curves: Sequence[Curve]

    @property
    def rate(self) -> Fraction:
        """Pictures a second."""
        return Fraction(repr(self.options.rate))

    @property
    def timeline(self) -> Timeline:
        """The clock that its camera goes by; what is dreamed is a picture's, at every step."""
        return Timeline(float(self.rate))

    @property
    def pictures(self) -> int:
        """How many pictures are shown, those of all cells at once being one."""
        return max(len(cell.shown) for cell in self.cells)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of what is shown."""
        first = self.picture if len(self.cells) == 1 else self.laid([self.picture] * len(self.cells))
        return first.shape[1], first.shape[0]

    def laid(self, pictures: Sequence[Picture], captions: Sequence[str] = ()) -> Picture:
        """Pictures on a sheet; those of a comparison with its words beside them, those of one dream in 4:3."""
        if len(self.cells) == 1:
            return sheet(pictures, math.ceil(math.sqrt(len(pictures) * 4 / 3)), captions, [], [])
        titles, sides = [cell.column for cell in self.cells[: self.columns]], [c.row for c in self.cells]
        return sheet(pictures, self.columns, captions, titles, sides[:: self.columns])

    def at_full_size(self, items: Sequence[Progressed]) -> list[Tensor]:
        """The cells' pictures (1×3×H×W) at the size of the source."""
        source = to_tensor(self.picture)
        return [at_full_size(cell.dreamer, source, item) for cell, item in zip(self.cells, items, strict=True)]

    def steps(self, after: Sequence[Progressed] = ()) -> Iterator[tuple[Progressed, ...]]:
        """The cells' pictures at each shown step, in order, or those `after` some; each is measured for its curve."""
        start = to_tensor(self.picture)
        known: list[Progressed | None] = list(after) or [None] * len(self.cells)
        running = [progress(c.dreamer, start, c.shown, item) for c, item in zip(self.cells, known, strict=True)]
        for items in side_by_side(running, known):
            for curve, item in zip(self.curves, items, strict=True):
                curve.add(item.step, item.score, item.change, to_array(item.picture))
            yield items


@contextmanager
def frames(shown: Progression, still: int, state: State | None, first: int) -> Iterator[Iterator[Finished]]:
    """The finished frames from `first` on, `state` being that of the frame before; the last is repeated `still` times.

    Where it is not repeated, it is given the length that it stays.
    """
    yield _frames(shown, still, state, first)


def _frames(shown: Progression, still: int, state: State | None, first: int) -> Iterator[Finished]:
    known = () if state is None else restored(shown, state)
    if state is None:
        first = 0
    end, hold = shown.pictures, shown.options.hold.amount
    begin = min(first, end)
    items = known
    for number, items in enumerate(shown.steps(known) if begin < end else (), begin):
        length = 1 / shown.rate + (hold if number == end - 1 and not still else 0)
        yield _finished(shown, items, number, number, length)
    for number in range(max(first, end), end + still):
        yield _finished(shown, items, end - 1, number, 1 / shown.rate)


def _finished(shown: Progression, items: tuple[Progressed, ...], number: int, frame: int, length: Fraction) -> Finished:
    """Frame `frame`, which shows picture `number`."""
    made = [to_array(nearer(one, shown.options.zoom, shown.timeline.at(number))) for one in shown.at_full_size(items)]
    if shown.options.label:
        made = [labelled(one, str(item)) for one, item in zip(made, items, strict=True)]
    rgb = made[0] if len(made) == 1 else shown.laid(made)
    state = kept(shown, items, frame)
    rendered = Rendered(frame, frame / shown.rate, state.dream, items[0].score, 0.0, 0.0, 0.0)
    return Finished(rgb, None, length, rendered, state)


def kept(shown: Progression, items: Sequence[Progressed], frame: int) -> State:
    """All that the frames after `frame` need: where each cell's ascent is, and the curves so far."""
    tensors: dict[str, Tensor] = {}
    for number, (item, curve) in enumerate(zip(items, shown.curves, strict=True)):
        counts = [item.step, item.steps, item.octave, item.octaves, item.score, item.change]
        if item.last is not None:
            counts += [item.last.step, item.last.steps, item.last.pushed]
            tensors |= {f"{number}.begun": item.last.begun, f"{number}.small": item.last.small}
            tensors |= {f"{number}.memory.{which}": kept for which, kept in enumerate(item.last.memory)}
        tensors |= {f"{number}.picture": item.picture, f"{number}.counts": _numbers(counts)}
        tensors[f"{number}.curve"] = _numbers([_row(point) for point in curve.points])
    return State(frame, items[0].picture, items[0].picture, tensors)


def restored(shown: Progression, state: State) -> tuple[Progressed, ...]:
    """Where each cell's ascent was at `state`; the curves get their points of then."""
    items = []
    for number, (cell, curve) in enumerate(zip(shown.cells, shown.curves, strict=True)):
        curve.points[:] = [_point(row) for row in state.tensors[f"{number}.curve"].tolist()]
        items.append(_item(state.to(cell.dreamer.device).tensors, number))
    return tuple(items)


def _item(tensors: Mapping[str, Tensor], number: int) -> Progressed:
    step, steps, octave, octaves, score, change, *more = tensors[f"{number}.counts"].tolist()
    picture, last = tensors[f"{number}.picture"], None
    if more:
        within, each, pushed = (round(count) for count in more)
        begun, small = tensors[f"{number}.begun"], tensors[f"{number}.small"]
        memory = [name for name in tensors if name.startswith(f"{number}.memory.")]
        remembered = tuple(tensors[name] for name in sorted(memory))
        last = Step(round(octave), round(octaves), within, each, score, pushed, begun, small, remembered)
    return Progressed(round(step), round(steps), round(octave), round(octaves), score, change, picture, last)


def _numbers(values: object) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def _row(point: Point) -> list[float]:
    return [point.step, point.score, point.change, *astuple(point.structure)]


def _point(row: Sequence[float]) -> Point:
    step, score, change, *structure = row
    return Point(round(step), score, change, Structure(*structure))
