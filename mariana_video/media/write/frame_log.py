"""Finished frames kept losslessly, exactly as the encoder gets them, until the part of the film that they are in is
encoded."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mariana_video.media.records import Record, append, records

if TYPE_CHECKING:
    from av import VideoFrame


@dataclass(frozen=True)
class Spooled:
    """A frame from the log: its position in the film, when it is shown (on the film's clock), libav's frame, and how
    long it is shown, if known."""

    position: int
    tick: int
    frame: "VideoFrame"
    length: Fraction | None


def log_frame(file: Any, position: int, tick: int, frame: "VideoFrame", length: Fraction | None) -> None:
    """Add a frame at the end of an open log. Raises OSError if the disk refuses."""
    head = {
        "position": position,
        "tick": tick,
        "size": [frame.width, frame.height],
        "format": frame.format.name,
        "codes": [int(code) for code in (frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc)],
        "length": None if length is None else str(length),
    }
    append(file, head, b"".join(rows.tobytes() for rows in (_rows(plane, frame.format) for plane in frame.planes)))


def logged_frames(path: Path, first: int) -> Iterator[tuple[Spooled, int]]:
    """The sound frames of a log that begins with position `first`, each with the byte at which its record ends."""
    for expected, record in enumerate(records(path), first):
        if record.head.get("position") != expected:
            return
        yield Spooled(expected, record.head["tick"], _frame(record), _length(record)), record.end


def count(path: Path, first: int) -> int:
    """How many sound frames a log holds that begins with position `first`."""
    number = 0
    for record in records(path):
        if record.head.get("position") != first + number:
            break
        number += 1
    return number


def _length(record: Record) -> Fraction | None:
    text = record.head["length"]
    return None if text is None else Fraction(text)


def _frame(record: Record) -> "VideoFrame":
    from av import VideoFrame

    width, height = record.head["size"]
    frame: VideoFrame = VideoFrame(width, height, record.head["format"])
    at = 0
    for plane in frame.planes:
        rows = _rows(plane, frame.format)
        size = rows.size
        rows[:] = np.frombuffer(record.body, np.uint8, size, at).reshape(rows.shape)
        at += size
    frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc = record.head["codes"]
    return frame


def _rows(plane: Any, kind: Any) -> Any:
    """A plane's bytes, row by row, without what libav leaves free at the end of each."""
    wide = -(-kind.components[0].bits // 8) if kind.is_planar else kind.padded_bits_per_pixel // 8
    lines = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return lines[:, : plane.width * wide]
