"""Where a job lies, and how what it made gets OUTPUT's name."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from pathlib import Path

from mariana_video.errors import OutputError
from mariana_video.job.beside_output import mark_of
from mariana_video.media.files import write_whole
from mariana_video.media.output import LONGEST_NAME, NUMBERED, cannot_write, commit, discard, real, sync_folder

CONDITIONS = "job.toml"
_ENDING = ".mariana"
_FINISHED = "finished.json"
_OURS = re.compile(
    r"\..*|lock|job\.toml|finished\.json|so-far\.json|preview\.txt|frames|state-.*\.safetensors|silent\..*|"
    r"\d{6}\.(packets|frames|encoding)"
)
"""What a job has in its folder, besides the film itself."""


def folder_for(output: str | Path) -> Path:
    """OUTPUT.mariana beside OUTPUT, by OUTPUT's full name, so that no two jobs share one.

    (OUTPUT.part is what browsers call a download.) Where OUTPUT is a link, the folder lies beside what it leads to.
    """
    output = real(output)
    name = output.name + _ENDING
    if len(os.fsencode(name)) > LONGEST_NAME:
        mark = f".{hashlib.sha256(os.fsencode(output.name)).hexdigest()[:8]}{_ENDING}"
        name = os.fsencode(output.name)[: LONGEST_NAME - len(mark)].decode("utf-8", "ignore") + mark
    return output.absolute().parent / name


def check_own(folder: Path, output: str) -> None:
    """See that what bears the name of a job's folder is one. Raises OutputError for somebody's own file or folder."""
    if not os.path.lexists(folder) or (folder / CONDITIONS).is_file():
        return
    try:
        own = folder.is_dir() and all(_is_own(path, output) for path in folder.iterdir())
    except OSError as error:
        raise cannot_write(output, error) from error
    if not own:
        raise OutputError(
            f"{folder} is in the way: the job's work would lie there; rename it, or give another name than {output}"
        )


def clear(folder: Path, output: str) -> None:
    """Removes what a job has in its folder, its conditions last; the lock stays, and whatever is not the job's."""
    for path in sorted(folder.iterdir(), key=lambda path: path.name == CONDITIONS):
        if path.name != "lock" and _is_own(path, output):
            discard(path)


def _is_own(path: Path, output: str) -> bool:
    return path.name == real(output).name or _OURS.fullmatch(path.name) is not None


def in_place(made: Path, output: str, folder: Path) -> None:
    """Gives what was made (a flushed file or folder inside the job's `folder`) OUTPUT's name. Raises OutputError."""
    try:
        write_whole(folder / _FINISHED, json.dumps(mark_of(made)).encode())
        if made.is_dir():
            _folder_in_place(made, real(output))
    except OSError as error:
        raise cannot_write(output, error) from error
    if made.is_file():
        commit(made, Path(output))


def is_finished(output: str) -> bool:
    """Whether OUTPUT is there as a job made it, and only the job's clearing up was broken off."""
    with contextlib.suppress(OSError, ValueError):
        return bool(json.loads((folder_for(output) / _FINISHED).read_text()) == mark_of(Path(output)))
    return False


def _folder_in_place(made: Path, output: Path) -> None:
    """Renames a folder of numbered pictures; into one that is there, the pictures are moved one by one.

    Numbered pictures of an earlier, longer film are removed from it; nothing else in it is touched.
    """
    if not output.exists():
        made.rename(output)
    else:
        names = {file.name for file in made.iterdir()}
        for name in sorted(names):
            (made / name).replace(output / name)
        for old in output.iterdir():
            if NUMBERED.fullmatch(old.name) and old.name not in names:
                old.unlink()
        sync_folder(output)
    sync_folder(output.absolute().parent)
