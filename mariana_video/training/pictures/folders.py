"""Where pictures lie: a folder with one subfolder a class, and what other programs leave in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from mariana_video.errors import DataError
from mariana_video.media.containers import ENDINGS_IN

WANTED = "DATA is a folder with one subfolder of pictures a class"

# Kaggle's Animals-10 comes with Italian folder names (its own translate.py).
ITALIAN = {
    "cane": "dog",
    "cavallo": "horse",
    "elefante": "elephant",
    "farfalla": "butterfly",
    "gallina": "chicken",
    "gatto": "cat",
    "mucca": "cow",
    "pecora": "sheep",
    "ragno": "spider",
    "scoiattolo": "squirrel",
}

# What archivers, storage boxes and systems make beside people's pictures; names with a dot before them go likewise.
SYSTEM = frozenset(
    {"__macosx", "__pycache__", "@eadir", "#recycle", "#snapshot", "lost+found", "$recycle.bin", "recycler"}
    | {"system volume information"}
)


def class_folders(folder: Path) -> dict[str, Path]:
    """Class name → subfolder; Italian Animals-10 names are told by their English ones.

    Raises:
        DataError: no such folder, one that can't be read, without subfolders, or with two for one class.
    """
    try:
        if not folder.is_dir():
            raise DataError(f"{folder} is a file; {WANTED}" if folder.exists() else f"no folder at {folder}; {WANTED}")
        entries = sorted(folder.iterdir())
        found = [entry for entry in entries if not passed_over(entry.name) and entry.is_dir()]
    except OSError as error:
        raise DataError(f"{folder} can't be read: {_reason(error)}") from None
    if not found:
        raise DataError(f"{folder} has no subfolders; {WANTED}")
    italian = all(entry.name.lower() in ITALIAN for entry in found)
    classes: dict[str, Path] = {}
    for entry in found:
        name = ITALIAN[entry.name.lower()] if italian else printable(entry.name)
        if name in classes:
            raise DataError(f"{classes[name]} and {entry} are both class {name!r}; put their pictures into one folder")
        if folder.resolve().is_relative_to(entry.resolve()):
            raise DataError(f"{entry} leads back to {folder} itself, which is no class; remove it")
        classes[name] = entry
    return classes


def picture_files(folder: Path) -> tuple[list[Path], list[str]]:
    """Files with a picture's ending below `folder`, sorted, and a line for each that can't be reached.

    Links to files are followed, links to further folders are not, so that no ring is walked round.
    """
    missed: list[str] = []
    files = []
    for path in _walked(folder, missed):
        if path.suffix.lower() not in ENDINGS_IN:
            continue
        if path.is_file():
            files.append(path)
        elif path.is_symlink() and not path.is_dir():
            missed.append(f"{path} (a link that leads nowhere)")
    return sorted(files), sorted(missed)


def passed_over(name: str) -> bool:
    """Whether a file or folder is a hidden one, or one of a system's own."""
    return name.startswith(".") or name.lower() in SYSTEM


def printable(name: str) -> str:
    """A file's name as text that any file can hold; bytes that are no text become `\\xff`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _walked(folder: Path, missed: list[str]) -> Iterator[Path]:
    def failed(error: OSError) -> None:
        missed.append(f"{error.filename} (a folder that can't be read: {_reason(error)})")

    for paths, folders, names in os.walk(folder, onerror=failed):
        folders[:] = [name for name in folders if not passed_over(name)]
        yield from (Path(paths, name) for name in names if not passed_over(name))


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
