"""Where a job lies, and how what it made gets OUTPUT's name."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

from mariana_video.film.files import write_whole
from mariana_video.media.output import LONGEST_NAME, cannot_write, commit, sync_folder

_FINISHED = "finished.json"


def folder_for(output: str | Path) -> Path:
    """OUTPUT.part beside OUTPUT, by OUTPUT's full name, so that no two jobs share one."""
    output = Path(output)
    name = output.name + ".part"
    if len(os.fsencode(name)) > LONGEST_NAME:
        mark = f".{hashlib.sha256(os.fsencode(output.name)).hexdigest()[:8]}.part"
        name = os.fsencode(output.name)[: LONGEST_NAME - len(mark)].decode("utf-8", "ignore") + mark
    return output.absolute().parent / name


def in_place(made: Path, output: str, folder: Path) -> None:
    """Gives what was made (a flushed file or folder inside the job's `folder`) OUTPUT's name. Raises OutputError."""
    try:
        write_whole(folder / _FINISHED, json.dumps(_mark(made)).encode())
        if made.is_dir():
            _folder_in_place(made, Path(output))
    except OSError as error:
        raise cannot_write(output, error) from error
    if made.is_file():
        commit(made, Path(output))


def stands(output: str) -> bool:
    """Whether OUTPUT is there as a job made it, and only the job's clearing up was broken off."""
    with contextlib.suppress(OSError, ValueError):
        return bool(json.loads((folder_for(output) / _FINISHED).read_text()) == _mark(Path(output)))
    return False


def _mark(path: Path) -> list[int]:
    """What tells a file or folder from any other, and stays when it is renamed."""
    state = path.stat()
    return [state.st_ino, state.st_size, state.st_mtime_ns]


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
        for old in output.glob("frame-[0-9]*.png"):
            if old.name not in names and old.stem.removeprefix("frame-").isdigit():
                old.unlink()
        sync_folder(output)
    sync_folder(output.absolute().parent)
