"""Animated WebP and AVIF as sources, through Pillow (libav reads their first frame only)."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from mariana_video.errors import SourceError
from mariana_video.media.clip import Clip
from mariana_video.media.read.decode import Damage, Timed
from mariana_video.media.read.picture_clips import open_still
from mariana_video.media.stills.headers import opened
from mariana_video.media.stills.loops import plays

FORMATS = ("webp", "avif")
TICK = Fraction(1, 1000)
SHORTEST = 20
"""Milliseconds: what browsers make of a frame that says 0."""


def open_animated(path: Path) -> Clip | None:
    """An animated WebP or AVIF file as a clip; None for anything else."""
    with path.open("rb") as file:
        head = file.read(16)
    if not (head[:4] == b"RIFF" and head[8:12] == b"WEBP") and head[8:12] not in (b"avis", b"avif"):
        return None
    with opened(path) as image:
        count = int(getattr(image, "n_frames", 1))
        if count < 2:
            return None
        codec = str(image.format or "").lower()
        often = plays(image)
    looked_at = [(length, int(pixels[..., 3].min())) for pixels, length in _pictures(path, Damage())]
    lengths = [length for length, _ in looked_at]
    if not lengths:
        raise SourceError(f"{path} is damaged: its pixels can't be decoded")
    total = sum(lengths) * TICK
    still = open_still(path, Fraction(25))
    return replace(
        still,
        kind="video",
        rate=len(lengths) / total,
        duration=total,
        frames=count,
        alpha=any(thinnest < 255 for _, thinnest in looked_at),
        varied=len(set(lengths)) > 1,
        codec=codec,
        container=codec,
        time_base=TICK,
        files=(),
        plays=often,
    )


def animated_frames(clip: Clip, damage: Damage) -> Iterator[Timed]:
    """The frames of an animation, from its first on."""
    from av import VideoFrame

    at = 0
    for pixels, length in _pictures(clip.path, damage):
        frame = VideoFrame.from_ndarray(pixels, format="rgba")
        yield Timed(frame, at * TICK, length * TICK)
        at += length


def _pictures(path: Path, damage: Damage) -> Iterator[tuple[Any, int]]:
    """(RGBA pixels, milliseconds) of each frame."""
    with opened(path) as image:
        for index in range(int(getattr(image, "n_frames", 1))):
            try:
                image.seek(index)
                pixels = np.ascontiguousarray(image.convert("RGBA"))
            except Exception as error:  # Pillow's decoders raise anything on damaged files
                damage.add(error)
                return
            yield pixels, int(image.info.get("duration") or 0) or SHORTEST
