"""Files that only grow, record by record, each with its checksum: what was written before a crash is read after it."""

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

_HEAD = struct.Struct("<4sIQI")  # magic, length of the head, length of the body, checksum of both
_MAGIC = b"MREC"
_LONGEST_HEAD = 1 << 20


@dataclass(frozen=True)
class Record:
    """What stands in a record: `head`, plain values, and `body`, bytes; the record ends at byte `end` of its file."""

    head: dict[str, Any]
    body: bytes
    end: int


def append(file: BinaryIO, head: Mapping[str, Any], body: bytes = b"") -> None:
    """Add a record and hand it to the system. Raises OSError if the disk refuses."""
    words = json.dumps(head, separators=(",", ":")).encode()
    file.write(_HEAD.pack(_MAGIC, len(words), len(body), zlib.crc32(body, zlib.crc32(words))))
    file.write(words)
    file.write(body)
    file.flush()


def records(path: Path) -> Iterator[Record]:
    """The sound records from the file's beginning on: the first one that is torn or damaged ends them.

    A file that is missing has none.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    size = path.stat().st_size
    with file:
        while (record := _read(file, size)) is not None:
            yield record


def _read(file: BinaryIO, size: int) -> Record | None:
    opening = file.read(_HEAD.size)
    if len(opening) < _HEAD.size:
        return None
    magic, words, body, checksum = _HEAD.unpack(opening)
    end = file.tell() + words + body
    if magic != _MAGIC or words > _LONGEST_HEAD or end > size:
        return None
    head, rest = file.read(words), file.read(body)
    if zlib.crc32(rest, zlib.crc32(head)) != checksum:
        return None
    return Record(json.loads(head), rest, end)
