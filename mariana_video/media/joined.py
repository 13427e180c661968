"""Recordings joined end to end: where a stream's clock begins anew, it goes on instead.

Transport and program streams may be joined by `cat`, and recorders join them so. Each part then counts its times from
a beginning of its own. A part begins, for each stream by itself, where the stream's time falls back; all streams of a
part are moved by the same shift, so sound and picture stay in step.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from mariana_video.media.libav import open_input

ONE = (Fraction(0),)
"""The shifts of a file that was not joined."""

_BACK = Fraction(1, 10)
"""Seconds by which a stream's time falls back where a new part begins (ffmpeg's own bound).

A time that leaps ahead begins none: a slow film and a pause in the sound look just so, and keep their times.
"""


@dataclass(frozen=True)
class Joined:
    """The parts of a file: what is added to the times of each, in seconds, and where each stream's last one ends."""

    shifts: tuple[Fraction, ...]
    ends: dict[int, Fraction]

    def __bool__(self) -> bool:
        """Whether there is more than one part."""
        return len(self.shifts) > 1


@dataclass
class Joints:
    """Puts times of a joined file's streams onto one clock, read in order from the file's beginning."""

    shifts: tuple[Fraction, ...]
    _last: dict[int, Fraction] = field(default_factory=dict)
    _part: dict[int, int] = field(default_factory=dict)

    def part(self, stream: int, time: Fraction) -> int:
        """The part that a stream's next time lies in."""
        last, part = self._last.get(stream), self._part.get(stream, 0)
        if last is not None and time < last - _BACK:
            part += 1
        self._last[stream], self._part[stream] = time, part
        return part

    def shift(self, stream: int, time: Fraction) -> Fraction:
        """What is to be added to a stream's next time, both in seconds."""
        return self.shifts[min(self.part(stream, time), len(self.shifts) - 1)]

    def moved(self, packets: Iterable[Any]) -> Iterator[Any]:
        """Packets of libav's with their times on one clock."""
        for packet in packets:
            stamp = packet.dts if packet.dts is not None else packet.pts
            if stamp is not None:
                ticks = round(self.shift(packet.stream.index, stamp * packet.time_base) / packet.time_base)
                packet.pts = None if packet.pts is None else packet.pts + ticks
                packet.dts = None if packet.dts is None else packet.dts + ticks
            yield packet


def joined(path: Path) -> Joined:
    """The parts of a file, found by reading all of it once; remembered while it does not change."""
    state = path.stat()
    return _joined(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=64)
def _joined(path: Path, _size: int, _changed: int) -> Joined:
    begins: list[Fraction] = []
    ends: list[dict[int, Fraction]] = []
    joints = Joints(())
    for stream, stamp, begin, end in _times(path):
        part = joints.part(stream, stamp)
        if part == len(begins):
            begins.append(begin)
            ends.append({})
        begins[part] = min(begins[part], begin)
        ends[part][stream] = max(end, ends[part].get(stream, end))
    shifts = [Fraction(0)]
    for before, begin in zip(ends, begins[1:], strict=False):
        shifts.append(max(before.values()) + shifts[-1] - begin)
    last = ends[-1] if ends else {}
    return Joined(tuple(shifts), {stream: end + shifts[-1] for stream, end in last.items()})


def _times(path: Path) -> Iterator[tuple[int, Fraction, Fraction, Fraction]]:
    """(stream, time of decoding, begin, end) of each packet of picture and sound, in seconds, up to any damage."""
    import av

    with open_input(path) as container:
        streams = [*container.streams.video, *container.streams.audio]
        try:
            for packet in container.demux(streams):
                stamp = packet.dts if packet.dts is not None else packet.pts
                if stamp is None:
                    continue
                shown = packet.pts if packet.pts is not None else stamp
                begin, length = shown * packet.time_base, (packet.duration or 0) * packet.time_base
                yield packet.stream.index, Fraction(stamp * packet.time_base), Fraction(begin), Fraction(begin + length)
        except (av.FFmpegError, OSError):
            return
