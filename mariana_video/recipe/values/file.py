"""A file that a work reads beside its source: weights, a mask, a sound."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from mariana_video.errors import UsageError

if TYPE_CHECKING or sys.platform != "win32":
    from pathlib import PosixPath as _Path
else:
    from pathlib import WindowsPath as _Path

_CHUNK = 1 << 22
_SHOWN = 60  # characters of a value that are quoted


class RecipeFile(_Path):
    """What a recipe is read from: the name of a look, a text or a result."""

    @classmethod
    def of(cls, value: Any) -> Self:
        """One by what was written: `./abyss` is a file, `abyss` may be a look. Raises UsageError where nothing is."""
        if not isinstance(value, str | Path) or not str(value).strip():
            raise UsageError(f"{repr(value)[:_SHOWN]} names no recipe; give a look's name, a text or a result")
        path = cls(value)
        return path if path.name != str(path) or str(value) == str(path) else cls(path.absolute())


class InputFile(_Path):
    """The path of a file that is read. What it holds is what counts: it may lie elsewhere when a job goes on."""

    @classmethod
    def of(cls, value: Any) -> Self:
        """A file by its path. Raises UsageError on anything that is no path."""
        if isinstance(value, str | Path) and str(value):
            return cls(value)
        shown = " ".join(repr(value).split())
        raise UsageError(f"{shown[:_SHOWN]} is no path; give that of a file")

    def check_there(self, option: str) -> None:
        """See that it is there, a file, not empty and to be read. Raises UsageError that names the option."""
        try:
            empty = self.stat().st_size == 0
            told = "is a folder" if self.is_dir() else "is empty" if empty and self.is_file() else ""
            if not told:
                self.open("rb").close()
        except FileNotFoundError:
            told = "does not exist"
        except (OSError, ValueError) as error:
            told = f"can't be opened: {(getattr(error, 'strerror', None) or str(error)).lower()}"
        if told:
            raise UsageError(f"--{option.replace('_', '-')} {self} {told}; give the path of a file")

    def checksum(self) -> str:
        """SHA-256 of what it holds. Raises OSError."""
        found = hashlib.sha256()
        with self.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                found.update(chunk)
        return found.hexdigest()
