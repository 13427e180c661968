"""What people do with the program, in a word each."""

from __future__ import annotations

from collections.abc import Callable

from tests.torture.table import TABLE

Mariana = Callable[..., tuple[int, str]]
CHAPTER = "People's files"


def came(done: str, result: str, times: int = 1) -> None:
    TABLE.add(CHAPTER, done, result, times)


def film(mariana: Mariana, source: object, output: str, *more: object) -> str:
    """Makes a film without dreaming; what was said."""
    code, said = mariana("video", source, output, "--steps", 0, *more)
    assert code == 0, said
    return said


def refused(mariana: Mariana, *words: object) -> str:
    """The one line with which a command is refused before any work."""
    code, said = mariana(*words, "--quiet")
    assert code in (1, 2)
    (line,) = said.splitlines()
    assert line.startswith("mariana: ")
    return line


def _bomb() -> bytes:
    import struct
    import zlib

    head = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + bytes(64)
