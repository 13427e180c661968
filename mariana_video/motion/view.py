"""What motion is found on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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

    def same(self, other: View) -> bool:
        """True where both show the very same."""
        alike = np.array_equal(self.grey, other.grey) and (self.rgb is None) == (other.rgb is None)
        return alike and (self.rgb is None or other.rgb is None or np.array_equal(self.rgb, other.rgb))
