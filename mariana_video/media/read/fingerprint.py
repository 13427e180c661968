"""What knows a source again, whatever it is called, read in a moment however long the film is."""

import hashlib
from pathlib import Path

from mariana_video.media.stills.pictures import picture_files

_PART = 1 << 20  # bytes at each end of a file that are looked at


def fingerprint(source: Path) -> str:
    """SHA-256 of a file's size, beginning and end; of a folder that of its pictures in order. Raises OSError."""
    found = hashlib.sha256()
    for path in picture_files(source) if source.is_dir() else [source]:
        with path.open("rb") as file:
            size = path.stat().st_size
            found.update(f"{size}\n".encode())
            found.update(file.read(_PART))
            file.seek(max(0, size - _PART))
            found.update(file.read(_PART))
    return found.hexdigest()
