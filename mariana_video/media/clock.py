"""A film's clock: when it begins on its source's, and its frames' times in ticks."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import floor

from mariana_video.errors import UsageError
from mariana_video.media.clip import Clip


@dataclass(frozen=True)
class Clock:
    """The clock of a film whose first frame is shown at `first` (seconds on its source's clock).

    `start` and `duration` say which span of the source `clip` is written, in seconds from its first picture; a tick
    lasts `time_base` seconds, a frame usually 1/`rate`.
    """

    clip: Clip | None
    first: Fraction
    rate: Fraction
    time_base: Fraction
    start: Fraction | None = None
    duration: Fraction | None = None

    @property
    def zero(self) -> Fraction:
        """Where on the source's clock the film's own begins.

        A whole film keeps its source's clock. A span begins with its first picture, and so does a film that has no
        source, or whose source begins before 0 (where players would cut it off).
        """
        own = self.start or self.duration or self.clip is None or self.first < 0
        return self.first if own else Fraction(0)

    @property
    def end(self) -> Fraction | None:
        """Where what lies beside the pictures is cut, in seconds on the film's clock; None for not at all."""
        if self.clip is None or self.duration is None:
            return None
        return self.clip.start + (self.start or 0) + self.duration - self.zero

    def tick(self, time: Fraction, before: int | None) -> int:
        """A time on the source's clock in ticks of the film's, after the frame `before`."""
        tick = floor((time - self.zero) / self.time_base + Fraction(1, 2))  # Python's round has gaps: 1.5 and 2.5 are 2
        return tick if before is None else max(tick, before + 1)

    def ticks(self, times: Sequence[Fraction]) -> tuple[int, ...]:
        """Times on the source's clock as strictly rising ticks of the film's."""
        found: list[int] = []
        for time in times:
            found.append(self.tick(time, found[-1] if found else None))
        return tuple(found)

    def check(self, times: Sequence[Fraction], name: str) -> None:
        """See that this clock can tell `times` (on the source's) apart: else the film would play at another speed.

        `name` is the film's. Raises UsageError.
        """
        told = ((tick * self.time_base, time - self.zero) for tick, time in zip(self.ticks(times), times, strict=True))
        off = max((abs(now - wanted) for now, wanted in told), default=Fraction(0))
        if self.rate * self.time_base <= 1 and off <= self.time_base:
            return
        closest = min((b - a for a, b in pairwise(times)), default=1 / self.rate)
        raise UsageError(
            f"{name} counts time in steps of {float(self.time_base):g} s, and pictures follow each other after "
            f"{float(closest):.2g} s; give a name that ends in .mp4 or .mov, which can tell them apart"
        )

    def last(self, ticks: Sequence[int], told: Fraction | None) -> int:
        """How many ticks the last frame is shown: as `told` (seconds), else to the source's end if believable."""
        length = told
        if length is None and self.clip is not None and self.clip.end is not None:
            end = self.clip.end - self.zero
            end = end if self.end is None else min(end, self.end)
            longest = max((b - a for a, b in pairwise(ticks)), default=0) * self.time_base
            left = end - ticks[-1] * self.time_base
            length = left if 0 < left <= 2 * max(longest, 1 / self.rate) else None
        return max(1, round((length or 1 / self.rate) / self.time_base))
