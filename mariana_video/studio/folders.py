"""Where a visitor's files lie: in a folder that only the secret in his browser leads to."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from mariana_video.errors import OutputError, UsageError

T = TypeVar("T")
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_ID = re.compile(r"[0-9a-f]{12}")
_SEEN = re.compile(  # all that a visitor may ask for by name
    r"(?:preview|strip|work/[0-9a-f]{12}(?:/looks)?)/[a-z0-9]{1,24}\.(?:jpg|png|mp4|gif|webp|toml)"
)
_OTHER = re.compile(r"\W+")
_LONGEST = 60  # letters of a name that a visitor gave


def home() -> Path:
    """The folder of all visitors, by the habits of the system."""
    base = os.environ.get("XDG_DATA_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    return (Path(base) if base else Path.home() / ".local" / "share") / "mariana" / "studio"


def new_secret() -> str:
    """A secret of 256 bits for a browser to keep."""
    return secrets.token_urlsafe(32)


def is_secret(text: str) -> bool:
    """Whether a text has the form of a secret."""
    return _SECRET.fullmatch(text) is not None


def new_id() -> str:
    """The name of a work or a wall, that nobody guesses."""
    return secrets.token_hex(6)


@dataclass(frozen=True)
class Visitor:
    """A visitor's `folder`. Its name tells nothing of his secret."""

    folder: Path

    @classmethod
    def of(cls, root: Path, secret: str) -> Visitor:
        """The visitor who holds a secret. Raises UsageError for what is none."""
        if not is_secret(secret):
            raise UsageError("this browser is not known; load the page again")
        return cls(root / hashlib.sha256(secret.encode()).hexdigest()[:32])

    def made(self, *parts: str) -> Path:
        """A folder of his, made if need be."""
        folder = self.folder.joinpath(*parts)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def came(self) -> None:
        """Notes that he was here, so that his files are not cleared away. Who brought nothing yet has no folder."""
        if self.folder.is_dir():
            os.utime(self.folder)

    def gone_for(self) -> float:
        """Seconds since he was here."""
        return time.time() - self.folder.stat().st_mtime

    def seen(self, name: str) -> Path | None:
        """A file of his that he may see by its name; None for any other word, whatever it is."""
        if not _SEEN.fullmatch(name):
            return None
        path = self.folder / name
        return path if path.is_file() and path.resolve().is_relative_to(self.folder.resolve()) else None

    def works(self) -> list[str]:
        """The names of his works."""
        folder = self.folder / "work"
        return sorted(one.name for one in folder.iterdir() if is_id(one.name)) if folder.is_dir() else []


def is_id(text: str) -> bool:
    """Whether a text has the form of a work's name."""
    return _ID.fullmatch(text) is not None


def visitors(root: Path) -> Iterator[Visitor]:
    """All visitors."""
    if root.is_dir():
        yield from (Visitor(one) for one in sorted(root.iterdir()) if re.fullmatch(r"[0-9a-f]{32}", one.name))


def bytes_in(folder: Path) -> int:
    """How much lies in a folder."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(where, name)).st_size  # noqa: PTH118 (thousands of files, often)
            except OSError:  # gone meanwhile
                continue
    return total


def remove(path: Path) -> None:
    """Removes a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Writes a file that stands whole or not at all. Raises OutputError where there is no room."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    except OSError as error:
        remove(new)
        raise OutputError(f"it can't be kept here: {(error.strerror or 'the disk is full').lower()}") from None


def write_json(path: Path, value: object) -> None:
    """The same of plain values. Raises OutputError."""
    write_text(path, json.dumps(value))


def read_json(path: Path, default: T) -> T:
    """What `write_json` wrote; `default` where nothing is, or something of another kind."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return default
    return value if isinstance(value, type(default)) else default


def plain_name(given: str) -> str:
    """What a visitor calls his file, without its ending, as any system and any command line takes it."""
    name = given.replace("\\", "/").rpartition("/")[2]
    return _OTHER.sub("-", name.rpartition(".")[0] or name).strip("-_")[:_LONGEST] or "film"
