"""How often an animation is played: every format counts in another way."""

from pathlib import Path
from typing import TYPE_CHECKING

from mariana_video.media.stills.headers import opened

if TYPE_CHECKING:
    from PIL.Image import Image

MOST = 65535
"""The largest count that GIF and WebP can hold."""


def plays_of(path: Path) -> int:
    """How many times the animation in a file is played, 0 for ever. Raises SourceError for what Pillow can't open."""
    with opened(path) as image:
        return plays(image)


def plays(image: "Image") -> int:
    """As `plays_of`, of a picture that Pillow has opened."""
    told = image.info.get("loop")
    if image.format == "GIF":  # counts how often it begins again; without a count it is played once
        return 1 if told is None else 0 if told == 0 else int(told) + 1
    return int(told or 0)


def gif_loop(plays: int) -> str:
    """ffmpeg's `-loop` for a GIF: how often it begins again, -1 for never, 0 for ever."""
    return "0" if plays == 0 else str(min(plays - 1, MOST) or -1)
