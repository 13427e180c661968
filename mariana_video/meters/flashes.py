"""Flashes a second, as the Web Content Accessibility Guidelines count them: more than three can hurt people.

WCAG 2.2, success criterion 2.3.1 and its definition of "general flash and red flash thresholds": a flash is a pair of
opposing changes of relative luminance of 0.1 or more, the darker picture under 0.8, that come together in a quarter of
any window a third of the picture wide and high. Saturated red, which has a rule of its own there, is not looked for.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Signs = NDArray[np.int8]

SAFE = 3
"""Flashes a second that WCAG still calls safe."""

_CHANGE = 0.1
_BRIGHT = 0.8
_AREA = 0.25 - 1e-6
_CELLS = 96  # along the longer side: what is finer is averaged, for it does not flash as an area
_TOGETHER = 1 / 6  # seconds: changes of more than three flashes a second follow each other within it
_LUMINANCE = np.array([[0.2126, 0.7152, 0.0722]], np.float32)


def _linear_light() -> Array:
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


_LINEAR = _linear_light()


@dataclass(frozen=True)
class Worst:
    """The worst second of a film: how many flashes, when it ended (seconds), and where: a window's box (left, top,
    width, height) in shares of the picture."""

    flashes: int
    time: float
    box: tuple[float, float, float, float]

    @property
    def safe(self) -> bool:
        """Whether WCAG 2.3.1 would let it pass."""
        return self.flashes <= SAFE

    def sentence(self) -> str:
        """What a person should know of it."""
        return (
            f"{self.flashes} flashes in the second before {self.time:.2f} s, over the {SAFE} that WCAG 2.3.1 "
            "calls safe: people with photosensitive epilepsy can be hurt"
        )


class Flashes:
    """Counts flashes as a film's pictures come by; it keeps the last second, whatever the film's length."""

    def __init__(self) -> None:
        self.worst = Worst(0, 0.0, (0.0, 0.0, 1.0, 1.0))
        self._cells: _Cells | None = None
        self._windows: _Windows | None = None

    def add(self, picture: Array, time: float) -> None:
        """The next picture (float32 H×W×3, sRGB in 0…1) and its time in seconds; all of one size."""
        light = luminance(picture)
        if self._cells is None or self._windows is None:
            self._cells, self._windows = _Cells(light), _Windows(light.shape)
            return
        pairs = self._windows.add(self._cells.add(light), time) // 2
        place = int(np.argmax(pairs))
        if pairs.flat[place] > self.worst.flashes:
            self.worst = Worst(int(pairs.flat[place]), time, self._windows.box(place))


def luminance(picture: Array) -> Array:
    """Relative luminance 0…1 in linear light (WCAG 2.2, "relative luminance") of a grid of cells, up to 96 along the
    longer side, of a picture (float32 H×W×3, sRGB in 0…1)."""
    coded = np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)
    light = cv2.transform(cv2.LUT(coded, _LINEAR), _LUMINANCE)
    height, width = light.shape[:2]
    scale = min(1.0, _CELLS / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(light.reshape(height, width), size, interpolation=cv2.INTER_AREA))


class _Cells:
    """Each cell's last change and the extreme since: the next one is 0.1 away from it, the other way."""

    def __init__(self, light: Array) -> None:
        self._low, self._high = light.copy(), light.copy()
        self._last = np.zeros(light.shape, np.int8)

    def add(self, light: Array) -> Signs:
        """+1 where a cell has just become brighter by a whole change, −1 where darker, else 0."""
        np.minimum(self._low, light, out=self._low)
        np.maximum(self._high, light, out=self._high)
        rises = (self._last <= 0) & (light - self._low >= _CHANGE) & (self._low < _BRIGHT)
        falls = (self._last >= 0) & (self._high - light >= _CHANGE) & (light < _BRIGHT) & ~rises
        self._high[rises] = light[rises]
        self._low[falls] = light[falls]
        change = rises.astype(np.int8) - falls.astype(np.int8)
        self._last = np.where(change != 0, change, self._last)
        return change


class _Windows:
    """Every window of a third of the picture each way, and the opposing changes that it has seen in the last second."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._cells = (shape[0], shape[1])
        self._side = (max(1, round(shape[0] / 3)), max(1, round(shape[1] / 3)))
        count = (shape[0] - self._side[0] + 1, shape[1] - self._side[1] + 1)
        self._last = np.zeros(count, np.int8)
        self._since = np.full(count, -np.inf)  # the time of each window's last change
        self._turns = np.zeros(count, np.int32)
        self._recent: deque[tuple[float, Signs]] = deque()
        self._second: deque[tuple[float, Signs]] = deque()

    def add(self, change: Signs, time: float) -> NDArray[np.int32]:
        """Takes in the cells' changes; returns how many opposing changes each window had in the second up to now."""
        for _, older in self._recent:
            older[change != 0] = 0  # what has changed back since does not come together with what changes now
        self._recent.append((time, change))
        while time - self._recent[0][0] > _TOGETHER + 1e-9:
            self._recent.popleft()
        brighter, darker = self._gathered(1), self._gathered(-1)
        up = (brighter >= _AREA) & (self._last <= 0) & ((self._last < 0) | (brighter >= darker))
        down = (darker >= _AREA) & (self._last >= 0) & ~up
        turned = up | down
        self._last = np.where(up, 1, np.where(down, -1, self._last)).astype(np.int8)
        self._since[turned] = time
        self._count(turned.astype(np.int8), time)
        return self._turns

    def _gathered(self, sign: int) -> NDArray[np.float64]:
        """The share of each window's cells that changed in one direction lately, after the window's last change."""
        total = np.zeros(self._last.shape)
        for time, change in self._recent:
            total += self._share(change == sign) * (self._since < time)
        return total

    def _count(self, turned: Signs, time: float) -> None:
        self._second.append((time, turned))
        self._turns += turned
        while time - self._second[0][0] > 1 - 1e-9:
            self._turns -= self._second.popleft()[1]

    def _share(self, where: NDArray[np.bool_]) -> NDArray[np.float64]:
        rows, columns = self._side
        total = np.zeros((self._cells[0] + 1, self._cells[1] + 1))
        total[1:, 1:] = where.cumsum(0).cumsum(1)
        inside = total[rows:, columns:] - total[:-rows, columns:] - total[rows:, :-columns] + total[:-rows, :-columns]
        return np.asarray(inside / (rows * columns))

    def box(self, place: int) -> tuple[float, float, float, float]:
        """A window by its flat number: left, top, width, height in shares of the picture."""
        row, column = divmod(place, self._last.shape[1])
        high, wide = self._cells
        return column / wide, row / high, self._side[1] / wide, self._side[0] / high
