"""The size of a film, as people write it: `640x360`, or `640x` and `x360` to keep the shape."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from mariana_video.errors import UsageError

_LARGEST = 16384
_WRITTEN = re.compile(r"([0-9]{0,9})\s*[x×:]\s*([0-9]{0,9})", re.IGNORECASE)


@dataclass(frozen=True)
class Size:
    """A width and a height in pixels, of which one may be open: it then follows the source's shape."""

    width: int | None
    height: int | None

    @classmethod
    def of(cls, value: Any) -> Size:
        """A size from its text or from (width, height). Raises UsageError on anything else."""
        if isinstance(value, Size):
            return value
        if isinstance(value, list | tuple) and len(value) == 2:
            value = "x".join("" if side is None else str(side) for side in value)
        found = _WRITTEN.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None or not any(found.groups()):
            raise UsageError(f"--size {value!r}: write 640x360, or 640x or x360 to keep the shape")
        width, height = (int(side) if side else None for side in found.groups())
        return cls(width, height).checked(value)

    def checked(self, text: str) -> Size:
        """Itself, or a UsageError that quotes `text`."""
        for side in (self.width, self.height):
            if side is not None and not 1 <= side <= _LARGEST:
                raise UsageError(f"--size {text}: each side is from 1 to {_LARGEST} pixels")
        return self

    def __str__(self) -> str:
        return f"{self.width or ''}x{self.height or ''}"

    def fit(self, size: tuple[int, int]) -> tuple[int, int]:
        """(width, height) for a source of `size` (width, height); an open side keeps the source's shape."""
        width, height = size
        if self.width is None and self.height is not None:
            return max(1, round(width * self.height / height)), self.height
        if self.height is None and self.width is not None:
            return self.width, max(1, round(height * self.width / width))
        assert self.width is not None
        assert self.height is not None
        return self.width, self.height
