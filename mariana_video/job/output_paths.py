"""Where a job lies, and how what it made gets OUTPUT's name."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from mariana_video.errors import OutputError, UsageError
from mariana_video.job.beside_output import mark_of
from mariana_video.media.comments import RECIPE
from mariana_video.media.files import write_whole
from mariana_video.media.output import LONGEST_NAME, NUMBERED, cannot_write, commit, discard, real, sync_folder
from mariana_video.recipe.toml import Sections, read_text
from mariana_video.recipe.travel.text import MARK

CONDITIONS = "job.toml"
_ENDING = ".mariana"
FINISHED = "finished.json"
_OURS = re.compile(
    r"\..*|lock|job\.toml|finished\.json|so-far\.json|preview\.txt|frames|state-.*\.safetensors|silent\..*|"
    r"([0-9a-f]{32}-)?\d{6}\.(packets|frames|encoding)|held\.json|part\.json|recipe\.toml"
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


def clear(folder: Path, output: str, staying: Collection[Path] = ()) -> None:
    """Removes what a job has in its folder, its conditions last.

    The lock stays, whatever is not the job's, and what is `staying`, with the folders around it.
    """
    if not folder.is_dir():  # somebody has taken it away
        return
    kept = {folder / "lock", *staying, *(around for path in staying for around in path.parents)}
    for path in sorted(folder.iterdir(), key=lambda path: path.name == CONDITIONS):
        if path not in kept and _is_own(path, output):
            discard(path)
        elif path in kept and path.is_dir():
            for inner in path.iterdir():
                if inner not in kept:
                    discard(inner)


def holds_work(folder: Path) -> bool:
    """Whether anything but the lock lies in a job's folder."""
    return any(path.name != "lock" for path in folder.iterdir())


def _is_own(path: Path, output: str) -> bool:
    return path.name == real(output).name or _OURS.fullmatch(path.name) is not None


def in_place(made: Path, output: str, folder: Path, keeping: bool = False) -> None:
    """Gives what was made (a flushed file or folder inside the job's `folder`) OUTPUT's name. Raises OutputError.

    With `keeping`, it is noted that the job's parts outlive this, and that they may replace OUTPUT later.
    """
    try:
        # Whatever of the two stands when a run is killed just here is known as the job's own.
        marks = [mark_of(made), *([mark_of(Path(output))] if is_finished(output) else [])]
        _note_finished(folder, marks, keeping)
        if made.is_dir():
            _folder_in_place(made, real(output))
    except OSError as error:
        raise cannot_write(output, error) from error
    if made.is_file():
        commit(made, Path(output))
    if keeping:  # a folder that was there before has its own mark
        try:
            _note_finished(folder, [mark_of(Path(output))], keeping, Path(output))
        except OSError as error:
            raise cannot_write(output, error) from error


def _note_finished(folder: Path, marks: list[list[int]], keeping: bool, pictures: Path | None = None) -> None:
    noted = {"marks": marks, "keeping": keeping, "pictures": {} if pictures is None else _pictures(pictures)}
    write_whole(folder / FINISHED, json.dumps(noted).encode())


def _pictures(folder: Path) -> dict[str, list[int]]:
    """The marks of a folder's numbered pictures: one that somebody has changed or taken away is told from them."""
    if not folder.is_dir():
        return {}
    return {path.name: mark_of(path) for path in folder.iterdir() if NUMBERED.fullmatch(path.name)}


def note_recipe(folder: Path, text: str | None) -> None:
    """Keeps the recipe that is to travel with OUTPUT in the job's folder; None removes it. Raises OSError."""
    if text is None:
        (folder / RECIPE).unlink(missing_ok=True)
    else:
        write_whole(folder / RECIPE, text.encode())


def read_recipe(folder: Path) -> str | None:
    """The recipe that is to travel with OUTPUT; None where there is none."""
    with contextlib.suppress(OSError, ValueError):
        return (folder / RECIPE).read_text("utf-8")
    return None


def is_finished(output: str) -> bool:
    """Whether OUTPUT is there as a job made it, and only the job's clearing up was broken off."""
    return bool(_finished(output))


def read_conditions(folder: Path) -> Sections:
    """What the job was begun with; empty where none was. Raises OutputError where it can't be read."""
    try:
        return read_text((folder / CONDITIONS).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, UsageError) as error:
        raise OutputError(f"{folder / CONDITIONS} can't be read; --restart begins the film anew") from error


def keeps_parts(output: str) -> bool:
    """Whether OUTPUT stands as a job made it by a list of shots, whose parts are kept to be used again."""
    noted = _finished(output)
    return bool(noted.get("keeping")) and noted.get("pictures", {}) == _pictures(Path(output))


def _finished(output: str) -> dict[str, Any]:
    """What was noted when OUTPUT got its name; nothing where another file stands there now."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        noted: dict[str, Any] = json.loads((folder_for(output) / FINISHED).read_text())
        return noted if mark_of(Path(output)) in noted["marks"] else {}
    return {}


def replaceable(output: str, overwrite: bool, shots: Path | None) -> bool:
    """Whether OUTPUT may be replaced: where it is to be, or where it was made by a list of `shots` and is again."""
    return overwrite or (shots is not None and keeps_parts(output))


def _folder_in_place(made: Path, output: Path) -> None:
    """Renames a folder of numbered pictures; into one that is there, the pictures are moved one by one.

    Numbered pictures of an earlier, longer film and its recipe are removed from it; nothing else in it is touched.
    """
    if not output.exists():
        made.rename(output)
    else:
        names = {file.name for file in made.iterdir()}
        for name in sorted(names):
            if name != RECIPE or not (output / name).exists() or is_recipe(output / name):
                (made / name).replace(output / name)
        for old in output.iterdir():
            if old.name not in names and (NUMBERED.fullmatch(old.name) or is_recipe(old)):
                old.unlink()
        sync_folder(output)
    sync_folder(output.absolute().parent)


def is_recipe(path: Path) -> bool:
    """Whether a file is the recipe that a folder of pictures carries."""
    if path.name != RECIPE or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MARK)) == MARK.encode()
