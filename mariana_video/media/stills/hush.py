"""Libraries that talk to the screen, past the program."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2
_one_at_a_time = threading.RLock()
_allowed: list[bool] = []


@contextmanager
def allowed() -> Iterator[None]:
    """Lets `hushed` act meanwhile: for the command, whose process this is. A host's stderr is its own."""
    _allowed.append(True)
    try:
        yield
    finally:
        _allowed.pop()


@contextmanager
def hushed() -> Iterator[None]:
    """Nothing reaches the screen's stderr meanwhile: libtiff prints its complaints about damaged files there itself.

    For moments only, since what other threads say is lost too; and only where the process is the command's own.
    """
    if not _allowed:
        yield
        return
    with _one_at_a_time:  # two would take each other's nothing for the screen, and leave it there
        kept = None if sys.stderr is None else _taken()
        try:
            yield
        finally:
            if kept is not None:
                os.dup2(kept, _STDERR)
                os.close(kept)


def _taken() -> int | None:
    """Leads stderr nowhere, and gives a copy of where it led; None where it is closed, so that nobody hears anyway."""
    try:
        kept = os.dup(_STDERR)
    except OSError:
        return None
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 (a device, not a path)
        os.dup2(nowhere.fileno(), _STDERR)
    return kept


@contextmanager
def unlogged(library: str) -> Iterator[None]:
    """What `library` logs meanwhile goes to whoever asked for logs, not to the screen."""
    log, nowhere = logging.getLogger(library), logging.NullHandler()
    log.addHandler(nowhere)
    try:
        yield
    finally:
        log.removeHandler(nowhere)
