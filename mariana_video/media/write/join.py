"""A film out of its parts: packets joined, sound and the rest laid beside, read back, put in place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from mariana_video.errors import MarianaError, OutputError
from mariana_video.media.clip import Clip
from mariana_video.media.comments import tagged
from mariana_video.media.libav import address, open_input
from mariana_video.media.output import cannot_write, write_failures
from mariana_video.media.sound.tracks import Notes, Tracks
from mariana_video.media.write.encoding import Encoding
from mariana_video.media.write.segment import packets

_SLACK = Fraction(1, 5)
"""Seconds by which sound read back may end before what was written: encoders' and containers' priming."""


@dataclass(frozen=True)
class Beside:
    """What goes beside the pictures: the other streams of `clip`, whose clock moves back by `zero` seconds.

    `end` is where they are cut (seconds on the film's clock), None for not at all. `text` goes into the film's comment.
    """

    clip: Clip | None
    zero: Fraction
    end: Fraction | None
    sound: bool
    text: str | None = None


def join(
    parts: list[Path],
    ticks: tuple[int, ...],
    last: int,
    encoding: Encoding,
    beside: Beside,
    made: Path,
    notes: Notes,
    times: Sequence[Fraction] | None = None,
) -> None:
    """Write the film `made` from complete parts and read it back.

    `ticks` are the times of all frames on the film's clock, `last` is how many ticks the last one is shown. `times` are
    the same in seconds as the source has them (from any zero), where they are known: those the film read back must
    show. Raises OutputError where writing fails or the film read back is not what was to be written.
    """
    try:
        ends = _write(parts, ticks, last, encoding, beside, made, notes)
    except write_failures() as error:
        raise cannot_write(made, error) from error
    check(made, [tick * encoding.time_base for tick in ticks] if times is None else times, encoding.time_base, ends)


def _write(
    parts: list[Path], ticks: tuple[int, ...], last: int, encoding: Encoding, beside: Beside, made: Path, notes: Notes
) -> dict[int, Fraction]:
    """Writes the film; the end in seconds of each sound stream."""
    import av

    with av.open(address(made), "w", format=encoding.container.format, options=encoding.muxing()) as output:
        stream = encoding.stream(output)
        noted: Any = _Noted(output)
        tracks = None
        if beside.clip is not None and beside.clip.kind == "video":
            first = ticks[0] * encoding.time_base
            kept = beside.zero, first, beside.end, beside.sound
            tracks = Tracks(beside.clip, noted, encoding.container, *kept, notes)
        _tag(output, beside.text)
        try:
            output.start_encoding()
            for packet in _timed(parts, ticks, last, encoding.time_base):
                packet.stream = stream
                if tracks is not None:
                    tracks.advance(packet.dts * encoding.time_base)
                output.mux_one(packet)
            if tracks is not None:
                tracks.finish(None)
        finally:
            if tracks is not None:
                tracks.close()
    ends: dict[int, Fraction] = noted.ends
    return ends


def _tag(output: Any, text: str | None) -> None:
    """Lets a film carry a text beside the tags that it has."""
    tags = tagged(dict(output.metadata), text)
    output.metadata.clear()
    output.metadata.update(tags)


def _timed(parts: list[Path], ticks: tuple[int, ...], last: int, time_base: Fraction) -> Iterator[Any]:
    """All packets with their durations and dts.

    The encoders of the parts know nothing of each other, so their dts may cross at the borders; here the n-th packet
    gets the n-th time of display, all moved back by as many frames as a picture is ever stored ahead of its turn.
    """
    places = {tick: place for place, tick in enumerate(ticks)}
    order = [place for path in parts for place in _order(path, places)]
    ahead = max((number - place for number, place in enumerate(order)), default=0)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else last
    decoding = [ticks[0] - (ahead - n) * step for n in range(ahead)] + list(ticks)
    stored = (packet for path in parts for packet in packets(path, time_base))
    for number, (place, packet) in enumerate(zip(order, stored, strict=True)):
        packet.dts = decoding[number]
        packet.duration = ticks[place + 1] - ticks[place] if place + 1 < len(ticks) else last
        yield packet


def _order(path: Path, places: dict[int, int]) -> Iterator[int]:
    from mariana_video.media.records import records

    return (places[record.head["pts"]] for record in records(path) if "pts" in record.head)


class _Noted:
    """An output that notes where each sound stream ends, in seconds."""

    def __init__(self, output: Any) -> None:
        self._output = output
        self.ends: dict[int, Fraction] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._output, name)

    def mux(self, packets: Any) -> None:
        for packet in packets if isinstance(packets, list) else [packets]:
            self.mux_one(packet)

    def mux_one(self, packet: Any) -> None:
        if packet.stream.type == "audio" and packet.pts is not None:
            end = Fraction((packet.pts + (packet.duration or 0)) * packet.time_base)
            index = packet.stream.index
            self.ends[index] = max(end, self.ends.get(index, end))
        self._output.mux_one(packet)


def check(made: Path, wanted: Sequence[Fraction], slack: Fraction, ends: dict[int, Fraction]) -> None:
    """Read a film back.

    Raises OutputError unless it has as many pictures as `wanted` has times (in seconds, from any zero), each shown at
    its time within `slack` seconds, and its sounds end where `ends` says.
    """
    try:
        times, found, skipped = _read_back(made)
    except MarianaError as error:
        raise OutputError(f"{made.name} can't be read back; see whether the disk is full or damaged") from error
    if len(times) != len(wanted):
        raise OutputError(
            f"{made.name} holds {len(times)} of {len(wanted)} frames when read back; see whether the disk is full"
        )
    off = max(abs((a - times[-1]) - (b - wanted[-1])) for a, b in zip(times[skipped:], wanted[skipped:], strict=True))
    if off > slack:
        raise OutputError(f"{made.name} has frames that are {float(off):.3f} s off their time when read back")
    for index, end in ends.items():
        if found.get(index, Fraction(0)) < end - _SLACK:
            raise OutputError(f"{made.name} has lost the end of its sound when read back; see whether the disk is full")


def _read_back(made: Path) -> tuple[list[Fraction], dict[int, Fraction], int]:
    """The pictures' times in order, the end of every other stream, in seconds, and how many first times say nothing.

    (libav puts an AVI's first picture at 0, also where empty ones come before it.)
    """
    times: list[Fraction] = []
    ends: dict[int, Fraction] = {}
    with open_input(made) as container:
        picture = container.streams.video[0].index
        stored = container.format.name == "avi"  # where libav only guesses when a picture is shown
        for packet in container.demux():
            stamp = packet.dts if stored else packet.pts
            if not packet.size or stamp is None:
                continue
            at = Fraction(stamp * packet.time_base)
            if packet.stream.index == picture:
                times.append(at)
            else:
                end = at + (packet.duration or 0) * packet.time_base
                ends[packet.stream.index] = max(end, ends.get(packet.stream.index, end))
    return sorted(times), ends, int(stored and len(times) > 1)
