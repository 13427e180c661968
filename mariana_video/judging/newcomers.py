"""How much of what newly appears in a film dreams, and after how long."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mariana_video.judging.judge import Judgement

Array = NDArray[np.float32]

_LONG = 25  # frames after which a place has been there for long
_JUDGED = 5  # the frame, counted from the first in which it is seen, in which what is new is judged
_ENOUGH = 400  # pixels of a whole film
_DREAMS = 0.75  # of what is long there


class Newcomers:
    """Follows each place since it was first seen, and how strong its dream is by then."""

    def __init__(self) -> None:
        self._age: NDArray[np.int16] | None = None
        self._power = np.zeros(_LONG + 1)
        self._pixels = np.zeros(_LONG + 1)

    def add(self, change: Array, motion: Judgement | None) -> None:
        """The next frame's dream less its source (H×W×3), and its motion; None where a shot begins."""
        if motion is None or self._age is None:
            self._age = np.full(change.shape[:2], _LONG, np.int16)
        else:
            rows, columns = np.indices(change.shape[:2], dtype=np.float32)
            x, y = columns + motion.flow[..., 0], rows + motion.flow[..., 1]
            before = cv2.remap(self._age, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
            self._age = np.where(motion.new, 1, np.minimum(before + 1, _LONG)).astype(np.int16)
        power = np.square(change).mean(-1, dtype=np.float64)
        self._power += np.bincount(self._age.ravel(), power.ravel(), _LONG + 1)
        self._pixels += np.bincount(self._age.ravel(), minlength=_LONG + 1)

    @property
    def strength(self) -> float | None:
        """The RMS of what is new, in its fifth frame, over that of what is long there; None where too little is new."""
        return self._of(_JUDGED)

    @property
    def after(self) -> int | None:
        """The frame, counted from its first, by which what is new has three quarters of that; None if never."""
        found = [age for age in range(1, _LONG) if (self._of(age) or 0) >= _DREAMS]
        return found[0] if found else None

    def _of(self, age: int) -> float | None:
        if min(self._pixels[age], self._pixels[_LONG]) < _ENOUGH or self._power[_LONG] == 0:
            return None
        here, there = (self._power[one] / self._pixels[one] for one in (age, _LONG))
        return float((here / there) ** 0.5)
