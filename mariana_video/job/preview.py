"""A current picture of a job at work."""

from __future__ import annotations

import time
from pathlib import Path

from mariana_video.loop.state import Finished
from mariana_video.media.stills.pictures import write_picture

_SHARE = 0.01  # of the time at the most goes into it
_LEAST = 2.0  # seconds between two


class Preview:
    """Keeps a file's picture current; `path` None: no file."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._next = 0.0

    def show(self, done: Finished) -> None:
        """Writes the picture if it is time for a new one. Raises OutputError."""
        began = time.monotonic()
        if self._path is None or began < self._next:
            return
        write_picture(self._path, done.rgb, done.alpha)
        took = time.monotonic() - began
        self._next = began + max(_LEAST, took / _SHARE)
