"""Sources that are no files: a word stands for a picture that is made up, of any size and by a seed."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mariana_video.dream.plain.noise import natural_noise

SIZE = (640, 360)  # (width, height) where none is asked for
_MIDDLE = 0.5
_SPREAD = 0.2
_GRAIN = 0.01  # less than a screen shows: on what is wholly even, dreams only grow from the edges and the grid


class MadeUp(Enum):
    """What may stand in place of a file, as it is written."""

    NOISE = "noise"
    GREY = "grey"

    def __str__(self) -> str:
        return self.value

    def picture(self, size: tuple[int, int], seed: int) -> NDArray[np.float32]:
        """The picture of `size` (width, height) that it stands for: H×W×3, 0…1.

        `noise` has the spectrum of natural pictures; `grey` is even but for the same noise, too faint to be seen.
        """
        width, height = size
        spread = _SPREAD if self is MadeUp.NOISE else _GRAIN
        drawn = _MIDDLE + spread * natural_noise((height, width), seed, 0)
        return np.ascontiguousarray(drawn.clip(0, 1).transpose(1, 2, 0))


Source = Path | MadeUp


def source_of(given: str) -> Source:
    """What SOURCE says: one of the words, else a file. (A file that is called so is `./noise`.)"""
    words: dict[str, Source] = {word.value: word for word in MadeUp}
    return words.get(given, Path(given))
