"""A current picture of a job at work."""

from __future__ import annotations

import time
from pathlib import Path

from mariana_video.errors import UsageError
from mariana_video.job.beside_output import is_claimed
from mariana_video.loop.state import Finished
from mariana_video.media.output import check_output
from mariana_video.media.stills.pictures import ENDINGS_OUT, write_picture
from mariana_video.recipe.job import Output

_SHARE = 0.01  # of the time at the most goes into it
_LEAST = 2.0  # seconds between two


def check_preview(folder: Path, output: str, source: Path | None, storage: Output) -> None:
    """See that --preview can be a picture and replaces nobody's file: one of the same job's may be renewed."""
    preview = storage.preview
    if preview is None:
        return
    if preview.suffix.lower() not in ENDINGS_OUT:
        raise UsageError(f"--preview {preview} has no ending of a picture; these work: {', '.join(ENDINGS_OUT)}")
    if preview.absolute() == Path(output).absolute():
        raise UsageError(f"--preview {preview} is OUTPUT itself; give the preview another name")
    check_output(preview, source, storage.overwrite or is_claimed(folder, preview))


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
