"""Frames into a film: exact times, true colours, sound and everything else that the source brought along.

Colours: libav's encoders convert RGB by BT.601 and leave the result untagged, whatever the tags say; so each
frame is converted here with the matrix and range that the film is then tagged with (`colour.from_rgb`).
"""

import contextlib
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from mariana_video.errors import MarianaError, OutputError, UsageError

from .clip import Clip
from .colour import Floats
from .containers import ANIMATIONS
from .encoding import Encoding, Notes, film_zero
from .libav import address, open_input
from .output import cannot_write, commit, discard, hidden_name, part_name
from .tracks import Tracks


class FrameWriter(Protocol):
    """What every kind of OUTPUT offers: a context manager that takes frames in order of time."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def write(self, rgb: Floats, pts: Fraction, alpha: Floats | None = None, duration: Fraction | None = None) -> None:
        """Add a frame: float32 H×W×3 in 0…1, its time on the source's own clock, alpha H×W or None."""
        ...

    def keep_part(self) -> Path:
        """Ask that, if the work now breaks off, what is finished stays; gives the name it will have."""
        ...


def open_writer(path: str | Path, clip: Clip | None, **options: Any) -> FrameWriter:
    """The writer for OUTPUT's ending: a film, an animation, or a folder of PNGs for a name that ends in "/".

    Options as for `Writer` (films and folders alike), `loop` for animations. Raises UsageError for an ending
    that says no kind of film.
    """
    name = str(path)
    if name.endswith("/") or Path(path).is_dir():
        from .folders import FolderWriter

        return FolderWriter(path, clip, **_without(options, "codec", "crf", "sound", "threads", "loop"))
    if Path(path).suffix.lower() in ANIMATIONS:
        from .animation import AnimationWriter

        return AnimationWriter(path, clip, **_without(options, "codec", "crf", "sound"))
    return Writer(path, clip, **_without(options, "loop"))


class Writer:
    """Writes a film beside OUTPUT's name and gives it that name when it is complete and verified.

    `clip` is the source whose sound, tags and clock the film takes over (None: a film of its own, clock at 0);
    `size` (width, height) and `rate` those of the frames to come. `start` and `duration` say which span of the
    source is being written, in seconds from its first picture: the film's clock then begins with its first
    frame. `codec` h264, hevc, prores, ffv1, vp9 or None for the container's own; `crf` the quality of those
    that have one; `threads` the encoder's (0: as it likes). `notes` is told in a sentence what can't be kept.

    Leaving the `with` block normally finishes, reads back and renames; leaving it by an exception removes the
    half-made file, unless `keep_part` was called. Raises UsageError for a codec that the container can't hold
    and OutputError where writing fails.
    """

    def __init__(
        self,
        path: str | Path,
        clip: Clip | None,
        *,
        size: tuple[int, int],
        rate: Fraction | None = None,
        codec: str | None = None,
        crf: int = 18,
        sound: bool = True,
        start: Fraction | None = None,
        duration: Fraction | None = None,
        threads: int = 0,
        notes: Notes | None = None,
    ) -> None:
        self.path = Path(path)
        self.clip, self.size, self.sound = clip, size, sound
        self.rate = Fraction(rate if rate is not None else clip.rate if clip else 25)
        self.start, self.duration = start, duration
        self.notes = notes or (lambda _: None)
        self.encoding = Encoding(
            self.path, clip, size=size, rate=self.rate, codec=codec, crf=crf, threads=threads, notes=self.notes
        )
        self.time_base = self.encoding.time_base
        self.made = hidden_name(self.path)
        self.part: Path | None = None
        self.frames = 0
        self._output: Any = None
        self._stream: Any = None
        self._tracks: Tracks | None = None
        self._held: tuple[Any, int] | None = None
        self._zero = Fraction(0)
        self._last = Fraction(0)
        self._last_length: Fraction | None = None
        self._lengths: dict[int, int] = {}
        self._longest = 1 / self.rate

    def __enter__(self) -> Self:
        self.encoding.tell_what_is_lost()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish(self.path, partial=False)
            elif self.part is not None and self.frames:
                self._finish(self.part, partial=True)
        finally:
            with contextlib.suppress(*write_failures()):  # after a failed write closing fails as well
                self._close()
            discard(self.made)

    def write(self, rgb: Floats, pts: Fraction, alpha: Floats | None = None, duration: Fraction | None = None) -> None:
        """Add a frame: float32 H×W×3 in 0…1 of the writer's size, its time on the source's own clock, alpha.

        `duration` is how long it is shown, if the source says so; it counts for the last frame only. Raises
        OutputError if the disk refuses.
        """
        if rgb.shape[:2] != (self.size[1], self.size[0]):
            raise UsageError(f"a frame of {rgb.shape[1]}×{rgb.shape[0]} for a film of {self.size[0]}×{self.size[1]}")
        try:
            if self._output is None:
                self._open(pts)
            self._place(self.encoding.picture(rgb, alpha), pts - self._zero)
        except write_failures() as error:
            raise cannot_write(self.path, error) from error
        self._last, self._last_length = pts - self._zero, duration
        self.frames += 1

    def keep_part(self) -> Path:
        """Ask that, if the work now breaks off, what is finished stays; gives the name it will have."""
        self.part = part_name(self.path)
        return self.part

    def _open(self, first: Fraction) -> None:
        """Open the file and all its streams; the film's clock begins at `first` if only a span is written."""
        import av

        self._zero = film_zero(first, self.clip, self.start, self.duration)
        container = self.encoding.container
        self._output = av.open(address(self.made), "w", format=container.format, options=self.encoding.muxing())
        self._stream = self.encoding.stream(self._output)
        if self.clip is not None and self.clip.kind == "video":
            end = None
            if self.duration is not None:
                end = self.clip.start + (self.start or 0) + self.duration - self._zero
            self._tracks = Tracks(
                self.clip, self._output, container, self._zero, first - self._zero, end, self.sound, self.notes
            )
        self._output.start_encoding()

    def _place(self, picture: Any, pts: Fraction) -> None:
        """Encode the frame before this one, whose length is known now, and hold this one back."""
        tick = round(pts / self.time_base)
        if self._held is not None:
            before, at = self._held
            tick = max(tick, at + 1)
            self._longest = max(self._longest, (tick - at) * self.time_base)
            self._encode(before, at, tick - at)
        self._held = (picture, tick)

    def _encode(self, picture: Any, tick: int, length: int) -> None:
        picture.pts, picture.time_base, picture.duration = tick, self.time_base, length
        picture.pict_type = 0
        self._lengths[tick] = length
        self._mux(self._stream.encode(picture))

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            if packet.pts in self._lengths:
                packet.duration = self._lengths.pop(packet.pts)
            if self._tracks is not None and packet.dts is not None:
                self._tracks.advance(packet.dts * packet.time_base)
            self._output.mux_one(packet)

    def _finish(self, name: Path, partial: bool) -> None:
        """Flush everything, close, read back and rename."""
        if self.frames == 0 or self._held is None:
            raise OutputError(f"{self.path} is not written: not one frame came")
        length = self._final_length(partial)
        try:
            picture, tick = self._held
            self._encode(picture, tick, max(1, round(length / self.time_base)))
            self._mux(with_order(self._stream.encode(None), self.frames))
            if self._tracks is not None:
                self._tracks.finish(tick * self.time_base + length if partial else None)
            self._close()
        except write_failures() as error:
            raise cannot_write(self.path, error) from error
        verify(self.made, self.frames, self.path)
        commit(self.made, name)

    def _final_length(self, partial: bool) -> Fraction:
        """How long the last frame is shown: as told, else to the source's end if that is believable."""
        if self._last_length is not None:
            return self._last_length
        end = self.clip.end if self.clip is not None and not partial else None
        if end is not None and self.duration is not None and self.clip is not None:
            end = min(end, self.clip.start + (self.start or 0) + self.duration)
        left = end - self._zero - self._last if end is not None else Fraction(0)
        return left if 0 < left <= 2 * self._longest else 1 / self.rate

    def _close(self) -> None:
        output, self._output = self._output, None
        tracks, self._tracks = self._tracks, None
        try:
            if output is not None:
                output.close()
        finally:
            if tracks is not None:
                tracks.close()


def write_failures() -> tuple[type[Exception], ...]:
    """What libav raises when it can't write."""
    import av

    return OSError, ValueError, av.FFmpegError


def with_order(packets: list[Any], frames: int) -> list[Any]:
    """The packets an encoder gives at its end, with times of decoding that can be trusted.

    x265 leaves them uninitialised where a film has fewer frames than it looks ahead; such films come out of the
    encoder in one go, and so can be counted anew.
    """
    if len(packets) == frames:
        shown = sorted(packet.pts for packet in packets)
        delay = max(0, *(due - packet.pts for due, packet in zip(shown, packets, strict=True)), 0)
        for due, packet in zip(shown, packets, strict=True):
            packet.dts = due - delay
    return packets


def verify(made: Path, frames: int, path: Path) -> None:
    """Read a finished file back. Raises OutputError unless it holds that many pictures."""
    try:
        with open_input(made) as container:
            stream = container.streams.video[0]
            found = sum(1 for packet in container.demux(stream) if packet.size)
    except MarianaError as error:
        raise OutputError(f"{path} came out unreadable; see whether the disk is full or damaged") from error
    if found != frames:
        raise OutputError(f"{path} holds {found} of {frames} frames when read back; see whether the disk is full")


def _without(options: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in options.items() if key not in names}
