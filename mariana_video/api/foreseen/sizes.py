"""What a dive or a progression makes: any kind of OUTPUT, and a word on what it will come to."""

from __future__ import annotations

from pathlib import Path

_LARGEST = 480  # pixels of an animation's longer side, where none is asked for
SHEETS = (".png", ".jpg", ".jpeg")
_BYTES = {".gif": 1.0, ".webp": 0.33}  # a pixel of a dream, measured
_PLAIN = 0.2  # the same of a film


def check_kind(output: str) -> None:
    """See that OUTPUT's ending says a kind of film. Raises UsageError with the endings that work."""
    from mariana_video.media.containers import ANIMATIONS, container_for

    if not (output.endswith("/") or Path(output).is_dir() or Path(output).suffix.lower() in ANIMATIONS):
        container_for(Path(output))


def is_sheet(output: str) -> bool:
    """Whether OUTPUT's name says a contact sheet, not a film."""
    return Path(output).suffix.lower() in SHEETS and not output.endswith("/")


def usual_size(size: tuple[int, int], output: str) -> tuple[int, int]:
    """SOURCE's size, or for an animation that size within what people post."""
    if Path(output).suffix.lower() not in _BYTES or max(size) <= _LARGEST:
        return size
    scale = _LARGEST / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def bytes_of(output: str, size: tuple[int, int], frames: int) -> int:
    """About how large OUTPUT will be."""
    return round(size[0] * size[1] * frames * _BYTES.get(Path(output).suffix.lower(), _PLAIN))


def foretell_size(output: str, size: tuple[int, int], frames: int) -> str:
    """What will be made, and for an animation how large its file will be."""
    told = f"{frames} frames of {size[0]}x{size[1]}"
    if Path(output).suffix.lower() not in _BYTES:
        return told
    return f"{told}, about {bytes_of(output, size, frames) / 1e6:.1f} MB; a smaller --size or --rate makes it less"
