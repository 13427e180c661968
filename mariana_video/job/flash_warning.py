"""A finished film is looked at once more: whether it flashes more often than people can bear."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from mariana_video.errors import MarianaError
from mariana_video.job.stores.store import OnNote
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.meters.flashes import Flashes, Worst


def warn_of_flashes(made: Path, rate: Fraction, on_note: OnNote) -> None:
    """Reads back the film (or folder of pictures, `rate` a second) and tells of its worst second if it is not safe.

    It is read back rather than watched while it is made, so that a film that was broken off and continued is judged
    as a whole, and as stored. One that can't be read here is let pass: it has been verified by other means.
    """
    try:
        worst = worst_second(made, rate)
    except MarianaError:
        return
    if not worst.safe:
        on_note(f"warning: {worst.sentence()}")


def worst_second(made: Path, rate: Fraction) -> Worst:
    """The second of a film with the most flashes. Raises MarianaError where it can't be read."""
    flashes = Flashes()
    for frame in read(open_clip(made, rate if made.is_dir() else None)):
        flashes.add(frame.rgb, float(frame.pts))
    return flashes.worst
