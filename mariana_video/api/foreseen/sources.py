"""What SOURCE may be, where it may be a word instead of a file."""

from __future__ import annotations

from pathlib import Path

from mariana_video.dream.plain.made_up import MadeUp, Source
from mariana_video.errors import UsageError
from mariana_video.recipe.idle import check_seed
from mariana_video.recipe.look import Dream
from mariana_video.recipe.values.time import Time


def check_whole_picture(source: Source, at: Time | None) -> None:
    """Refuses --at for a picture that is made up (UsageError)."""
    if at is not None and isinstance(source, MadeUp):
        raise UsageError(f"--at {at} takes a frame of a video, and {source} is none; leave out --at")


def check_drawn(dream: Dream, source: Source) -> None:
    """Refuses a seed where nothing is drawn at random, neither the picture nor its dream (UsageError)."""
    if not isinstance(source, MadeUp):
        check_seed(dream)


def file_of(source: Source) -> Path | None:
    """The file that is read; None where a picture is made up."""
    return None if isinstance(source, MadeUp) else source
