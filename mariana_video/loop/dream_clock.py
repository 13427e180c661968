"""The clock of a film's dream: 25 dream frames a second, whatever the frames' rate.

Every dream frame dreams once. A frame that comes late has several, one after the other; a frame between two dream
frames shows what lies between two dreams. So a film dreams the same at 5, 24 or 120 frames a second, with frames
missing, and on a clock that wavers: steps are counted, never lengthened.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

DREAM_RATE = 25.0  # dream frames a second
_NEAR = Fraction(1, 10)  # of a dream frame: a frame so little after one is on it, as clocks of 1/1000 s have it
_MOST = 25  # dream frames of one frame: what was longer ago is not seen in a dream


@dataclass(frozen=True)
class Timing:
    """What the clock says of one frame.

    `previous` is the position of the frame whose dream it goes on from (None: it is dreamed from its source alone),
    `dream_frames` are the numbers of the dream frames since then, counted from the shot's first frame, and `share` is
    how much of the last dream frame has passed by the time of the frame. Later frames go on from it if it `leads`: not
    if it lies between two dream frames.
    """

    previous: int | None
    dream_frames: range
    share: float
    leads: bool


def timings(times: Sequence[Fraction], cuts: Collection[int], alone: Collection[int] = ()) -> tuple[Timing, ...]:
    """The turn of each frame, `times` being their pts in seconds.

    At `cuts` (positions) and at the first frame nothing is carried on; frames dreamed `alone` have no dream frames
    either, and are only drawn to the one before. Either starts the clock anew.
    """
    clock = DreamClock()
    return tuple(
        clock.turn(time, position == 0 or position in cuts, position in alone) for position, time in enumerate(times)
    )


class DreamClock:
    """Gives frames their turns, one after the other."""

    def __init__(self) -> None:
        self._position, self._previous, self._began, self._done = -1, 0, Fraction(0), 0

    def turn(self, time: Fraction, cut: bool, alone: bool = False) -> Timing:
        """The turn of the next frame, shown at `time` in seconds: after a `cut`, dreamed `alone`, or neither."""
        self._position += 1
        if cut or alone:
            previous, self._previous, self._began, self._done = self._previous, self._position, time, 0
            return Timing(None if cut else previous, range(0), 1.0, leads=True)
        passed = (time - self._began) * Fraction(DREAM_RATE)
        reached = max(self._done, math.ceil(passed - _NEAR))
        dream_frames = range(max(self._done, reached - _MOST) + 1, reached + 1)
        share = min(Fraction(1), passed - reached + 1)
        timing = Timing(self._previous, dream_frames, float(share), leads=bool(dream_frames))
        if dream_frames:
            self._previous, self._done = self._position, reached
        return timing
