"""The clock of a film's dream: 25 dream frames a second, whatever the frames' rate.

Every dream frame dreams once. A frame that comes late has several, one after the other; a frame between two dream
frames shows what lies between two dreams. So a film dreams the same at 5, 24 or 120 frames a second, with frames
missing, and on a clock that wavers: steps are counted, never lengthened.

Where the source stands still for longer than a second, the dream goes on ever more slowly: after four seconds at an
eighth of its pace. Motion wakes it at once. (Where only a part of it stands still, that part rests: `resting.py`.)
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

DREAM_RATE = 25.0  # dream frames a second
_MOVES = Fraction(0)
_NEAR = Fraction(1, 10)  # of a dream frame: a frame so little after one is on it, as clocks of 1/1000 s have it
_MOST = 25  # dream frames of one frame: what was longer ago is not seen in a dream
STANDS = ((Fraction(4), 8), (Fraction(2), 4), (Fraction(1), 2))
"""How many times more slowly it goes where the source has stood for so many seconds and more: else as ever."""


@dataclass(frozen=True)
class Timing:
    """What the clock says of one frame.

    `previous` is the position of the frame whose dream it goes on from (None: it is dreamed from its source alone),
    `dream_frames` are the numbers of the dream frames since then, counted from the shot's first frame, and `share` is
    how much of the last dream frame has passed by the time of the frame. Later frames go on from it if it `leads`: not
    if it lies between two dream frames. The clock goes `slower` by that factor than it usually does.
    """

    previous: int | None
    dream_frames: range
    share: float
    leads: bool
    slower: int = 1


def timings(
    times: Sequence[Fraction], cuts: Collection[int], alone: Collection[int] = (), stood: Sequence[Fraction] = ()
) -> tuple[Timing, ...]:
    """The turn of each frame, `times` being their pts in seconds.

    At `cuts` (positions) and at the first frame nothing is carried on; frames dreamed `alone` have no dream frames
    either, and are only drawn to the one before. Either starts the clock anew. For so many seconds each frame's source
    has `stood` still (nothing said: it never does).
    """
    clock = DreamClock()
    return tuple(
        clock.turn(time, position == 0 or position in cuts, position in alone, stood[position] if stood else _MOVES)
        for position, time in enumerate(times)
    )


class DreamClock:
    """Gives frames their turns, one after the other."""

    def __init__(self) -> None:
        self._position, self._previous, self._done = -1, 0, 0
        self._time = self._passed = self._stood = Fraction(0)

    def turn(self, time: Fraction, cut: bool, alone: bool = False, stood: Fraction = _MOVES) -> Timing:
        """The turn of the next frame, shown at `time` in seconds: after a `cut`, dreamed `alone`, or neither.

        Its source has `stood` still for so many seconds, 0 where it moves.
        """
        self._position += 1
        if cut or alone:
            previous, self._previous, self._done = self._previous, self._position, 0
            self._time, self._passed, self._stood = time, Fraction(0), stood
            return Timing(None if cut else previous, range(0), 1.0, leads=True)
        passed = self._passed = self._after(time, stood)
        self._time, self._stood = time, stood
        reached = max(self._done, math.ceil(passed - _NEAR))
        dream_frames = range(max(self._done, reached - _MOST) + 1, reached + 1)
        share = min(Fraction(1), passed - reached + 1)
        slower = next((factor for begins, factor in STANDS if stood > begins), 1)
        timing = Timing(self._previous, dream_frames, float(share), leads=bool(dream_frames), slower=slower)
        if dream_frames:
            self._previous, self._done = self._position, reached
        return timing

    def _after(self, time: Fraction, stood: Fraction) -> Fraction:
        """The dream frames that have passed by `time`; what moves after a slow dream begins on one of them."""
        if stood > 0:
            return self._passed + Fraction(DREAM_RATE) * (_slowed(stood) - _slowed(min(self._stood, stood)))
        passed = self._passed + Fraction(DREAM_RATE) * (time - self._time)
        slow = self._stood > STANDS[-1][0]
        return Fraction(max(self._done + 1, math.ceil(passed - _NEAR))) if slow else passed


def _slowed(stood: Fraction) -> Fraction:
    """How many seconds' dream is dreamed while a source stands still for so many."""
    dreamed, until = Fraction(0), stood
    for begins, slower in STANDS:
        if until > begins:
            dreamed, until = dreamed + (until - begins) / slower, begins
    return dreamed + until
