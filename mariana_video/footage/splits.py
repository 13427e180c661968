"""Long shots in pieces that can be made beside each other: each is dreamed anew, and the one before fades into it.

Each piece is the same whoever makes it: what fades is dreamed twice, by the piece that goes and by the one that comes.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from fractions import Fraction
from itertools import islice

import numpy as np

from mariana_video.errors import SourceError
from mariana_video.footage.film import film
from mariana_video.footage.plan import Plan, Split
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.state import Finished, State

_FADE = Fraction(1)  # seconds in which a piece fades into the next


def split_plan(plan: Plan) -> Plan:
    """`plan` with its long shots in pieces, as its span asks for."""
    if plan.span.split is None:
        return plan
    longest = plan.span.split.seconds()
    return replace(plan, splits=tuple(split for shot in plan.shots for split in _splits(plan, shot, longest)))


def _splits(plan: Plan, shot: range, longest: Fraction) -> Iterator[Split]:
    """Pieces as long as each other, none longer than so many seconds."""
    begin = plan.times[shot.start]
    length = plan.times[shot.stop - 1] - begin + 1 / plan.clip.rate
    pieces = math.ceil(length / longest)
    before = shot.start
    for number in range(1, pieces):
        border = next(n for n in shot if plan.times[n] >= begin + length * number / pieces)
        start = next(n for n in shot if plan.times[n] >= plan.times[border] - _FADE)
        if before < start < border:
            yield Split(start, border)
            before = border


@contextmanager
def pieced(
    plan: Plan, dreamer: Dreamer, state: State | None, first: int, shape: tuple[int, int]
) -> Iterator[Iterator[Finished]]:
    """The finished frames of `plan` from position `first` on, as `film` gives them, in pieces where it is split.

    `state` is that of the frame before `first`, and of no use where a piece begins.
    """
    with closing(_pieces(plan, dreamer, state, first, shape)) as frames:
        yield frames


def _pieces(
    plan: Plan, dreamer: Dreamer, state: State | None, first: int, shape: tuple[int, int]
) -> Generator[Finished, None, None]:
    begins = [Split(0, 0), *plan.splits]
    for number, split in enumerate(begins):
        after = begins[number + 1] if number + 1 < len(begins) else None
        stop = len(plan.times) if after is None else after.border
        if stop <= first:
            continue
        begin = max(first, split.border)
        known = state if begin == first and (begin > split.border or split.border == 0) else None
        frames = _piece(plan, dreamer, split, known, begin, shape)
        yield from islice(
            frames if after is None else _fading(plan, dreamer, frames, begin, after, shape), stop - begin
        )


def _piece(
    plan: Plan, dreamer: Dreamer, split: Split, state: State | None, begin: int, shape: tuple[int, int]
) -> Iterator[Finished]:
    """A piece from position `begin` on; without a state, it is dreamed from its start and shown from `begin` on."""
    anew = replace(plan, anew=frozenset({split.start} - {0}))
    start = begin if state is not None else max(split.start, _cut_before(plan, begin))
    with film(anew, dreamer, state, start, shape) as coming:
        yield from islice(coming, begin - start, None)


def _cut_before(plan: Plan, position: int) -> int:
    """The last cut up to a position: nothing before it matters."""
    return max((cut for cut in plan.cuts if cut <= position), default=0)


def _fading(
    plan: Plan, dreamer: Dreamer, frames: Iterator[Finished], begin: int, after: Split, shape: tuple[int, int]
) -> Iterator[Finished]:
    """`frames` from position `begin` on, which fade into the piece `after`."""
    yield from islice(frames, max(0, after.start - begin))
    begin = max(begin, after.start)
    times = plan.times
    for position, coming in enumerate(_piece(plan, dreamer, after, None, begin, shape), begin):
        going = next(frames, None)
        if going is None:
            raise SourceError(f"{plan.clip.path} has changed since it was looked at")
        length = times[after.border] - times[after.start]
        passed = float((times[position] - times[after.start]) / length)
        share = passed * passed * (3 - 2 * passed)  # slow at both ends
        yield replace(going, rgb=((1 - share) * going.rgb + share * coming.rgb).astype(np.float32))
