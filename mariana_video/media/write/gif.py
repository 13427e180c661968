"""How each frame of a GIF is taken away again (GIF89a specification), put right."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mariana_video.errors import OutputError

_EXTENSION, _IMAGE, _CONTROL = 0x21, 0x2C, 0xF9
_DISPOSAL, _CLEARED, _TRANSPARENT = 0b000_111_00, 0b000_010_00, 0b1
_INDEX = 3  # bytes from a frame's flags to the number of its transparent colour


def clear_each(path: Path) -> None:
    """Make every frame of a GIF begin on a clear canvas. Each has to be a whole picture in the colours of the file.

    ffmpeg lets an opaque frame lie, and it would be seen through the holes of the next. Clearing is to the background's
    colour for some readers, unless the frame has a transparent colour: so all have the one of those that need it.
    Raises OutputError if the file is damaged.
    """
    with path.open("r+b") as file:
        places = list(_controls(file))
        frames = {place: _read(file, place) for place in places}
        clear = next((control[_INDEX] for control in frames.values() if control[0] & _TRANSPARENT), None)
        for place, control in frames.items():
            control[0] = control[0] & ~_DISPOSAL | _CLEARED
            if clear is not None:
                control[0] |= _TRANSPARENT
                control[_INDEX] = clear
            file.seek(place)
            file.write(control)


def _read(file: BinaryIO, place: int) -> bytearray:
    file.seek(place)
    return bytearray(file.read(_INDEX + 1))


def _controls(file: BinaryIO) -> Iterator[int]:
    """The places of the frames' flags: the first byte in each graphic control extension."""
    file.seek(10)
    file.seek(13 + _table(_byte(file)))
    while (kind := _byte(file)) in {_EXTENSION, _IMAGE}:
        if kind == _EXTENSION:
            if _byte(file) == _CONTROL:
                yield file.tell() + 1
        else:
            file.seek(8, 1)
            flags = _byte(file)
            file.seek(_table(flags) + 1, 1)
        while size := _byte(file):
            file.seek(size, 1)


def _table(flags: int) -> int:
    """Bytes of the colour table that the flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _byte(file: BinaryIO) -> int:
    found = file.read(1)
    if not found:
        raise OutputError("the end of the GIF is missing; see whether the disk is full or damaged")
    return found[0]
