"""Libraries that talk to the screen, past the program."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2


@contextmanager
def hushed() -> Iterator[None]:
    """Nothing reaches the screen's stderr meanwhile: libtiff prints its complaints about damaged files there itself.

    For moments only, since what other threads say is lost too.
    """
    if sys.stderr is None:  # closed when the program began: nobody hears, and its number may be another file's by now
        yield
        return
    kept = os.dup(_STDERR)
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 (a device, not a path)
            os.dup2(nowhere.fileno(), _STDERR)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)


@contextmanager
def unwarned(library: str) -> Iterator[None]:
    """No warning is shown meanwhile, and what `library` logs goes to whoever asked for logs, not to the screen."""
    log, nowhere = logging.getLogger(library), logging.NullHandler()
    log.addHandler(nowhere)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.removeHandler(nowhere)
