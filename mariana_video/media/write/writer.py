"""Frames into a film: exact times, true colours, sound and everything else that the source brought along.

Colours: libav's encoders convert RGB by BT.601 and leave the result untagged, whatever the tags say; so each
frame is converted here with the matrix and range that the film is then tagged with (`colour.from_rgb`).
"""

import contextlib
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from mariana_video.errors import OutputError, UsageError
from mariana_video.media.clip import Clip
from mariana_video.media.clock import Clock
from mariana_video.media.colour import Floats
from mariana_video.media.output import cannot_write, commit, discard, hidden_name, naming_output, write_failures
from mariana_video.media.write.encoding import Encoding, Notes
from mariana_video.media.write.join import Beside, join
from mariana_video.media.write.segment import SegmentEncoder

_PACKETS = "frames.packets"


class Writer:
    """Writes a film beside OUTPUT's name and gives it that name when it is complete and verified.

    `clip` is the source whose sound, tags and clock the film takes over (None: a film of its own, clock at 0);
    `size` (width, height) and `rate` those of the frames to come. `start` and `duration` say which span of the
    source is being written, in seconds from its first picture: the film's clock then begins with its first
    frame. `codec` h264, hevc, prores, ffv1, vp9 or None for the container's own; `crf` the quality of those
    that have one; `threads` the encoder's (0: as it likes). `notes` is told in a sentence what can't be kept.

    Leaving the `with` block normally finishes, reads back and renames; leaving it by an exception removes the
    half-made file. Raises UsageError for a codec that the container can't hold
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
        self.folder = hidden_name(self.path)
        self.frames = 0
        self._clock: Clock | None = None
        self._ticks: list[int] = []
        self._times: list[Fraction] = []
        self._length: Fraction | None = None
        self._file: BinaryIO | None = None
        self._encoder: SegmentEncoder | None = None

    def __enter__(self) -> Self:
        self.encoding.tell_what_is_lost(self.sound)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._close()
            discard(self.folder)

    def write(self, rgb: Floats, pts: Fraction, alpha: Floats | None = None, duration: Fraction | None = None) -> None:
        """Add a frame: float32 H×W×3 in 0…1 of the writer's size, its time on the source's own clock, alpha.

        `duration` is how long it is shown, if the source says so; it counts for the last frame only. Raises
        OutputError if the disk refuses.
        """
        if rgb.shape[:2] != (self.size[1], self.size[0]):
            raise UsageError(f"a frame of {rgb.shape[1]}×{rgb.shape[0]} for a film of {self.size[0]}×{self.size[1]}")
        try:
            encoder, clock = self._opened(pts)
            tick = clock.tick(pts, self._ticks[-1] if self._ticks else None)
            encoder.add(self.encoding.picture(rgb, alpha), tick)
        except write_failures() as error:
            raise cannot_write(self.path, error) from error
        self._ticks.append(tick)
        self._times.append(pts)
        self._length = duration
        self.frames += 1

    def _opened(self, first: Fraction) -> tuple[SegmentEncoder, Clock]:
        """The encoder and the film's clock, begun with the first frame."""
        if self._encoder is None or self._clock is None:
            self.folder.mkdir()
            self._file = (self.folder / _PACKETS).open("wb")
            self._encoder = SegmentEncoder(self.encoding, self._file)
            base = self.encoding.time_base
            self._clock = Clock(self.clip, first, self.rate, base, self.start, self.duration)
        return self._encoder, self._clock

    def _finish(self) -> None:
        """Encode what is left, join it with what lies beside, read back and rename."""
        if self._encoder is None or self._clock is None or not self._ticks:
            raise OutputError(f"{self.path} is not written: no frame came")
        made, ticks = self.folder / self.path.name, tuple(self._ticks)
        last = self._clock.last(ticks, self._length)
        try:
            self._encoder.finish(self._length)
            self._close()
        except write_failures() as error:
            raise cannot_write(self.path, error) from error
        beside = Beside(self.clip, self._clock.zero, self._clock.end, self.sound)
        with naming_output(self.path, self.folder):
            join([self.folder / _PACKETS], ticks, last, self.encoding, beside, made, self.notes, self._times)
        commit(made, self.path)

    def _close(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):  # what a full disk did not take was told when it was written
                self._file.close()
