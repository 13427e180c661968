"""A film shot by shot, each with what dreams it: frames of shots that are dreamed alike come from one run."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby, islice

from mariana_video.dream.arrays import to_tensor
from mariana_video.errors import SourceError
from mariana_video.footage.plan import Plan
from mariana_video.footage.reading import read_on
from mariana_video.footage.splits import pieced
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.state import Finished, Rendered, State


@dataclass(frozen=True)
class Shot:
    """The `positions` of a shot's frames, and what dreams it, at which (height, width).

    Without a `dreamer` it stays as it was filmed.
    """

    positions: range
    dreamer: Dreamer | None
    shape: tuple[int, int]


@contextmanager
def film_of(
    plan: Plan, shots: Sequence[Shot], state: State | None = None, first: int = 0
) -> Iterator[Iterator[Finished]]:
    """The finished frames of `plan` from position `first` on, as `film` gives them, each by its shot's dreamer.

    `state` is that of the frame before `first`; it is of no use where a shot begins.
    """
    with closing(_one_after_the_other(plan, shots, state, first)) as frames:  # its reading threads end with it
        yield frames


def _one_after_the_other(
    plan: Plan, shots: Sequence[Shot], state: State | None, first: int
) -> Generator[Finished, None, None]:
    for run in runs_of(shots):
        positions = range(run[0].positions.start, run[-1].positions.stop)
        if positions.stop <= first:
            continue
        begin = max(first, positions.start)
        known = state if begin == first and begin > positions.start else None
        dreamer = run[0].dreamer
        if dreamer is None:
            yield from islice(_undreamed(plan, begin), positions.stop - begin)
            continue
        with pieced(plan, dreamer, known, begin, run[0].shape) as coming:
            yield from islice(coming, positions.stop - begin)


def runs_of(shots: Sequence[Shot]) -> list[list[Shot]]:
    """Shots that follow each other and are dreamed alike, together."""
    return [list(run) for _, run in groupby(shots, lambda shot: (id(shot.dreamer), shot.shape))]


def _undreamed(plan: Plan, first: int) -> Iterator[Finished]:
    """The frames as they were filmed. Nothing is carried, so their states are empty."""
    for position, frame in read_on(plan, None, first, (plan.size[1], plan.size[0])):
        if position >= len(plan.times) or frame.pts != plan.times[position]:
            raise SourceError(f"{plan.clip.path} has changed since it was looked at")
        picture, index = to_tensor(frame.rgb), plan.first + position
        rendered = Rendered(index, frame.pts, picture, float("nan"), 0.0, 0.0, 0.0)
        empty = picture[..., :1, :1]
        yield Finished(frame.rgb, frame.alpha, frame.duration, rendered, State(index, empty, empty))
