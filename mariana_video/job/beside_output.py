"""What a job leaves beside OUTPUT for a person to look at, and what of it may be replaced or removed again.

A note in the job's folder knows the file or folder by its mark, so a stranger's of the same name is left alone.
"""

from __future__ import annotations

import contextlib
import json
import os
from itertools import chain, count
from pathlib import Path

from mariana_video.media.files import write_whole
from mariana_video.media.output import discard, frame_name

_NOTE = "so-far.json"
_PREVIEW = "preview.txt"


def mark_of(path: Path) -> list[int]:
    """What tells a file or folder from any other, and stays when it is renamed. Raises OSError."""
    state = path.stat()
    return [state.st_ino] if path.is_dir() else [state.st_ino, state.st_size, state.st_mtime_ns]


def name_for(folder: Path, wanted: Path) -> Path:
    """The name for what is finished so far: what an earlier look left is replaced, a stranger's is stepped round."""
    ours = _left(folder)
    if ours is not None:
        return ours
    names = chain([wanted], (wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}") for number in count(2)))
    return next(path for path in names if not os.path.lexists(path))


def note(folder: Path, path: Path) -> None:
    """Remember that the job made `path`. Raises OSError."""
    write_whole(folder / _NOTE, json.dumps([str(path.absolute()), *mark_of(path)]).encode())


def take_away(folder: Path) -> None:
    """Removes what the job left to look at, if it is there as it was left; of a folder, the pictures that are ours."""
    ours = _left(folder)
    if ours is None:
        return
    if ours.is_file():
        discard(ours)
        return
    with contextlib.suppress(OSError):
        for number in count(1):
            (ours / frame_name(number)).unlink()
    with contextlib.suppress(OSError):  # whatever else lies in it is not ours
        ours.rmdir()


def claim_preview(folder: Path, preview: Path) -> None:
    """Remember that `preview` is this job's to renew. Raises OSError."""
    write_whole(folder / _PREVIEW, str(preview.absolute()).encode(errors="surrogateescape"))


def is_claimed(folder: Path, preview: Path) -> bool:
    """Whether an earlier run of the job made `preview`."""
    with contextlib.suppress(OSError):
        return (folder / _PREVIEW).read_bytes() == str(preview.absolute()).encode(errors="surrogateescape")
    return False


def _left(folder: Path) -> Path | None:
    with contextlib.suppress(OSError, ValueError, IndexError, TypeError):
        name, *mark = json.loads((folder / _NOTE).read_text())
        if mark_of(Path(name)) == mark:
            return Path(name)
    return None
