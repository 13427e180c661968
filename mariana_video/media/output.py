"""OUTPUT as a file: checked before the work, written under another name, put in place when complete."""

import contextlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mariana_video.errors import OutputError
from mariana_video.media.containers import ENDINGS_IN

LONGEST_NAME = 255
"""Bytes a file's name may have on the usual file systems."""

NUMBERED = re.compile(r"frame-\d+\.png")
"""A frame in an OUTPUT that is a folder."""


def frame_name(number: int) -> str:
    """The file name of a frame, counted from 1, in an OUTPUT that is a folder."""
    return f"frame-{number:06d}.png"


def check_output(path: str | Path, source: str | Path | None, overwrite: bool, needed: int = 0) -> None:
    """See that OUTPUT can be written, before hours are spent on it.

    `needed` is an estimate of its size in bytes. Raises OutputError in one line if it is the SOURCE itself
    (also through links), exists and may not be overwritten, lies in a folder that is missing or read-only, or
    if the disk has too little room.
    """
    target = real(path)
    folder = target.absolute().parent
    if os.path.islink(target):  # noqa: PTH114  # as above
        raise OutputError(f"{path} is a link that leads nowhere; give another name")
    if source is not None and would_replace(target, Path(source)):
        raise OutputError(f"{path} is the source itself; give another name for the output")
    if source is not None and _among_pictures(target, Path(source)):
        raise OutputError(f"{path} would lie among the pictures of {source} that are read; give it another folder")
    if not folder.is_dir():
        raise OutputError(f"{path} can't be written: the folder {folder} does not exist; make it first")
    if os.path.lexists(target):
        _check_replaceable(path, target, overwrite)
    elif len(os.fsencode(target.name)) > LONGEST_NAME:
        raise OutputError(f"{target.name[:40]}… is too long for a file's name; give a shorter one")
    if not _writable(folder):
        raise OutputError(f"{path} can't be written: the folder {folder} is read-only")
    check_room(path, folder, needed)


def check_room(path: str | Path, folder: Path, needed: int) -> None:
    """See that the disk of `folder` has room for what OUTPUT needs there, in bytes. Raises OutputError."""
    free = shutil.disk_usage(folder).free
    if needed > free:
        wanted, left = size_in_words(needed), size_in_words(free)
        raise OutputError(f"{path} needs about {wanted} and the disk has {left} left; free some or write elsewhere")


def check_apart(written: str | Path, read: Iterable[Path]) -> None:
    """See that a file that is written is none of those that are `read` for it. Raises OutputError."""
    for file in read:
        if would_replace(real(written), file):
            raise OutputError(f"{written} is read for the dream; give another name for what is written")


def check_written(written: Sequence[str | Path], read: Sequence[str | Path | None], overwrite: bool) -> None:
    """See that several files can be written beside each other, and that none of them is read.

    Raises OutputError as `check_output` does, and for two that are one.
    """
    for number, path in enumerate(written):
        for source in read or [None]:
            check_output(path, source, overwrite)
        for other in written[:number]:
            if _same(real(path), real(other)):
                raise OutputError(f"{path} and {other} are one file; give one of them another name")


def real(path: str | Path) -> Path:
    """Where OUTPUT truly lies: what is written to a link goes to the file or folder that it leads to."""
    place = Path(path)  # without the "/" of a folder, behind which no link is seen
    return Path(os.path.realpath(place)) if os.path.islink(place) else place  # noqa: PTH114  # false for a name too long


def hidden_name(path: Path) -> Path:
    """A temporary name beside OUTPUT, named after it and used by nobody else."""
    return path.parent / _shortened(".", path.stem, f".{secrets.token_hex(4)}{path.suffix}")


def part_name(path: Path) -> Path:
    """Where the finished beginning of a film is left: NAME.part.mp4 beside NAME.mp4."""
    return path.parent / _shortened("", path.stem, f".part{path.suffix}")


def commit(made: Path, path: Path) -> None:
    """Flush a finished file to the disk and give it its name, replacing what may be there.

    Raises OutputError if the disk refuses.
    """
    try:
        with made.open("rb") as file:
            os.fsync(file.fileno())
        made.replace(real(path))
        sync_folder(real(path).parent)
    except OSError as error:
        raise cannot_write(path, error) from error


def discard(path: Path) -> None:
    """Remove a temporary file or folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def write_failures() -> tuple[type[Exception], ...]:
    """What libav raises when it can't write."""
    import av

    return OSError, ValueError, av.FFmpegError


def cannot_write(path: str | Path, error: BaseException) -> OutputError:
    """The one line about a failed write, in the system's own words."""
    words = str(getattr(error, "strerror", None) or error).strip().rstrip(".").lower()
    if words == "no space left on device":
        words = "the disk is full; free some room or write elsewhere"
    return OutputError(f"{path} can't be written: {words}")


@contextlib.contextmanager
def naming_output(path: Path, hidden: Path) -> Iterator[None]:
    """Let errors about a temporary file or folder speak of OUTPUT, whose name a person knows."""
    try:
        yield
    except OutputError as error:
        words = str(error).split(" can't be written: ", 1)
        if len(words) == 2 and words[0].startswith(str(hidden)):
            raise OutputError(f"{path} can't be written: {words[1]}") from error
        raise


def _check_replaceable(path: str | Path, target: Path, overwrite: bool) -> None:
    if str(path).endswith(("/", os.sep)):
        if not target.is_dir():
            raise OutputError(f"{path} is a file, not a folder; give another name")
        if any(target.iterdir()) and not overwrite:
            raise OutputError(f"{path} exists and is not empty; give another name or use --overwrite")
        return
    if target.is_dir():
        raise OutputError(f"{path} is a folder; end its name in / for a folder of PNGs, or name a file")
    if not overwrite:
        raise OutputError(f"{path} exists; give another name or use --overwrite")
    if not target.exists() or not target.is_file():
        raise OutputError(f"{path} is no ordinary file and is not replaced; give another name")


def would_replace(written: Path, read: Path) -> bool:
    """Whether writing OUTPUT would replace what is read: the same file, or a frame in the folder that OUTPUT is."""
    if written.is_dir() and NUMBERED.fullmatch(read.name):
        return _same(written, read) or _same(written, read.absolute().parent)
    return _same(written, read)


def _among_pictures(target: Path, source: Path) -> bool:
    """Whether a picture would be added to a folder whose pictures are read: it would become one of them."""
    if not source.is_dir() or target.suffix.lower() not in ENDINGS_IN or target.is_dir():
        return False
    return _same(target.absolute().parent, source)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)


def _writable(folder: Path) -> bool:
    """Whether a file can be made there: tried, since permissions alone don't tell.

    On Linux with a file that has no name: one killed just then would else leave it lying there.
    """
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return False
    return True


def _shortened(before: str, stem: str, after: str) -> str:
    """before + stem + after, the stem cut so that the whole is a legal name."""
    room = LONGEST_NAME - len(os.fsencode(before + after))
    cut = os.fsencode(stem)[:room].decode("utf-8", "ignore")
    return before + cut + after


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def size_in_words(count: int) -> str:
    """So many bytes as people write them: 1.2 MB."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count = count / 1000  # type: ignore[assignment]
    return ""
