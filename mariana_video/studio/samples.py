"""What comes with the program and is shown on the page: two samples, and a picture of each look."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]

SAMPLES: Mapping[str, str] = {"bunny": "bunny.mp4", "chelsea": "chelsea.png"}
"""The files of the samples by their names."""

SAID: Mapping[str, str] = {"bunny": "A film: a rabbit wakes up", "chelsea": "A photograph: a cat"}
"""What they are, in words."""


def sample(name: str) -> Path | None:
    """The file of a sample: in the package, or beside it in a checkout. None for any other word."""
    if name not in SAMPLES:
        return None
    places = (root / "samples" / SAMPLES[name] for root in (_PACKAGE, _PACKAGE.parent))
    return next((place for place in places if place.is_file()), None)


def look_picture(name: str) -> Path | None:
    """A small picture of a look; None where there is none."""
    path = _PACKAGE / "studio" / "looks" / f"{name}.jpg"
    return path if name.isidentifier() and path.is_file() else None
