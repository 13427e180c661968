"""What motion is found on."""

from __future__ import annotations

from dataclasses import dataclass

from mariana_video.motion.fields import Array, Bytes


@dataclass(frozen=True)
class View:
    """What optical flow looks at: `grey` uint8 H×W, and `rgb` float32 H×W×3 in 0 … 1 where there is one."""

    grey: Bytes
    rgb: Array | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        return self.grey.shape[0], self.grey.shape[1]
