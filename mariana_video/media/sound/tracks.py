"""Everything but the picture, from the source into the film: sound, subtitles, chapters, tags.

What becomes of each was decided and told before (`trial.plan_tracks`). They are muxed in step with the picture, so
nothing piles up in memory.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from typing import Any

from mariana_video.media.clip import Clip
from mariana_video.media.containers import Container
from mariana_video.media.joined import Joints
from mariana_video.media.libav import open_input, reason
from mariana_video.media.sound.stream_handlers import Cover, Excerpt, StreamHandler
from mariana_video.media.sound.tags import chapters, kept_tags, tag, tag_picture
from mariana_video.media.sound.trial import lane_for, plan_tracks

Notes = Callable[[str], None]


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
        self.span = Excerpt(zero + clip.origin, min(first, Fraction(0)), end)
        self._stack = ExitStack()
        self._lanes: dict[int, StreamHandler] = {}
        self._refused: Counter[int] = Counter()
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
        for handler in self._lanes.values():
            handler.finish()
        for track in (*self.clip.sounds, *self.clip.subtitles, *self.clip.others):
            if count := self._refused[track.index]:
                packets = "1 packet is" if count == 1 else f"{count} packets are"
                self.notes(f"{track}: {packets} left out, damaged or out of order")
            if failed := getattr(self._lanes.get(track.index), "failed", 0):
                packets = "1 packet" if failed == 1 else f"{failed} packets"
                self.notes(f"{track}: {packets} could not be decoded and are silent")

    def close(self) -> None:
        """Close the source."""
        self._stack.close()

    def _add_streams(self, sound: bool) -> None:
        codec = self.output.streams.video[0].codec_context.codec.canonical_name
        for decision in plan_tracks(self.clip, self.container, codec, sound):
            track = decision.track
            stream = self._source.streams[track.index]
            try:
                handler = lane_for(decision.way, stream, self.output, self.span, self.container, self._lead())
            except Exception as error:  # a stream that libav can't set up must not cost the film
                self.notes(f"{track} is left out: {reason(error)}")
                continue
            if handler is not None:
                tag(handler.stream, stream, track, self.container.format)
                self._lanes[track.index] = handler

    def _lead(self) -> int:
        """How many packets of sound may begin before the film: see `Copied`.

        Matroska notes an encoder's priming, and libav passes it on, but only between two Matroska files.
        """
        if self.container.negative:
            return 2
        alike = "matroska" in self.clip.container and self.container.format in {"matroska", "webm"}
        return 2 if alike and self.span.shift == self.clip.origin else 0

    def _add_tags(self) -> None:
        picture = self._source.streams[self.clip.stream]
        tag_picture(self.output.streams.video[0], picture, self.container.format)
        self.output.metadata.update(kept_tags(self.clip))
        if marks := list(chapters(self.clip, self.span.shift - self.clip.origin, self.span.end)):
            self.output.set_chapters(marks)

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
        """Hand the next packet on; one that the muxer refuses must not cost the film."""
        import av

        index = self._next.stream.index
        try:
            self._lanes[index].take(self._next)
        except (av.ArgumentError, av.InvalidDataError):
            self._refused[index] += 1
        self._next = next(self._packets, None)
