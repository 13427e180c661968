"""What becomes of each stream beside the picture: decided once, by trying it.

A table says what a container may hold, but muxers have conditions of their own (MP4 holds MP3, and none below
16 kHz). They are learned before the work: OUTPUT's muxer is given the very streams and their first packets, in memory.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from mariana_video.media.clip import Clip, Track
from mariana_video.media.containers import ENCODERS, Container
from mariana_video.media.libav import UNKNOWN, open_input
from mariana_video.media.sound.stream_handlers import (
    Attached,
    Converted,
    Copied,
    Cover,
    Excerpt,
    Reencoded,
    StreamHandler,
)

Way = Literal["copied", "re-encoded", "converted", "a cover", "attached", "left out"]

_TEXT = {"subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text"}
_COVERS = {"png", "mjpeg", "bmp"}
_EACH = 24  # packets tried of each stream: half a second of sound, or more
_MOST = 500  # packets read for that
_MOST_BYTES = 1 << 25
_SIDE = 64  # pixels: the trial's picture
_SLACK = Fraction(1, 5)  # seconds by which sound may end earlier: the priming of encoders and containers


@dataclass(frozen=True)
class Decision:
    """What becomes of a stream; `note` is the sentence for a person, None where it is copied."""

    track: Track
    way: Way
    note: str | None = None


def plan_tracks(clip: Clip, container: Container, codec: str, sound: bool = True) -> tuple[Decision, ...]:
    """What becomes of each stream of `clip` beside its picture in a film of that container and picture codec.

    The same for the same file whenever it is asked, so it can be told before the first frame and holds at the last.
    Reads the first packets only. Without `sound` there is none and nothing is said about it.
    """
    tracks = [track for track in (*clip.sounds, *clip.subtitles, *clip.others) if sound or track.kind != "sound"]
    if clip.kind != "video" or not tracks:
        return ()
    tried = _Trial(clip, container, codec)
    with open_input(clip.path) as source:
        possible = [_ways(track, source.streams[track.index], container) for track in tracks]
    chosen: list[Way] = [ways[0] for ways in possible]
    if not tried.passes(tracks, chosen):
        chosen = [
            next(way for way in ways if way == "left out" or tried.passes([track], [way]))
            for track, ways in zip(tracks, possible, strict=True)
        ]
        while not tried.passes(tracks, chosen):  # each alone is held, not all together
            last = max(place for place, way in enumerate(chosen) if way != "left out")
            chosen[last] = "left out"
    return tuple(Decision(track, way, _note(track, way, container)) for track, way in zip(tracks, chosen, strict=True))


def lane_for(
    way: Way, stream: Any, output: Any, span: Excerpt, container: Container, lead: int
) -> StreamHandler | None:
    """The stream handler that takes a stream its way; None where it is left out. Raises whatever libav does."""
    made: dict[Way, Callable[[], StreamHandler]] = {
        "copied": lambda: Copied(stream, output, span, lead),
        "re-encoded": lambda: Reencoded(stream, output, span, container.sound),
        "converted": lambda: Converted(stream, output, span, container.subtitle or ""),
        "a cover": lambda: Cover(stream, output),
        "attached": lambda: Attached(stream, output),
    }
    return made[way]() if way in made else None


def _ways(track: Track, stream: Any, container: Container) -> list[Way]:
    """The ways that a stream could take into the container, the best first."""
    ways: list[Way] = []
    known = stream.codec_context is not None
    if track.kind == "sound" and known:
        ways = ["copied", "re-encoded"] if track.codec in container.sounds else ["re-encoded"]
    elif track.kind == "subtitle" and known:
        ways += ["copied"] if track.codec in container.subtitles else []
        ways += ["converted"] if container.subtitle and track.codec in _TEXT else []
    elif track.kind == "picture" and track.cover and track.codec in _COVERS and container.negative:
        ways = ["a cover"]
    elif stream.type == "attachment" and container.format == "matroska":
        ways = ["attached"]
    return [*ways, "left out"]


def _note(track: Track, way: Way, container: Container) -> str | None:
    if way == "re-encoded":
        return f"{track} is re-encoded: {container.format} can't hold it as it is"
    if way != "left out":
        return None
    if track.codec == UNKNOWN:
        return f"{track} is left out: nothing here can decode it"
    return f"{track} is left out: {container.format} can't hold it"


class _Trial:
    """Writes the beginnings of streams into a film in memory."""

    def __init__(self, clip: Clip, container: Container, codec: str) -> None:
        self.clip, self.container, self.codec = clip, container, codec
        # The index of a finished MP4 is moved to its front by reading the file again, which memory has no name for.
        self.options = {key: value for key, value in container.options.items() if key != "movflags"}

    def passes(self, tracks: Sequence[Track], ways: Sequence[Way]) -> bool:
        """Whether the streams can take these ways together."""
        import av

        if all(way == "left out" for way in ways):
            return True
        file = io.BytesIO()
        try:
            with (
                open_input(self.clip.path) as source,
                av.open(file, "w", format=self.container.format, options=self.options) as output,
            ):
                noted = _Noted(output)
                self._write(source, noted, {track.index: way for track, way in zip(tracks, ways, strict=True)})
            found = _ends(file)
        except Exception:  # whatever goes wrong here would go wrong when the film is done
            return False
        return all(found.get(index, Fraction(0)) >= end - _SLACK for index, end in noted.ends.items())

    def _write(self, source: Any, output: Any, ways: dict[int, Way]) -> None:
        picture = _picture(output, self.codec)
        span = Excerpt(self.clip.origin, min(self.clip.start, Fraction(0)), None)
        made = {
            index: lane_for(way, source.streams[index], output, span, self.container, 0) for index, way in ways.items()
        }
        handlers = {index: handler for index, handler in made.items() if handler is not None}
        output.start_encoding()
        output.mux(picture)
        for packet in _beginnings(source, set(handlers)):
            handlers[packet.stream.index].take(packet)
        for handler in handlers.values():
            handler.finish()


class _Noted:
    """An output that notes where each sound ends, in seconds."""

    def __init__(self, output: Any) -> None:
        self._output = output
        self.ends: dict[int, Fraction] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._output, name)

    def mux(self, packets: list[Any]) -> None:
        for packet in packets:
            self.mux_one(packet)

    def mux_one(self, packet: Any) -> None:
        if packet.stream.type == "audio":
            self.ends[packet.stream.index] = _end(packet)
        self._output.mux_one(packet)


def _ends(file: io.BytesIO) -> dict[int, Fraction]:
    """Where each sound of a film in memory ends when it is read, in seconds."""
    import av

    file.seek(0)
    with av.open(file, "r") as made:
        return {p.stream.index: _end(p) for p in made.demux() if p.size and p.stream.type == "audio"}


def _end(packet: Any) -> Fraction:
    return Fraction(((packet.pts or 0) + (packet.duration or 0)) * packet.time_base)


def _picture(output: Any, codec: str) -> list[Any]:
    """A picture stream of the film's codec in `output`, and the packets of a few grey pictures."""
    from av import VideoFrame

    encoder = ENCODERS[codec]
    stream = output.add_stream(encoder.name, rate=25, options=dict(encoder.options))
    context = stream.codec_context
    context.width = context.height = _SIDE
    context.pix_fmt, context.thread_count = encoder.pixel_format(8, alpha=False), 1
    packets: list[Any] = []
    for number in range(3):
        frame = VideoFrame(_SIDE, _SIDE, context.pix_fmt)
        frame.pts, frame.time_base = number, Fraction(1, 25)
        packets += stream.encode(frame)
    return [*packets, *stream.encode(None)]


def _beginnings(source: Any, wanted: set[int]) -> Iterator[Any]:
    """The first packets of the wanted streams, as far as they come early in the file."""
    import av

    counts = dict.fromkeys(wanted, 0)
    read = size = 0
    try:
        for packet in source.demux():
            read, size = read + 1, size + packet.size
            index = packet.stream.index
            if packet.size and counts.get(index, _EACH) < _EACH:
                counts[index] += 1
                yield packet
            if read >= _MOST or size >= _MOST_BYTES or min(counts.values(), default=_EACH) >= _EACH:
                return
    except (av.FFmpegError, OSError):  # a source that breaks off
        return
