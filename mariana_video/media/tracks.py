"""Everything but the picture, from the source into the film: sound, subtitles, chapters, tags.

Packets are copied where the container allows. Other sound is re-encoded, other text subtitles are converted,
and what can't come along is named. They are muxed in step with the picture, so nothing piles up in memory.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from typing import Any

from .clip import Clip, Track
from .containers import Container
from .libav import open_input, reason
from .sound import Reencoder

Notes = Callable[[str], None]

# Tags that describe the old file rather than the film.
_STALE = {
    "major_brand", "minor_version", "compatible_brands", "encoder", "handler_name", "vendor_id", "duration",
    "number_of_frames", "number_of_bytes", "bps", "_statistics_writing_app", "_statistics_tags", "rotate",
    "_statistics_writing_date_utc", "alpha_mode", "creation_time",
}  # fmt: skip


class Tracks:
    """The source's other streams on their way into `output`; times move by `zero` (seconds, the clip's clock).

    `end` is where they are cut (seconds on the film's clock), None for not at all.
    """

    def __init__(
        self, clip: Clip, output: Any, container: Container, zero: Fraction, end: Fraction | None,
        sound: bool, notes: Notes,
    ) -> None:  # fmt: skip
        self.clip, self.output, self.container = clip, output, container
        self.shift = zero + clip.origin
        self.end = end
        self.notes = notes
        self._stack = ExitStack()
        self._source = self._stack.enter_context(open_input(clip.path))
        self._lanes: dict[int, Any] = {}
        self._add_streams(sound)
        self._add_tags()
        self._packets = self._demuxed(zero)
        self._next: Any = next(self._packets, None)

    def advance(self, until: Fraction) -> None:
        """Mux all packets that begin up to `until` (seconds on the film's clock)."""
        while self._next is not None and self._time(self._next) <= until:
            self._pass(self._next)
            self._next = next(self._packets, None)

    def finish(self, end: Fraction | None) -> None:
        """Mux the rest, up to `end` if given, and what encoders still hold."""
        if end is not None:
            self.end = end if self.end is None else min(self.end, end)
        while self._next is not None:
            self._pass(self._next)
            self._next = next(self._packets, None)
        for lane in self._lanes.values():
            lane.finish()

    def close(self) -> None:
        """Close the source."""
        self._stack.close()

    def _add_streams(self, sound: bool) -> None:
        for track in (*self.clip.sounds, *self.clip.subtitles, *self.clip.others):
            if track.kind == "sound" and not sound:
                continue
            stream = self._source.streams[track.index]
            try:
                lane = self._lane(track, stream)
            except Exception as error:  # a stream libav can't set up must not cost the film
                lane = None
                self.notes(f"{track} is left out: {reason(error)}")
                continue
            if lane is None:
                self.notes(f"{track} is left out: {self.container.format} can't hold it")
            else:
                self._lanes[track.index] = lane

    def _lane(self, track: Track, stream: Any) -> Any:
        if track.kind == "sound":
            if track.codec in self.container.sounds:
                return Copied(self, stream)
            self.notes(f"{track} is re-encoded: {self.container.format} can't hold it as it is")
            return Reencoded(self, stream)
        if track.kind == "subtitle" and track.codec in self.container.subtitles:
            return Copied(self, stream)
        return None

    def _add_tags(self) -> None:
        kept = {k: v for k, v in self.clip.metadata.items() if k.lower() not in _STALE}
        self.output.metadata.update(kept)
        marks = []
        for number, chapter in enumerate(self.clip.chapters):
            start, stop = chapter.start + self.clip.origin - self.shift, chapter.end + self.clip.origin - self.shift
            if stop <= 0 or (self.end is not None and start >= self.end):
                continue
            stop = stop if self.end is None else min(stop, self.end)
            marks.append(
                {
                    "id": number,
                    "start": round(max(start, Fraction(0)) * 1000),
                    "end": round(stop * 1000),
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": chapter.title} if chapter.title else {},
                }
            )
        if marks:
            self.output.set_chapters(marks)

    def _demuxed(self, zero: Fraction) -> Iterator[Any]:
        """The wanted packets in file order; a source that breaks off just ends."""
        import av

        if not self._lanes:
            return
        if zero > self.clip.start:
            try:
                self._source.seek(int((self.shift - 1) * 1_000_000), backward=True)
            except av.FFmpegError:
                self._source.seek(0)
        try:
            for packet in self._source.demux([self._source.streams[i] for i in self._lanes]):
                if packet.dts is not None or packet.pts is not None:
                    yield packet
        except (av.FFmpegError, OSError):
            return

    def _time(self, packet: Any) -> Fraction:
        stamp: int = packet.dts if packet.dts is not None else packet.pts
        return Fraction(stamp * packet.time_base) - self.shift

    def _pass(self, packet: Any) -> None:
        self._lanes[packet.stream.index].take(packet)


class Copied:
    """A stream whose packets go over unchanged but for their times."""

    def __init__(self, tracks: Tracks, stream: Any) -> None:
        self.tracks = tracks
        self.stream = tracks.output.add_stream_from_template(stream)
        tag(self.stream, stream)
        self.before = tracks.container.negative and stream.type == "audio"

    def take(self, packet: Any) -> None:
        """Mux a packet if it lies within the span."""
        base = packet.time_base
        begin = (packet.pts if packet.pts is not None else packet.dts) * base - self.tracks.shift
        until = begin + (packet.duration or 0) * base
        if (until <= 0 if self.before else begin < 0) and self.tracks.shift != self.tracks.clip.origin:
            return
        if self.tracks.end is not None and begin >= self.tracks.end:
            return
        offset = round(self.tracks.shift / base)
        packet.pts = None if packet.pts is None else packet.pts - offset
        packet.dts = None if packet.dts is None else packet.dts - offset
        packet.stream = self.stream
        self.tracks.output.mux_one(packet)

    def finish(self) -> None:
        """Nothing is held back."""


class Reencoded:
    """A sound stream on its way through an encoder."""

    def __init__(self, tracks: Tracks, stream: Any) -> None:
        self.tracks = tracks
        self.coder = Reencoder(stream, tracks.output, tracks.container.sound, tracks.shift)
        tag(self.coder.stream, stream)

    def take(self, packet: Any) -> None:
        """Decode a packet and encode what lies within the span."""
        self.coder.take(packet, self.tracks.end)

    def finish(self) -> None:
        """Encode what is left."""
        self.coder.finish()


def tag(made: Any, stream: Any) -> None:
    """Carry language, title and disposition over."""
    for key, value in stream.metadata.items():
        if key.lower().split("-")[0] not in _STALE:
            made.metadata[key] = value
    made.disposition = stream.disposition
