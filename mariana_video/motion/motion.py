"""Where each pixel was a moment ago: the type that optical flow and the camera both make."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Motion:
    """How the previous picture comes to lie over the current one.

    flow: float32 1×2×H×W, pixels, x (right) then y (down), defined on the **current** frame and
        pointing to where each of its pixels was: sample the previous picture at x + flow.
    visible: float32 1×1×H×W, 0 … 1, soft: how far the pixel can be trusted to have been seen there.
    """

    flow: Tensor
    visible: Tensor

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) of the frame it belongs to."""
        return int(self.flow.shape[-2]), int(self.flow.shape[-1])

    @classmethod
    def still(cls, shape: tuple[int, int]) -> Motion:
        """Nothing moves and everything is visible, for a frame of `shape` (height, width)."""
        return cls(torch.zeros(1, 2, *shape), torch.ones(1, 1, *shape))
