"""Files that stand whole or not at all, also after the power failed."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import BinaryIO

from mariana_video.media.output import sync_folder


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file under another name, flushes it to the disk and gives it its name. Raises OSError."""
    made = path.with_name(f".{path.name}.new")
    try:
        with made.open("wb") as file:
            file.write(content)
            sync(file)
        put(made, path)
    except OSError:
        with contextlib.suppress(OSError):
            made.unlink(missing_ok=True)
        raise


def sync(file: BinaryIO) -> None:
    """Flushes what was written so far to the disk."""
    file.flush()
    os.fsync(file.fileno())


def put(made: Path, path: Path) -> None:
    """Gives a flushed file its name, for good."""
    made.replace(path)
    sync_folder(path.parent)
