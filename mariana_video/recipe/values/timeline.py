"""When a film's frames are shown, by its true clock: all that a number which moves along the film may go by."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

SIGNALS: Mapping[str, str] = MappingProxyType(
    {"shot": "the number of the shot, from 0", "shot_sec": "seconds since the shot began"}
)
"""What a formula may name beside `t` and `sec`, and what it means."""


@dataclass(frozen=True)
class Instant:
    """A frame of a film: its number and the `seconds` when it is shown, both from the film's first; named `signals`."""

    frame: int
    seconds: float
    signals: Mapping[str, float]
    timeline: Timeline = field(repr=False, compare=False)


@dataclass(frozen=True)
class Timeline:
    """A film's frames, shown at `times` (seconds after the first one); shots begin at the positions `cuts`, in order.

    Past the last of them, and without any, it goes on at `rate` frames a second.
    """

    rate: float
    times: Sequence[float] = ()
    cuts: Sequence[int] = ()

    def at(self, frame: int) -> Instant:
        """The instant of frame number `frame`."""
        seconds = self.seconds(frame)
        shot = bisect_right(self.cuts, frame)
        began = self.seconds(self.cuts[shot - 1]) if shot else 0.0
        return Instant(frame, seconds, {"shot": float(shot), "shot_sec": seconds - began}, self)

    def instants(self, stop: int, start: int = 0) -> Iterator[Instant]:
        """The instants of the frames from `start` on and before `stop`."""
        return (self.at(frame) for frame in range(start, stop))

    def seconds(self, frame: int) -> float:
        """When frame number `frame` is shown."""
        if frame < len(self.times):
            return self.times[frame]
        if not self.times:
            return frame / self.rate
        return self.times[-1] + (frame - len(self.times) + 1) / self.rate


START = Timeline(25.0).at(0)
"""The beginning, which is the same at any rate."""
