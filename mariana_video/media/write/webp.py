"""The frame durations in an animated WebP file (WebP container specification), read and put right."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_LONGEST = (1 << 24) - 1
_ANIMATED, _EXIF, _ALPHA = 0x02, 0x08, 0x10


def put_right(path: Path, milliseconds: int, size: tuple[int, int], plays: int, alpha: bool) -> None:
    """Make a WebP file last as long as it should, by the duration of its last frame.

    The encoder is never told how long its last frame is shown, and guesses. Of a film that never changes it makes
    a still picture: that becomes an animation of one frame, `size` (width, height), played `plays` times (0: for ever).
    With `alpha` what no frame covers is marked as transparent: the encoder crops frames to what is seen, and forgets to
    say so.
    """
    with path.open("r+b") as file:
        frames = list(_durations(file))
        if not frames:
            _animate(file, milliseconds, size, plays)
            return
        if alpha:
            _mark(file, _ALPHA)
        place, own = frames[-1]
        length = milliseconds - sum(duration for _, duration in frames) + own
        file.seek(place)
        file.write(min(max(length, 0), _LONGEST).to_bytes(3, "little"))


def add_exif(path: Path, exif: bytes) -> None:
    """Put EXIF data behind the frames of an animated WebP file."""
    with path.open("r+b") as file:
        _mark(file, _EXIF)
        file.seek(0, 2)
        file.write(_chunk(b"EXIF", exif))
        size = file.tell() - 8
        file.seek(4)
        file.write(size.to_bytes(4, "little"))


def length(path: Path) -> int:
    """The milliseconds that an animated WebP file lasts; 0 for a still one."""
    with path.open("rb") as file:
        return sum(duration for _, duration in _durations(file))


def _mark(file: BinaryIO, flag: int) -> None:
    """Set a flag in the extended header."""
    for kind, at, _ in list(_chunks(file)):
        if kind == b"VP8X":
            file.seek(at)
            flags = file.read(1)[0]
            file.seek(at)
            file.write(bytes([flags | flag]))


def _durations(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """(place in the file, milliseconds) of each frame's duration: 24 bits at byte 12 of an ANMF chunk."""
    for kind, at, _ in _chunks(file):
        if kind == b"ANMF":
            file.seek(at + 12)
            yield at + 12, int.from_bytes(file.read(3), "little")


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """(name, place of the content, its size) of the chunks inside the RIFF."""
    at = 12
    while True:
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return
        size = int.from_bytes(head[4:], "little")
        yield head[:4], at + 8, size
        at += 8 + size + size % 2


def _animate(file: BinaryIO, milliseconds: int, size: tuple[int, int], plays: int) -> None:
    """Turn a still file into an animation of one frame."""
    picture = b""
    for kind, at, count in list(_chunks(file)):
        if kind in {b"VP8 ", b"VP8L", b"ALPH"}:
            file.seek(at)
            picture += _chunk(kind, file.read(count))
    sides = b"".join((side - 1).to_bytes(3, "little") for side in size)
    flags = _ANIMATED | (0 if picture.startswith(b"VP8 ") else _ALPHA)
    duration = min(max(milliseconds, 0), _LONGEST).to_bytes(3, "little")
    body = b"".join(
        (
            _chunk(b"VP8X", bytes([flags, 0, 0, 0]) + sides),
            _chunk(b"ANIM", bytes(4) + min(plays, 65535).to_bytes(2, "little")),
            _chunk(b"ANMF", bytes(6) + sides + duration + b"\0" + picture),
        )
    )
    file.seek(0)
    file.truncate()
    file.write(_chunk(b"RIFF", b"WEBP" + body))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return kind + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)
