"""Files through Ray's object store, in pieces: a node gets each once, whoever of its workers asks first."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mariana_video.farm.errand import Entry, Sent, checksum

if TYPE_CHECKING:
    from ray import ObjectRef

FILES = "files"
"""Where in a user's folder what was sent lies."""

_PIECE = 1 << 25  # bytes


@dataclass(frozen=True)
class Pieces:
    """A file on its way: what it is, and its bytes piece by piece."""

    entry: Entry
    refs: Sequence[ObjectRef]


def put(path: Path, name: str) -> Pieces:
    """Puts a file into the object store. Raises OSError."""
    import ray

    refs, size, found = [], 0, hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
            size += len(piece)
            refs.append(ray.put(piece))
    return Pieces(Entry(name, size, found.hexdigest()), refs)


def fetch(pieces: Pieces, path: Path) -> None:
    """Writes a file of what is in the object store; it has its name when it is whole. Raises OSError."""
    import ray

    path.parent.mkdir(parents=True, exist_ok=True)
    made, found = path.with_name(f".{path.name}.new"), hashlib.sha256()
    try:
        with made.open("wb") as file:
            for ref in pieces.refs:
                piece: bytes = ray.get(ref)
                found.update(piece)
                file.write(piece)
        if found.hexdigest() != pieces.entry.checksum:
            raise OSError(f"{path.name} did not come over whole")
        made.replace(path)
    finally:
        with contextlib.suppress(OSError):
            made.unlink(missing_ok=True)


def place_of(sent: Sent, folder: Path, pieces: Mapping[str, Sequence[Pieces]]) -> Path | None:
    """Where what was sent lies on this machine; None where it isn't here and no `pieces` of it are at hand.

    The command's own path does, where the same lies there; else a copy in `folder`, which all workers of a node share.
    Raises OSError.
    """
    if _is_same(sent, sent.path):
        return sent.path
    copy = folder / sent.checksum / sent.path.name
    with _alone(folder, sent.checksum):
        whole = copy.with_name(".whole")
        if whole.exists():
            os.utime(copy.parent)  # it is still of use
            return copy
        if sent.checksum not in pieces:
            return None
        for one in pieces[sent.checksum]:
            fetch(one, sent.file(one.entry, copy))
        whole.touch()
        return copy


def _is_same(sent: Sent, place: Path) -> bool:
    """Whether the very files lie at a place."""
    try:
        files = [(sent.file(entry, place), entry) for entry in sent.entries]
        if any(not path.is_file() or path.stat().st_size != entry.size for path, entry in files):
            return False
        return all(checksum(path) == entry.checksum for path, entry in files)
    except OSError:
        return False


@contextmanager
def _alone(folder: Path, name: str) -> Iterator[None]:
    """One worker of a node at a time."""
    import fcntl  # which Windows lacks; there, all but farms works

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def own_folder() -> Path:
    """Where this user's workers on this machine keep what they need. Raises OSError."""
    import tempfile

    place = Path(tempfile.gettempdir()) / f"mariana-farm-{os.getuid()}"
    place.mkdir(mode=0o700, exist_ok=True)
    if place.lstat().st_uid != os.getuid():
        raise OSError(f"{place} belongs to somebody else")
    return place
