"""What is handed out, as those who hand it out and those who do it see it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_CHUNK = 1 << 22


class Unlike(Exception):
    """A worker would give other bits than the command's machine; the text says by what."""


@dataclass(frozen=True)
class Item:
    """What one worker makes as a whole: its name, what it is expected to cost, and how many `steps` it tells of."""

    name: str
    weight: float
    steps: int


@dataclass(frozen=True)
class Entry:
    """A file by its name, its size in bytes and its SHA-256."""

    name: str
    size: int
    checksum: str


@dataclass(frozen=True)
class Sent:
    """A file that every worker needs, or the files of a folder: where they lie on the command's machine."""

    path: Path
    folder: bool
    entries: tuple[Entry, ...]

    @property
    def checksum(self) -> str:
        """What knows it again, wherever it lies."""
        told = "\n".join(f"{entry.name}\0{entry.size}\0{entry.checksum}" for entry in self.entries)
        return hashlib.sha256(f"{self.folder}\n{told}".encode(errors="surrogateescape")).hexdigest()

    def file(self, entry: Entry, place: Path | None = None) -> Path:
        """Where one of its files lies, here or below another `place` of it."""
        own = self.path if place is None else place
        return own / entry.name if self.folder else own


@dataclass(frozen=True)
class Given:
    """What a worker gives: files, by their names below `base`."""

    base: Path
    names: tuple[str, ...]


class Maker(Protocol):
    """What makes items, once it has all that it needs."""

    def probe(self, folder: Path) -> None:
        """Sees that this machine gives the bits of the command's; writes in `folder`. Raises Unlike."""
        ...

    def make(self, item: str, folder: Path, on_step: Callable[[], None]) -> Given:
        """Makes an item in a folder of its own, goes on where it was broken off there. Raises MarianaError."""
        ...


class Errand(Protocol):
    """All that workers need to know. It goes to them through Ray, so it is made of plain things."""

    @property
    def token(self) -> str:
        """What tells it from any other: two that are alike make the same."""
        ...

    @property
    def sent(self) -> tuple[Sent, ...]:
        """The files that it needs."""
        ...

    @property
    def preview(self) -> str:
        """The ending of a picture that shows how far a worker is; "" where none is wanted."""
        ...

    def maker(self, places: Mapping[Path, Path], folder: Path) -> Maker:
        """What makes its items; `places` says where here each sent path lies. Raises MarianaError, Unlike."""
        ...


def sent(path: Path, files: list[Path]) -> Sent:
    """A file, or such files of a folder, to be sent. Raises OSError."""
    return Sent(path, path.is_dir(), tuple(Entry(file.name, file.stat().st_size, checksum(file)) for file in files))


def checksum(path: Path) -> str:
    """SHA-256 of a file. Raises OSError."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()
