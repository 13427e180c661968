"""A clip that runs beside a film: what it shows at a time, both counted from their first pictures."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from mariana_video.errors import SourceError
from mariana_video.media.clip import Frame
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read, scan

AT_ONCE = Fraction(1, 500)
"""Seconds by which times may differ and be the same: containers round them to a thousandth."""


class Alongside:
    """The pictures of a clip by time; its last one stays when it is over, or can't be read further.

    Raises SourceError as it is made where no picture can be read.
    """

    def __init__(self, path: Path) -> None:
        self._clip = open_clip(path)
        self.times = [frame.pts - self._clip.start for frame in scan(self._clip)]
        self._frames, self._frame, self._number = self._begun(0)

    def at(self, seconds: Fraction) -> tuple[int, Frame]:
        """The picture that is shown at a time, and its number from 0."""
        number = max(0, bisect_right(self.times, seconds + AT_ONCE) - 1)
        if number < self._number:
            self._frames, self._frame, self._number = self._begun(number)
        while self._number < number:
            self._frame = next(self._frames, self._frame)
            self._number += 1
        return number, self._frame

    def _begun(self, number: int) -> tuple[Iterator[Frame], Frame, int]:
        """The frames after that of a number, that frame, and the number."""
        if not self.times:
            raise SourceError(f"{self._clip.path} holds no picture")
        frames = read(self._clip, start=self.times[number])
        first = next(frames, None)
        if first is None:
            raise SourceError(f"{self._clip.path} holds no picture that can be read")
        return frames, first, number
