"""Everything but the picture, from the source into the film: sound, subtitles, chapters, tags.

Packets are copied where the container allows. Other sound is re-encoded, other text subtitles are converted,
and what can't come along is named. They are muxed in step with the picture, so nothing piles up in memory.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from typing import Any

from .clip import Clip, Track
from .containers import Container
from .joined import Joints
from .lanes import Converted, Copied, Cover, Lane, Reencoded, Span
from .libav import open_input, reason

Notes = Callable[[str], None]

_TEXT = {"subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text"}
_COVERS = {"png", "mjpeg", "bmp"}

# Tags that describe the old file rather than the film.
_STALE = {
    "major_brand", "minor_version", "compatible_brands", "encoder", "handler_name", "vendor_id", "duration",
    "number_of_frames", "number_of_bytes", "bps", "_statistics_writing_app", "_statistics_tags", "rotate",
    "_statistics_writing_date_utc", "alpha_mode", "timecode", "software",
}  # fmt: skip


class Tracks:
    """The source's other streams on their way into `output`.

    Their times move back by `zero` (seconds on the clip's clock, 0 on the film's); `first` is the first
    picture's time on the film's clock and `end` where they are cut there, None for not at all.
    """

    def __init__(
        self, clip: Clip, output: Any, container: Container, zero: Fraction, first: Fraction, end: Fraction | None,
        sound: bool, notes: Notes,
    ) -> None:  # fmt: skip
        self.clip, self.output, self.container, self.notes = clip, output, container, notes
        self.span = Span(zero + clip.origin, min(first, Fraction(0)), end)
        self._stack = ExitStack()
        self._source: Any = None
        self._lanes: dict[int, Lane] = {}
        if clip.sounds or clip.subtitles or clip.others:
            self._source = self._stack.enter_context(open_input(clip.path))
            self._add_streams(sound)
        self._add_tags()
        self._packets = self._demuxed(zero)
        self._next: Any = next(self._packets, None)

    def advance(self, until: Fraction) -> None:
        """Mux all packets that begin up to `until` (seconds on the film's clock)."""
        while self._next is not None and self._time(self._next) <= until:
            self._pass()

    def finish(self, end: Fraction | None) -> None:
        """Mux the rest, up to `end` if given, and what encoders still hold."""
        if end is not None:
            self.span.end = end if self.span.end is None else min(self.span.end, end)
        while self._next is not None:
            self._pass()
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
            except Exception as error:  # a stream that libav can't set up must not cost the film
                self.notes(f"{track} is left out: {reason(error)}")
                continue
            if lane is None:
                self.notes(f"{track} is left out: {self.container.format} can't hold it")
            elif lane is not _ATTACHED:
                _tag(lane.stream, stream, track)
                self._lanes[track.index] = lane

    def _lane(self, track: Track, stream: Any) -> Any:
        kind = self.container
        if track.kind == "sound":
            if track.codec in kind.sounds:
                return Copied(stream, self.output, self.span, lead=self._lead())
            self.notes(f"{track} is re-encoded: {kind.format} can't hold it as it is")
            return Reencoded(stream, self.output, self.span, kind.sound)
        if track.kind == "subtitle" and track.codec in kind.subtitles:
            return Copied(stream, self.output, self.span, lead=0)
        if track.kind == "subtitle" and kind.subtitle and track.codec in _TEXT:
            return Converted(stream, self.output, self.span, kind.subtitle)
        if track.kind == "picture" and track.cover and track.codec in _COVERS and kind.negative:
            return Cover(stream, self.output)
        if stream.type == "attachment" and kind.format == "matroska":
            self.output.add_attachment(stream.name or "attachment", stream.mimetype or "", stream.data)
            return _ATTACHED
        return None

    def _lead(self) -> int:
        """How many packets of sound may begin before the film: see `Copied`.

        Matroska notes an encoder's priming, and libav passes it on, but only between two Matroska files.
        """
        if self.container.negative:
            return 2
        alike = "matroska" in self.clip.container and self.container.format in {"matroska", "webm"}
        return 2 if alike and self.span.shift == self.clip.origin else 0

    def _add_tags(self) -> None:
        kept = {k: v for k, v in self.clip.metadata.items() if k.lower() not in _STALE}
        self.output.metadata.update(kept)
        if marks := list(self._chapters()):
            self.output.set_chapters(marks)

    def _chapters(self) -> Iterator[dict[str, Any]]:
        back, end = self.span.shift - self.clip.origin, self.span.end
        for number, chapter in enumerate(self.clip.chapters):
            begin = max(chapter.start - back, Fraction(0))
            until = chapter.end - back if end is None else min(chapter.end - back, end)
            if until > begin:
                yield {
                    "id": number,
                    "start": round(begin * 1000),
                    "end": round(until * 1000),
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": chapter.title} if chapter.title else {},
                }

    def _demuxed(self, zero: Fraction) -> Iterator[Any]:
        """The wanted packets in file order; a source that breaks off just ends."""
        import av

        if not self._lanes:
            return
        if zero > max(self.clip.start, Fraction(0)) and not self.clip.shifts:
            try:
                self._source.seek(int((self.span.shift - 1) * 1_000_000), backward=True)
            except av.FFmpegError:
                with contextlib.suppress(av.FFmpegError):
                    self._source.seek(0)
        try:
            packets = self._source.demux([self._source.streams[i] for i in self._lanes])
            for packet in Joints(self.clip.shifts).moved(packets) if self.clip.shifts else packets:
                timed = packet.dts is not None or packet.pts is not None
                if packet.size and (timed or isinstance(self._lanes[packet.stream.index], Cover)):
                    yield packet
        except (av.FFmpegError, OSError):
            return

    def _time(self, packet: Any) -> Fraction:
        stamp: int | None = packet.dts if packet.dts is not None else packet.pts
        return self.span.begin if stamp is None else Fraction(stamp * packet.time_base) - self.span.shift

    def _pass(self) -> None:
        self._lanes[self._next.stream.index].take(self._next)
        self._next = next(self._packets, None)


_ATTACHED: Any = object()
"""Marks what has been attached already and has no packets."""


def _tag(made: Any, stream: Any, track: Track) -> None:
    """Carry language, title, disposition and other tags over."""
    for key, value in stream.metadata.items():
        if key.lower().split("-")[0] not in _STALE:
            made.metadata[key] = value
    if track.title:
        made.metadata["title"] = track.title
    made.disposition = stream.disposition
