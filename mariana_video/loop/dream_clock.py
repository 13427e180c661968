"""The clock of a film's dream: 25 beats a second, whatever the frames' rate.

Every beat dreams once. A frame that comes late has several, one after the other; a frame between two beats shows what
lies between two dreams. So a film dreams the same at 5, 24 or 120 frames a second, with frames missing, and on a clock
that wavers: steps are counted, never lengthened.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

BEAT = 25.0  # beats a second
_NEAR = Fraction(1, 10)  # of a beat: a frame so little after one is on it, as clocks of 1/1000 s have it
_MOST = 25  # beats of one frame: what was longer ago is not seen in a dream


@dataclass(frozen=True)
class Turn:
    """What the clock says of one frame.

    `previous` is the position of the frame whose dream it goes on from (None: it is dreamed from its source alone),
    `beats` are the numbers of the beats since then, counted from the shot's first frame, and `share` is how much of the
    last beat has passed by the time of the frame. Later frames go on from it if it `leads`: not if it lies between two
    beats.
    """

    previous: int | None
    beats: range
    share: float
    leads: bool


def turns(times: Sequence[Fraction], cuts: Collection[int], alone: Collection[int] = ()) -> tuple[Turn, ...]:
    """The turn of each frame, `times` being their pts in seconds.

    At `cuts` (positions) and at the first frame nothing is gone on from; frames dreamed `alone` have no beats either,
    and are only drawn to the one before. Either starts the clock anew.
    """
    found: list[Turn] = []
    previous, began, done = 0, Fraction(0), 0
    for position, time in enumerate(times):
        cut = position == 0 or position in cuts
        if cut or position in alone:
            found.append(Turn(None if cut else previous, range(0), 1.0, leads=True))
            previous, began, done = position, time, 0
            continue
        passed = (time - began) * Fraction(BEAT)
        reached = max(done, math.ceil(passed - _NEAR))
        beats = range(max(done, reached - _MOST) + 1, reached + 1)
        share = min(Fraction(1), passed - reached + 1)
        found.append(Turn(previous, beats, float(share), leads=bool(beats)))
        if beats:
            previous, done = position, reached
    return tuple(found)
