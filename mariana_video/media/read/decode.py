"""From packets to decoded frames with exact times: seeking, damage, deinterlacing."""

import contextlib
import heapq
import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mariana_video.errors import SourceError
from mariana_video.media.clip import Clip
from mariana_video.media.joined import Joints
from mariana_video.media.libav import open_input, reason

if TYPE_CHECKING:
    from av import Packet, VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

_NO_TIMES = 0x80  # libav's AVFMT_NOTIMESTAMPS: raw streams

THREADS = 2
"""Decoder threads: decoding is a small part of the work, and the dreamer uses the cores."""

MOST_WAITING = 50
"""Frames without a time that are held until one with a time comes."""


@dataclass
class Damage:
    """What went wrong while decoding: packets that gave no picture, and libav's last words about it."""

    failed: int = 0
    words: str = ""

    def add(self, error: BaseException) -> None:
        """Count one failure."""
        self.failed += 1
        self.words = reason(error)


@dataclass(frozen=True)
class Timed:
    """A decoded frame of libav's with its exact time and (where known) duration on the clip's own clock."""

    frame: "VideoFrame"
    pts: Fraction
    duration: Fraction | None


def timed_frames(clip: Clip, begin: Fraction | None, damage: Damage) -> Iterator[Timed]:
    """Every frame of a video from the key frame before `begin` (the clip's own clock) on, in order of display.

    Frames before `begin` come along: whoever reads drops them. Interlaced clips come deinterlaced, one frame
    for each frame. Closes the file when the iterator is closed.
    """
    if begin is not None and begin > clip.start and not clip.shifts:  # a time may stand in a joined file twice
        frames = _frames_from(clip, begin, damage)
        first = next(frames, None)
        if first is not None and first.pts <= begin:
            yield first
            yield from frames
            return
        frames.close()  # the index was wrong: read from the start
        damage.failed = 0
    yield from _frames_from(clip, None, damage)


def _frames_from(clip: Clip, begin: Fraction | None, damage: Damage) -> Generator[Timed]:
    with open_input(clip.path) as container:
        stream: Any = container.streams[clip.stream]
        if begin is not None:
            _seek(container, clip, begin)
        frames = decoded_frames(container, stream, damage, clip.shifts)
        clock = _Clock(clip)
        for frame in _deinterlaced(frames, stream) if clip.interlaced else frames:
            yield clock.time(frame)


def decoded_frames(
    container: "InputContainer", stream: Any, damage: Damage, shifts: tuple[Fraction, ...] = ()
) -> Iterator["VideoFrame"]:
    """The stream's frames as libav decodes them; packets that can't be decoded are counted and passed over.

    `shifts` are those of the parts of a joined file (see `joined`).
    """
    packets: Iterator[Packet[Any]] = _packets(container, stream, damage)
    if shifts:
        packets = Joints(shifts).moved(packets)
    decoded = _in_turn if container.format.name == "avi" else _decoded
    frames = decoded(packets, stream, damage)
    return frames if container.format.flags & _NO_TIMES else _filled_in(frames, stream)


def _filled_in(frames: Iterator["VideoFrame"], stream: Any) -> Iterator["VideoFrame"]:
    """Give times to frames at the beginning that have none, counted back from the first that has one.

    (libav's Matroska reader gives none to what lies before 0.)
    """
    waiting: list[VideoFrame] = []
    for frame in frames:
        if frame.pts is None and len(waiting) < MOST_WAITING:
            waiting.append(frame)
            continue
        ticks = 1 / (stream.average_rate or 25) / (frame.time_base or stream.time_base)
        for back, earlier in enumerate(reversed(waiting), 1):
            earlier.pts = None if frame.pts is None else frame.pts - round(back * ticks)
        yield from waiting
        yield frame
        yield from frames
        return
    yield from waiting


def _in_turn(packets: Iterator["Packet[Any]"], stream: Any, damage: Damage) -> Iterator["VideoFrame"]:
    """The frames of an AVI, which has no times of display: libav guesses them, and guesses wrong for B-frames.

    Its frames are shown in turn as they were stored in turn, so the n-th frame out of the decoder has the n-th time.
    """
    waiting: list[int] = []

    def noted() -> Iterator["Packet[Any]"]:
        for packet in packets:
            if packet.dts is None or not packet.size:
                yield packet
                continue
            heapq.heappush(waiting, packet.dts)
            failed = damage.failed
            yield packet
            if damage.failed > failed and packet.dts in waiting:  # no frame will come of it
                waiting.remove(packet.dts)
                heapq.heapify(waiting)
            if len(waiting) > MOST_WAITING:  # nor of one that was passed over silently
                heapq.heappop(waiting)

    for frame in _decoded(noted(), stream, damage):
        frame.pts = heapq.heappop(waiting) if waiting else None
        yield frame


def _decoded(packets: Iterator["Packet[Any]"], stream: Any, damage: Damage) -> Iterator["VideoFrame"]:
    import av

    decoder = _decoder(stream)
    last: VideoFrame | None = None
    for packet in packets:
        if packet.size == 0 and last is not None and (packet.pts is not None or packet.dts is not None):
            last.pts = packet.pts  # an empty packet repeats a picture (Theora); libav would take it for the end
            yield last
            continue
        try:
            frames = decoder.decode(packet)
        except (av.FFmpegError, ValueError) as error:
            if not isinstance(error, av.EOFError):
                damage.add(error)
            continue
        for frame in frames:
            last = frame
            yield frame


def hides_alpha(stream: "VideoStream") -> bool:
    """Whether libav's own decoder would leave out this stream's transparency (VP8 and VP9 in WebM)."""
    return stream.codec.name in {"vp8", "vp9"} and stream.metadata.get("alpha_mode") == "1"


def _decoder(stream: "VideoStream") -> Any:
    from av import CodecContext

    if not hides_alpha(stream):
        stream.thread_type = "AUTO"
        # Theora's empty packets repeat the picture before them, which must have come out by then.
        stream.thread_count = 1 if stream.codec.name == "theora" else THREADS
        return stream.codec_context
    decoder = CodecContext.create("libvpx-vp9" if stream.codec.name == "vp9" else "libvpx", "r")
    decoder.extradata = stream.codec_context.extradata
    decoder.thread_count = THREADS
    return decoder


def _packets(container: "InputContainer", stream: "VideoStream", damage: Damage) -> Iterator["Packet[Any]"]:
    """The stream's packets; a file that breaks off ends the sequence with the flushing packet it owes."""
    import av

    packets = container.demux(stream)
    while True:
        try:
            yield next(packets)
        except StopIteration:
            return
        except (av.FFmpegError, OSError) as error:
            damage.add(error)
            flush = av.Packet()
            flush.stream, flush.time_base = stream, stream.time_base  # type: ignore[assignment]
            yield flush
            return


def _seek(container: "InputContainer", clip: Clip, begin: Fraction) -> None:
    """Go to the key frame before `begin`; formats that can't seek are read from the start."""
    import av

    if container.format.flags & _NO_TIMES:
        return
    target = math.floor((begin + clip.origin) / clip.time_base)
    try:
        container.seek(target, backward=True, stream=container.streams[clip.stream])
    except (av.FFmpegError, ValueError, OverflowError):
        with contextlib.suppress(av.FFmpegError):
            container.seek(0)


class _Clock:
    """Exact, strictly rising times on the clip's own clock.

    A container with a coarse clock (1 ms in Matroska) rounds the times of a constant rate; where a time lies
    within one tick of the rate's grid it is put back onto it, so that 24000/1001 stays 24000/1001.
    """

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        self.period = 1 / clip.rate
        self.last: Fraction | None = None
        ticks = self.period / clip.time_base
        self.grid = not clip.varied and ticks.denominator != 1 and ticks > 4

    def time(self, frame: "VideoFrame") -> Timed:
        base = frame.time_base or self.clip.time_base
        length = frame.duration * base if frame.duration else None
        if frame.pts is None:
            pts = self.clip.start if self.last is None else self.last + self.period
        else:
            pts = self._snapped(frame.pts * base - self.clip.origin)
        if self.last is not None and pts <= self.last:
            pts = self.last + min(self.period, length or self.period)
        self.last = pts
        if length is not None and self.grid and abs(length - self.period) <= 2 * self.clip.time_base:
            length = self.period
        return Timed(frame, pts, length)

    def _snapped(self, pts: Fraction) -> Fraction:
        if not self.grid:
            return pts
        near = self.clip.start + round((pts - self.clip.start) * self.clip.rate) * self.period
        return near if abs(near - pts) <= self.clip.time_base else pts


def _deinterlaced(frames: Iterator["VideoFrame"], stream: "VideoStream") -> Iterator["VideoFrame"]:
    """bwdif, one frame out for each frame in; only frames marked as interlaced are touched."""
    import av

    graph: Any = None
    shape = None
    for frame in frames:
        if graph is None or shape != (frame.width, frame.height, frame.format.name):
            if graph is not None:
                yield from _drained(graph)
            shape = (frame.width, frame.height, frame.format.name)
            graph = _bwdif(frame, stream.time_base or Fraction(1, 1000))
        try:
            graph.push(frame)
        except av.FFmpegError as error:
            raise SourceError(f"it can't be deinterlaced: {reason(error)}") from error
        yield from _ready(graph)
    if graph is not None:
        yield from _drained(graph)


def _bwdif(frame: "VideoFrame", time_base: Fraction) -> Any:
    from av.filter import Graph

    graph = Graph()
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=time_base)
    middle = graph.add("bwdif", "mode=send_frame:parity=auto:deint=interlaced")
    graph.link_nodes(source, middle, graph.add("buffersink")).configure()
    return graph


def _drained(graph: Any) -> Iterator["VideoFrame"]:
    graph.push(None)
    yield from _ready(graph)


def _ready(graph: Any) -> Iterator["VideoFrame"]:
    import av

    while True:
        try:
            yield graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
