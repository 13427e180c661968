"""How much a visitor may bring, make and keep; told before he does."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path

from mariana_video.errors import OutputError, SourceError
from mariana_video.studio.folders import Visitor, bytes_in, remove, visitors

UPLOAD = 1 << 30
"""Bytes of a film or a picture."""

RECIPE = 1 << 28
"""Bytes of a result that is dropped for its look."""

LONGEST = 30 * 60
"""Seconds of a film."""

PIXELS = 40_000_000
"""Of a picture, or of a film's frame."""

QUOTA = 4 << 30
"""Bytes that a visitor's files take, all together."""

WAITING = 6
"""Works of one visitor that wait or run."""

KEPT = 14 * 24 * 3600
"""Seconds after which the files of somebody who did not come again are removed."""

HEAD = 200
"""Bytes by which a file is known."""

COMING = "coming-"
"""How the names of files begin that are being sent."""

_HOUR = 3600.0  # seconds between two times of clearing up
_STALE = 3600.0  # seconds without a byte, after which a file that was being sent will not come any more
_FREE = 1 << 30  # bytes of the disk that are left alone

_ENDINGS = {
    b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg", b"GIF8": ".gif", b"II*\0": ".tif", b"MM\0*": ".tif",
    b"\x1a\x45\xdf\xa3": ".mkv", b"BM": ".bmp", b"OggS": ".ogv", b"FLV\x01": ".flv", b"\0\0\x01\xba": ".mpg",
    b"\0\0\x01\xb3": ".mpg", b"\x30\x26\xb2\x75": ".wmv",
}  # fmt: skip
_PICTURES = (b"heic", b"heix", b"mif1", b"msf1", b"avif")


def kind_of(head: bytes, name: str) -> str:
    """The ending under which a file is kept, by its first bytes, never by its name alone.

    Raises SourceError for all that is no film and no picture: texts, pages and lists are not even looked at.
    """
    for mark, ending in _ENDINGS.items():
        if head.startswith(mark):
            return ending
    if head[:4] == b"RIFF":
        return ".webp" if head[8:12] == b"WEBP" else ".avi"
    if head[4:8] == b"ftyp" and head[8:12] in _PICTURES:
        return ".avif" if head[8:12] == b"avif" else ".heic"
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        return ".mp4"
    if head[:1] == b"\x47" and head[188:189] == b"\x47":
        return ".ts"
    raise SourceError(f"{name or 'the file'} is no film and no picture that is known here; .mp4, .mov, .jpg, .png do")


def ending_of(file: Path) -> str:
    """The ending of a result that is brought for its look: what is no film and no picture is read as a text."""
    with file.open("rb") as opened:
        try:
            return kind_of(opened.read(HEAD), "")
        except SourceError:
            return ".toml"


def in_words(size: float) -> str:
    """A number of bytes as people say it."""
    return f"{size / (1 << 30):.3g} GB" if size >= 1 << 29 else f"{size / (1 << 20):.3g} MB"


TOLD = f"Films up to {in_words(UPLOAD)} and {LONGEST // 60} minutes, pictures up to {PIXELS // 1_000_000} megapixels."
"""What is said beside the place for uploads."""


def check_size(size: int, most: int) -> None:
    """Refuses a file that is too large (SourceError)."""
    if size > most:
        raise SourceError(f"the file has {in_words(size)}; {in_words(most)} are the most")


def check_seen(kind: str, size: tuple[int, int], seconds: float | None) -> None:
    """Refuses what is too long or too large, once it was looked at (SourceError)."""
    if size[0] * size[1] > PIXELS:
        raise SourceError(f"it has {size[0]}×{size[1]} pixels; {PIXELS // 1_000_000} megapixels are the most")
    if kind == "film" and seconds is not None and seconds > LONGEST:
        raise SourceError(f"it takes {seconds / 60:.0f} minutes; {LONGEST // 60} are the most: cut out a part of it")


def check_room(visitor: Visitor, more: int = 0) -> None:
    """Refuses to let a visitor take more of the disk than is his share, or than is free (OutputError)."""
    taken = bytes_in(visitor.folder) + more
    if taken > QUOTA:
        raise OutputError(f"your files here take {in_words(taken)}, and {in_words(QUOTA)} are the most: remove a work")
    check_free(visitor.made(), more)


def check_free(folder: Path, more: int) -> None:
    """Refuses what the disk has no room for (OutputError)."""
    if shutil.disk_usage(folder).free - more < _FREE:
        raise OutputError("this machine's disk is nearly full: remove a work, or ask whoever looks after it")


def clear_up(root: Path, busy: Collection[Visitor] = ()) -> None:
    """Removes what visitors left who did not come again, but for those who are `busy`, and uploads broken off."""
    for visitor in visitors(root):
        if visitor not in busy and visitor.gone_for() > KEPT:
            remove(visitor.folder)
        for file in visitor.folder.glob(f"{COMING}*"):
            if time.time() - file.stat().st_mtime > _STALE:
                remove(file)


def keep_clear(root: Path, busy: Callable[[], Collection[Visitor]], closed: threading.Event) -> None:
    """Clears up now and every hour, until it is `closed`."""
    clear_up(root, busy())
    while not closed.wait(_HOUR):
        clear_up(root, busy())
