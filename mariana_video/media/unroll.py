"""Sound whose clock begins anew in the middle, as in recordings joined end to end, goes on where it was."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

JUMP = Fraction(1, 2)
"""Seconds back from the last packet's end that are no rounding and no overlap."""


def unrolled(packets: Iterable[Any]) -> Iterator[Any]:
    """The packets, those of sounds on clocks that never leap back: each goes on after the packet before it."""
    ends: dict[int, int] = {}
    moved: dict[int, int] = {}
    for packet in packets:
        stamp = packet.dts if packet.dts is not None else packet.pts
        if packet.stream.type == "audio" and stamp is not None:
            index = packet.stream.index
            offset, end = moved.get(index, 0), ends.get(index)
            if end is not None and (end - stamp - offset) * packet.time_base > JUMP:
                offset = moved[index] = end - stamp
            packet.pts = None if packet.pts is None else packet.pts + offset
            packet.dts = None if packet.dts is None else packet.dts + offset
            ends[index] = max(stamp + offset + (packet.duration or 0), ends.get(index, 0))
        yield packet
