"""The frames of a film on the way: parts that are encoded for good, and the frames of open ones, kept losslessly.

A part ends with its shot, a long shot has several, and each part has an encoder of its own. So what is in a part
depends on nothing outside its shot, and a film that was broken off and continued, or whose shots were made one by one
elsewhere, is the same, bit for bit, as one made in one go.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from mariana_video.errors import OutputError
from mariana_video.job.stores.store import Film, OnNote
from mariana_video.loop.state import Finished
from mariana_video.media.files import put, sync
from mariana_video.media.output import cannot_write, naming_output, sync_folder, write_failures
from mariana_video.media.sound.soundtrack import lay_under
from mariana_video.media.write.encoding import Encoding
from mariana_video.media.write.frame_log import count, log_frame, logged_frames
from mariana_video.media.write.join import Beside, join
from mariana_video.media.write.segment import Ending, SegmentEncoder, ending

if TYPE_CHECKING:
    from av import VideoFrame

LONGEST = 250  # frames: libx264 and libx265 begin anew that often in any case
_ROOM = 400_000_000  # bytes that the frames of an open part may take


def frames_each(size: tuple[int, int], bits: int = 8) -> int:
    """How many frames a part has: fewer for large pictures, so that the open part stays small on disk."""
    each = size[0] * size[1] * 3 * (2 if bits > 8 else 1)
    return max(1, min(LONGEST, _ROOM // each))


@dataclass(frozen=True)
class Part:
    """The `positions` of a part's frames, and the `name` of its files without their endings."""

    positions: range
    name: str


def parts_of(film: Film) -> tuple[Part, ...]:
    """The parts of a film, in order: named by their numbers, or by their shots' keys where shots have some."""
    each = frames_each(film.size, film.clip.bits if film.clip else 8)
    found: list[Part] = []
    for number, shot in enumerate(film.shots):
        for first in range(shot.start, shot.stop, each):
            name = f"{film.shot_keys[number]}-{first - shot.start:06d}" if film.shot_keys else f"{len(found):06d}"
            found.append(Part(range(first, min(first + each, shot.stop)), name))
    return tuple(found)


class Segments:
    """The store of a film that is one file."""

    def __init__(self, folder: Path, output: Path, film: Film, encoding: Encoding, sound: bool) -> None:
        self._folder, self._output, self._film, self._encoding = folder, output, film, encoding
        self._clock = film.clock(encoding.time_base)
        self._clock.check(film.times, output.name)
        self._ticks = self._clock.ticks(film.times)
        self._sound = sound
        parts = parts_of(film)
        self._ranges, self._names = [part.positions for part in parts], [part.name for part in parts]
        self._begins = [positions.start for positions in self._ranges]
        self._whole = {number for number in range(len(self._ranges)) if self._ending(number) is not None}
        self._open: _Open | None = None

    def missing(self) -> Iterator[range]:
        """The runs of positions that are in no complete part and in no open one."""
        run: range | None = None
        for number, positions in enumerate(self._ranges):
            if number in self._whole:
                continue
            kept = positions.start + min(count(self._path(number, "frames"), positions.start), len(positions))
            if run is not None and run.stop == kept:
                run = range(run.start, positions.stop)
                continue
            if run:
                yield run
            run = range(kept, positions.stop)
        if run:
            yield run

    def add(self, position: int, done: Finished) -> None:
        """Keep and encode a frame. Raises OutputError if the disk refuses."""
        number = self._number(position)
        if number in self._whole:
            return
        try:
            part = self._part(number)
            if position >= part.next:
                picture = self._encoding.picture(done.rgb, done.alpha)
                part.add(position, picture, done.duration)
            if part.next == self._ranges[number].stop:
                self._complete(part)
        except write_failures() as error:
            raise cannot_write(self._output, error) from error

    def sync(self) -> None:
        """Flush the open part's frames to the disk."""
        if self._open is not None:
            self._open.sync()

    def close(self) -> None:
        """Let go of the open part; its frames stay."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def border(self, position: int) -> bool:
        """Whether a part ends with this frame."""
        return position == self._ranges[self._number(position)].stop - 1

    def files(self, positions: range) -> tuple[Path, ...]:
        """The parts that hold whole shots."""
        return tuple(
            self._path(number, "packets")
            for number in range(self._number(positions.start), self._number(positions.stop - 1) + 1)
        )

    def fits(self, made: Path, place: Path) -> bool:
        """Whether a part made elsewhere is whole, and has the ticks of the one that belongs at `place`."""
        return place.stem in self._names and self._held(made, self._names.index(place.stem)) is not None

    def assemble(self, on_note: OnNote) -> Path:
        """The film: parts joined, sound beside, read back and flushed."""
        self._complete_all()
        made = self._folder / self._output.name
        beside = Beside(self._film.clip, self._clock.zero, self._clock.end, self._sound, self._film.recipe)
        ends = self._ending(len(self._ranges) - 1)
        last = self._clock.last(self._ticks, None if ends is None else ends.length)
        silent = made if self._film.under is None else self._folder / f"silent{made.suffix}"
        with naming_output(self._output, self._folder):
            join(self._parts(), self._ticks, last, self._encoding, beside, silent, on_note, self._film.times)
            if self._film.under is not None:
                lay_under(silent, self._film.under, made)
        with made.open("rb") as file:
            sync(file)
        return made

    def _parts(self) -> list[Path]:
        return [self._path(number, "packets") for number in range(len(self._ranges))]

    def _complete_all(self) -> None:
        """Encodes parts whose frames are all there, where a run was broken off just then."""
        for number in range(len(self._ranges)):
            if number not in self._whole:
                self._complete(self._part(number))

    def _part(self, number: int) -> _Open:
        if self._open is not None and self._open.number != number:
            self.close()
        if self._open is None:
            path, positions = self._folder / self._names[number], self._ranges[number]
            self._open = _Open(number, path, self._encoding, positions, self._ticks)
        return self._open

    def _complete(self, part: _Open) -> None:
        """Encodes what is left of a part, reads it back and gives it its name; its frames are then let go."""
        part.finish()
        self._open = None
        made, path = self._path(part.number, "encoding"), self._path(part.number, "packets")
        put(made, path)
        if self._ending(part.number) is None:
            raise OutputError(f"{path} is not what was written when read back; see whether the disk is damaged")
        self._whole.add(part.number)
        self._path(part.number, "frames").unlink(missing_ok=True)

    def _ending(self, number: int) -> Ending | None:
        """What a part holds, if it is whole and holds the frames that it should."""
        return self._held(self._path(number, "packets"), number)

    def _held(self, path: Path, number: int) -> Ending | None:
        positions, found = self._ranges[number], ending(path)
        return found if found is not None and found.ticks == self._ticks[positions.start : positions.stop] else None

    def _path(self, number: int, kind: str) -> Path:
        return self._folder / f"{self._names[number]}.{kind}"

    def _number(self, position: int) -> int:
        return bisect_right(self._begins, position) - 1


class _Open:
    """A part in the making: its frames, losslessly, and its packets, as far as the encoder has given them."""

    def __init__(self, number: int, name: Path, encoding: Encoding, positions: range, ticks: tuple[int, ...]) -> None:
        self.number, self.next = number, positions.start
        self._ticks = ticks
        self._length: Fraction | None = None
        self._packets: BinaryIO = name.with_name(f"{name.name}.encoding").open("wb")
        self._encoder = SegmentEncoder(encoding, self._packets)
        path = name.with_name(f"{name.name}.frames")
        sound = 0  # bytes of the log
        for kept, end in logged_frames(path, positions.start):
            self._encode(kept.position, kept.frame, kept.length)
            sound = end
        self._frames: BinaryIO = path.open("r+b" if path.exists() else "wb")
        self._frames.truncate(sound)
        self._frames.seek(sound)
        sync_folder(path.parent)

    def add(self, position: int, frame: VideoFrame, length: Fraction | None) -> None:
        if position != self.next:
            raise ValueError(f"frame {position} came where {self.next} was due")
        log_frame(self._frames, position, self._ticks[position], frame, length)
        self._encode(position, frame, length)

    def sync(self) -> None:
        sync(self._frames)

    def finish(self) -> None:
        """Everything into the packets' file, flushed."""
        self._encoder.finish(self._length)
        sync(self._packets)
        self.close()

    def close(self) -> None:
        for file in (self._frames, self._packets):
            with contextlib.suppress(OSError):  # what a full disk did not take was told when it was written
                file.close()

    def _encode(self, position: int, frame: VideoFrame, length: Fraction | None) -> None:
        self._encoder.add(frame, self._ticks[position])
        self.next, self._length = position + 1, length
