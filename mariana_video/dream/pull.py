"""A temporal-consistency loss: the ascent is pulled towards a picture where that can be seen.

After LucidDream (Moniz, Kang and Póczos, "LucidDream: Controlled Temporally-Consistent DeepDream on Videos", 2019,
arXiv 1911.11960) as far as its abstract tells; its formulas could not be read.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from mariana_video.dream.plain.resample import resize


@dataclass(frozen=True)
class Pull:
    """− weight · mean over visible values of ((x − aim) / scale)²: what is added to the score.

    `aim` is 1×3×H×W in 0…1, `visible` 1×1×H×W in 0…1. `scale` is one fixed number, how strong a dream is (RMS of its
    change): divided by its own mean the loss would lose its meaning, as at x = aim its gradient is zero.
    """

    aim: Tensor
    visible: Tensor
    weight: float
    scale: float

    def gradient(self, picture: Tensor) -> Tensor:
        """Its gradient at `picture` (1×3×h×w), which may be smaller than the aim."""
        aim, visible = resize(self.aim, picture.shape[-2:]), resize(self.visible, picture.shape[-2:])
        seen = visible.sum(dtype=visible.dtype).clamp_min(1) * picture.shape[1]
        return visible * (aim - picture) * (2 * self.weight / self.scale**2 / seen)
