"""The ways a stream can take from the source into the film: copied, re-encoded, converted, or as a cover."""

import contextlib
from fractions import Fraction
from typing import Any, Protocol

from mariana_video.media.sound.reencode import Reencoder


class Excerpt:
    """Where the film lies on the source's clock, shared by all stream handlers.

    `shift` (seconds) is subtracted from the container's times; what begins before `begin` or from `end` on (both
    on the film's clock) is left out, `end` None for nothing.
    """

    def __init__(self, shift: Fraction, begin: Fraction, end: Fraction | None) -> None:
        self.shift, self.begin, self.end = shift, begin, end

    def place(self, packet: Any) -> tuple[Fraction, Fraction]:
        """When a packet begins and ends on the film's clock."""
        stamp = packet.pts if packet.pts is not None else packet.dts
        begin = self.begin if stamp is None else stamp * packet.time_base - self.shift
        return begin, begin + (packet.duration or 0) * packet.time_base

    def move(self, packet: Any) -> None:
        """Put a packet's times onto the film's clock."""
        offset = round(self.shift / packet.time_base)
        packet.pts = None if packet.pts is None else packet.pts - offset
        packet.dts = None if packet.dts is None else packet.dts - offset


class StreamHandler(Protocol):
    """What takes a source stream's packets into `stream` of the film."""

    stream: Any

    def take(self, packet: Any) -> None:
        """Pass a packet on."""
        ...

    def finish(self) -> None:
        """Pass on what is held back."""
        ...


class Copied:
    """Packets go over unchanged but for their times.

    `lead` is how many packets' lengths before the beginning are kept: sound needs the packet that a cut goes
    through and the one before it to sound right, and a container with edit lists hides what is too early.
    """

    def __init__(self, stream: Any, output: Any, span: Excerpt, lead: int) -> None:
        self.output, self.span, self.lead = output, span, lead
        self.stream = output.add_stream_from_template(stream)

    def take(self, packet: Any) -> None:
        """Mux a packet if it lies within the span."""
        begin, until = self.span.place(packet)
        early = begin < self.span.begin and begin + self.lead * (until - begin) <= self.span.begin
        if early or (self.span.end is not None and begin >= self.span.end):
            return
        self.span.move(packet)
        packet.stream = self.stream
        self.output.mux_one(packet)

    def finish(self) -> None:
        """Nothing is held back."""


class Reencoded:
    """Sound that goes through a decoder and an encoder."""

    def __init__(self, stream: Any, output: Any, span: Excerpt, encoder: str) -> None:
        self.span = span
        self.coder = Reencoder(stream, output, encoder, span.shift)
        self.stream = self.coder.stream

    @property
    def failed(self) -> int:
        """How many packets could not be decoded."""
        return self.coder.failed

    def take(self, packet: Any) -> None:
        """Decode a packet and encode what lies within the span."""
        self.coder.take(packet, self.span.end)

    def finish(self) -> None:
        """Encode what is left."""
        self.coder.finish()


class Converted:
    """Text subtitles decoded and written again in the container's own kind."""

    def __init__(self, stream: Any, output: Any, span: Excerpt, encoder: str) -> None:
        self.source, self.output, self.span = stream.codec_context, output, span
        self.source.open(strict=False)
        self.stream = output.add_stream(encoder)
        self.context = self.stream.codec_context
        self.context.subtitle_header = self.source.subtitle_header
        self.context.time_base = self.stream.time_base = Fraction(1, 1000)

    def take(self, packet: Any) -> None:
        """Convert a packet if it lies within the span; empty and damaged ones say nothing."""
        import av

        begin, _ = self.span.place(packet)
        if not packet.size or begin < self.span.begin or (self.span.end is not None and begin >= self.span.end):
            return
        with contextlib.suppress(av.FFmpegError, ValueError):
            text = self.source.decode2(packet)
            if text is None or not len(text.rects):
                return
            made = self.context.encode_subtitle(text)
            made.pts = made.dts = packet.pts
            made.duration, made.time_base, made.stream = packet.duration, packet.time_base, self.stream
            self.span.move(made)
            self.output.mux_one(made)

    def finish(self) -> None:
        """Nothing is held back."""


class Cover:
    """A cover picture: one packet at the beginning."""

    def __init__(self, stream: Any, output: Any) -> None:
        self.output = output
        self.stream = output.add_stream_from_template(stream)

    def take(self, packet: Any) -> None:
        """Mux the picture."""
        packet.pts = packet.dts = 0
        packet.stream = self.stream
        self.output.mux_one(packet)

    def finish(self) -> None:
        """Nothing is held back."""


class Attached:
    """A file that lies in the film: its bytes go over at once."""

    def __init__(self, stream: Any, output: Any) -> None:
        self.stream = output.add_attachment(stream.name or "attachment", stream.mimetype or "", stream.data)

    def take(self, packet: Any) -> None:
        """It has no packets."""

    def finish(self) -> None:
        """Nothing is held back."""
