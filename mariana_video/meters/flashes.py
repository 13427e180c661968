"""Flashes a second, as the Web Content Accessibility Guidelines count them: more than three can hurt people.

WCAG 2.2, success criterion 2.3.1 and its definition of "general flash and red flash thresholds": a flash is a pair of
opposing changes of relative luminance of 0.1 or more, the darker picture under 0.8, that come together in a quarter of
any window a third of the picture wide and high. Of saturated red, R / (R + G + B) being 0.8 or more in one of the two,
so do changes of (R - G - B) × 320 of over 20: that is a red flash.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mariana_video.meters.light import WEIGHTS, to_linear

Array = NDArray[np.float32]
Signs = NDArray[np.int8]
Mask = NDArray[np.bool_]

SAFE = 3
"""Flashes a second that WCAG still calls safe."""

_CHANGE = 0.1
_RED_CHANGE, _RED_SCALE, _SATURATED = 20.0, 320, 0.8
_BRIGHT = 0.8
_AREA = 0.25 - 1e-6
_CELLS = 96  # along the longer side: what is finer is averaged, for it does not flash as an area
_TOGETHER = 1 / 6  # seconds: changes of more than three flashes a second follow each other within it


_LINEAR = to_linear(np.arange(256) / 255)


@dataclass(frozen=True)
class Worst:
    """The worst second of a film: how many flashes, when it ended (seconds), and where: a window's box (left, top,
    width, height) in shares of the picture; `red` where they are of saturated red."""

    flashes: int
    time: float
    box: tuple[float, float, float, float]
    red: bool = False

    @property
    def safe(self) -> bool:
        """Whether WCAG 2.3.1 would let it pass."""
        return self.flashes <= SAFE

    def sentence(self) -> str:
        """What a person should know of it."""
        kind = "red flashes" if self.red else "flashes"
        return (
            f"{self.flashes} {kind} in the second before {self.time:.2f} s, over the {SAFE} that WCAG 2.3.1 calls "
            "safe: people with photosensitive epilepsy can be hurt"
        )


class Flashes:
    """Counts flashes as a film's pictures come by; it keeps the last second, whatever the film's length.

    `strictness` under 1 counts smaller changes, too: so many times the thresholds of WCAG.
    """

    def __init__(self, strictness: float = 1.0) -> None:
        self.worst = Worst(0, 0.0, (0.0, 0.0, 1.0, 1.0))
        self._strictness = strictness
        self._kinds: tuple[tuple[_Cells, _Windows], ...] = ()

    def add(self, picture: Array, time: float) -> tuple[int, int]:
        """The next picture (float32 H×W×3, sRGB in 0…1) and its time in seconds; all of one size.

        Returns how many opposing changes, of luminance and of saturated red, the worst window had in the last second.
        """
        light = light_of(picture)
        signals = _signals(light)
        if not self._kinds:
            least = (_CHANGE * self._strictness, _RED_CHANGE * self._strictness)
            self._kinds = tuple(
                (_Cells(*signal, one), _Windows(light.shape)) for signal, one in zip(signals, least, strict=True)
            )
            return 0, 0
        found: list[int] = []
        for red, ((cells, windows), signal) in enumerate(zip(self._kinds, signals, strict=True)):
            turns = windows.add(cells.add(*signal), time)
            place = int(np.argmax(turns))
            pairs = int(turns.flat[place]) // 2
            found.append(int(turns.flat[place]))
            if pairs > self.worst.flashes:
                self.worst = Worst(pairs, time, windows.box(place), bool(red))
        return found[0], found[1]

    def room(self) -> tuple[Array, Array, Array]:
        """How dark and how bright each cell may become before it counts as changed, and how red (0…320)."""
        (light, _), (red, _) = self._kinds
        darkest, brightest = light.room()
        # Between two bright pictures there is no flash.
        return np.minimum(darkest, _BRIGHT), np.where(light.low < _BRIGHT, brightest, np.inf), red.room()[1]

    def crowded(self, most: tuple[int, int]) -> tuple[Mask, Mask]:
        """The cells of windows that had more than so many opposing changes in the last second, of light and of red."""
        (_, light), (_, red) = self._kinds
        return light.crowded(most[0]), red.crowded(most[1])

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """All that the next pictures need, as arrays; `remembered` makes the same of them."""
        return {
            f"{number}.{name}": value
            for number, kind in enumerate(self._kinds)
            for part in kind
            for name, value in part.arrays().items()
        }

    def remembered(self, arrays: Mapping[str, NDArray[np.generic]]) -> Flashes:
        """A meter that goes on from what `arrays` gave."""
        meter = Flashes(self._strictness)
        kinds = []
        for number, least in enumerate((_CHANGE, _RED_CHANGE)):
            own = {name[2:]: value for name, value in arrays.items() if name.startswith(f"{number}.")}
            kinds.append((_Cells.of(own, least * self._strictness), _Windows.of(own)))
        meter._kinds = tuple(kinds)
        return meter


def light_of(picture: Array) -> Array:
    """Linear light 0…1, h×w×3, of a grid of cells, up to 96 along the longer side, of a picture (float32 H×W×3, sRGB
    in 0…1)."""
    coded = np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)
    light = cv2.LUT(coded, _LINEAR)
    height, width = light.shape[:2]
    scale = min(1.0, _CELLS / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_AREA))


def luminance(picture: Array) -> Array:
    """Relative luminance 0…1 (WCAG 2.2, "relative luminance") of the same cells, h×w."""
    light = light_of(picture)
    return np.asarray(cv2.transform(light, WEIGHTS[None]).reshape(light.shape[:2]))


def redness(light: Array) -> Array:
    """(R − G − B) × 320, negative values being 0, of linear light (h×w×3): WCAG 2.2, "general flash and red flash
    thresholds"."""
    return np.asarray(np.maximum(light[..., 0] - light[..., 1] - light[..., 2], 0) * _RED_SCALE, np.float32)


def _signals(light: Array) -> tuple[tuple[Array, Mask], tuple[Array, Mask]]:
    """Of luminance and of red: the signal whose changes count, and the cells one of whose two states must be such."""
    bright = np.asarray(cv2.transform(light, WEIGHTS[None]).reshape(light.shape[:2]), np.float32)
    whole = light.sum(-1)
    saturated = (light[..., 0] >= _SATURATED * whole) & (whole > 0)
    return (bright, bright < _BRIGHT), (redness(light), np.asarray(saturated))


class _Cells:
    """Each cell's last change and the extreme since: the next one is a threshold away from it, the other way."""

    def __init__(self, signal: Array, mark: Mask, least: float) -> None:
        self.low, self._high = signal.copy(), signal.copy()
        self._low_mark, self._high_mark = mark.copy(), mark.copy()
        self._last = np.zeros(signal.shape, np.int8)
        self._least = least

    def add(self, signal: Array, mark: Mask) -> Signs:
        """+1 where a cell has just become more by a whole change, -1 where less, else 0.

        Of the two states that are so far apart, `mark` must hold for one.
        """
        self._low_mark = np.where(signal < self.low, mark, self._low_mark)
        self._high_mark = np.where(signal > self._high, mark, self._high_mark)
        np.minimum(self.low, signal, out=self.low)
        np.maximum(self._high, signal, out=self._high)
        rises = (self._last <= 0) & (signal - self.low >= self._least) & (self._low_mark | mark)
        falls = (self._last >= 0) & (self._high - signal >= self._least) & (self._high_mark | mark) & ~rises
        self._high[rises], self._high_mark[rises] = signal[rises], mark[rises]
        self.low[falls], self._low_mark[falls] = signal[falls], mark[falls]
        change = rises.astype(np.int8) - falls.astype(np.int8)
        self._last = np.where(change != 0, change, self._last)
        return change

    def room(self) -> tuple[Array, Array]:
        """The least and the most that each cell may have before it counts as changed."""
        least = np.where(self._last >= 0, self._high - self._least, -np.inf)
        return least, np.where(self._last <= 0, self.low + self._least, np.inf)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        return {
            "low": self.low,
            "high": self._high,
            "low_mark": self._low_mark,
            "high_mark": self._high_mark,
            "last": self._last,
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]], least: float) -> _Cells:
        cells = cls(arrays["low"].astype(np.float32), arrays["low_mark"].astype(bool), least)
        cells._high, cells._high_mark = arrays["high"].astype(np.float32), arrays["high_mark"].astype(bool)
        cells._last = arrays["last"].astype(np.int8)
        return cells


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

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        found: dict[str, NDArray[np.generic]] = {
            "cells": np.array(self._cells),
            "window_last": self._last,
            "since": self._since,
        }
        for name, kept in (("recent", self._recent), ("second", self._second)):
            found[f"{name}_at"] = np.array([time for time, _ in kept])
            if kept:
                found[name] = np.stack([signs for _, signs in kept])
        return found

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]]) -> _Windows:
        windows = cls(tuple(int(side) for side in arrays["cells"]))
        windows._last, windows._since = arrays["window_last"].astype(np.int8), arrays["since"].astype(np.float64)
        for name, kept in (("recent", windows._recent), ("second", windows._second)):
            times = arrays[f"{name}_at"].tolist()
            kept.extend(zip(times, arrays[name].astype(np.int8) if times else (), strict=True))
        for _, turned in windows._second:
            windows._turns += turned
        return windows

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

    def crowded(self, most: int) -> Mask:
        """The cells of all windows with more than so many opposing changes."""
        found = np.zeros(self._cells, np.uint8)
        found[: self._turns.shape[0], : self._turns.shape[1]] = self._turns > most
        rows, columns = self._side
        # A cell is in every window that begins up to a window's size above it or left of it.
        spread = cv2.dilate(found, np.ones(self._side, np.uint8), anchor=(columns - 1, rows - 1), borderValue=0)
        return np.asarray(spread, np.bool_)

    def box(self, place: int) -> tuple[float, float, float, float]:
        """A window by its flat number: left, top, width, height in shares of the picture."""
        row, column = divmod(place, self._last.shape[1])
        high, wide = self._cells
        return column / wide, row / high, self._side[1] / wide, self._side[0] / high
