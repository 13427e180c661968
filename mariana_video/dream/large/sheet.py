"""A picture that lies on disk, of which parts are read and written like a tensor's.

Its file has no name, so nothing of it stays, whatever ends the process. It is read and written rather than mapped:
pages that are mapped count as the process's own memory for as long as there is room.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mariana_video.networks.tiles import Parted, Window

AT_ONCE = 1 << 23
"""Values of a part that are held at a time, 32 MB of them."""

ALL = slice(None)
_BYTES = 4
_STRIP = 2  # times as much of a strip, of which few are held: it is read and written in short pieces, row by row
_EVEN = 64  # rows of a band are a multiple of it, so that cells of up to so many never lie in two


@dataclass(frozen=True)
class Disk:
    """Where pictures are laid."""

    folder: Path

    def sheet(self, shape: Sequence[int]) -> Sheet:
        """An empty one of `shape`: 1, channels, height, width. Raises OSError."""
        return Sheet(shape, self.folder)


class Sheet:
    """float32, 1×C×H×W, channel by channel, row by row. Windows are slices without a step."""

    def __init__(self, shape: Sequence[int], folder: Path) -> None:
        self.shape = torch.Size(shape)
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  # closed when nobody has it
        self._file.truncate(self.size * _BYTES)

    @property
    def size(self) -> int:
        """How many values there are."""
        return self.shape.numel()

    def __getitem__(self, window: Window) -> Tensor:
        """A part, 1×c×h×w, read. Raises OSError."""
        channels, rows, columns = self._spans(window)
        made = np.empty((len(channels), len(rows), len(columns)), np.float32)
        for offset, part in self._pieces(made, channels, rows, columns):
            self._read(offset, part)
        return torch.from_numpy(made)[None]

    def __setitem__(self, window: Window, value: Tensor) -> None:
        """Writes a part. Raises OSError, of a full disk for one."""
        channels, rows, columns = self._spans(window)
        given = np.ascontiguousarray(value.detach()[0].cpu().numpy(), np.float32)
        for offset, part in self._pieces(given, channels, rows, columns):
            self._file.seek(offset * _BYTES)
            left = part.data.cast("B")
            while left:
                left = left[self._file.write(left) :]

    def values(self, first: int, last: int) -> NDArray[np.float32]:
        """Values by their place in the file."""
        made = np.empty(last - first, np.float32)
        self._read(first, made)
        return made

    def _read(self, offset: int, into: NDArray[np.float32]) -> None:
        self._file.seek(offset * _BYTES)
        left = into.data.cast("B")
        while left:
            left = left[self._file.readinto(left) :]

    def _spans(self, window: Window) -> tuple[range, range, range]:
        _, channels, rows, columns = (range(*one.indices(side)) for one, side in zip(window, self.shape, strict=True))
        return channels, rows, columns

    def _pieces(
        self, values: NDArray[np.float32], channels: range, rows: range, columns: range
    ) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """What lies in the file in one piece, and where: whole rows together, else row by row."""
        _, _, height, width = self.shape
        whole = len(columns) == width
        for plane, channel in zip(values, channels, strict=True):
            begin = (channel * height + rows.start) * width + columns.start
            if whole:
                yield begin, plane.reshape(-1)
            else:
                yield from ((begin + number * width, row) for number, row in enumerate(plane))


def bands(shape: Sequence[int]) -> Iterator[slice]:
    """Rows of a picture of `shape` (…, channels, height, width), some at a time."""
    channels, height, width = shape[-3:]
    count = max(1, AT_ONCE // (channels * width * _EVEN)) * _EVEN
    for first in range(0, height, count):
        yield slice(first, min(height, first + count))


def strips(height: int, width: int) -> Iterator[slice]:
    """Columns, likewise."""
    count = max(1, _STRIP * AT_ONCE // (height * _EVEN)) * _EVEN
    for first in range(0, width, count):
        yield slice(first, min(width, first + count))


def by_rows(made: Sheet, change: Callable[..., Tensor], *pictures: Parted | None) -> Sheet:
    """`made`, its rows what is `change`d of those of `pictures` of its size; None stays None.

    It may be one of them.
    """
    for rows in bands((max(made.shape[1], 3), *made.shape[2:])):
        made[ALL, ALL, rows, ALL] = change(*(None if one is None else one[ALL, ALL, rows, ALL] for one in pictures))
    return made
