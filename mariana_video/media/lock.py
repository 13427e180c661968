"""One job, one process: a lock in the job's folder that the system itself takes back when its holder dies."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from mariana_video.errors import OutputError
from mariana_video.media.output import cannot_write

NAME = "lock"


@contextmanager
def locked(folder: Path, output: str) -> Iterator[None]:
    """Makes `folder` if need be and holds its lock; on leaving, a folder that holds nothing else is removed.

    Raises OutputError if another process holds the lock.
    """
    file = _open(folder, output)
    try:
        yield
    finally:
        if sys.platform == "win32":  # there, an open file can't be removed
            file.close()
            _remove_empty(folder)
        else:  # removed while it is held, so that nobody takes a lock that is about to vanish
            _remove_empty(folder)
            file.close()


def _open(folder: Path, output: str) -> BinaryIO:
    """The lock file, locked. A holder may remove the folder at any time: then the next try makes it again."""
    while True:
        try:
            folder.mkdir(exist_ok=True)
            file = (folder / NAME).open("a+b")
        except FileNotFoundError as error:
            if folder.parent.is_dir():
                continue
            raise cannot_write(output, error) from error
        except OSError as error:
            raise cannot_write(output, error) from error
        try:
            _lock(file)
        except OSError:
            who = _holder(file)
            file.close()
            raise OutputError(f"{output} is being made by another run{who}; wait for it, or stop it first") from None
        if _still_there(file, folder / NAME):
            file.truncate(0)
            file.write(str(os.getpid()).encode())
            file.flush()
            return file
        file.close()


def _lock(file: BinaryIO) -> None:
    """Raises OSError where it is held elsewhere."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(1 << 30)  # a byte that nobody reads, so that the holder's number stays readable
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _holder(file: BinaryIO) -> str:
    with contextlib.suppress(OSError, ValueError):
        file.seek(0)
        return f" (process {int(file.read(20))})"
    return ""


def _still_there(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


def _remove_empty(folder: Path) -> None:
    """Removes the lock and its folder where nothing else is in it."""
    with contextlib.suppress(OSError):
        if {entry.name for entry in folder.iterdir()} <= {NAME}:
            (folder / NAME).unlink(missing_ok=True)
            folder.rmdir()
