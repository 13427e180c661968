"""A picture bent a little, each time otherwise, before a network looks at it.

A network has axes of its own. Where there is nothing to see, and only there, they show: strokes at right angles, like a
Greek key, between the motifs. Bent, the same place lies otherwise to them at every step, and what grows is round.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from mariana_video.dream.plain.noise import chance
from mariana_video.dream.plain.resample import resize
from mariana_video.motion.warp import warp

_CELL = 28  # pixels from one draw to the next: about as far as a stroke is long
_FAR = 12.0  # pixels that draws are moved at most: lines turn by up to some 40°, and hardly anything folds
_GRAIN = 4  # pixels that fields are found apart: they are smooth
_DRAW = 1  # keeps these draws apart from those of the shift, which have the same key


@dataclass(frozen=True)
class Bend:
    """Where each pixel of the bent picture lies in the straight one, and the other way: 1×2×h×w, pixels."""

    there: Tensor
    back: Tensor

    def bent(self, picture: Tensor) -> Tensor:
        """The `picture` (1×C×h×w) as it is looked at."""
        return warp(picture, self.there, kernel="cubic").clamp(0, 1)

    def straight(self, gradient: Tensor) -> Tensor:
        """The gradient of a bent picture as one of the straight picture."""
        return warp(gradient, self.back, kernel="linear")


def drawn_bend(where: Tensor, *key: int) -> Bend:
    """A bend as far as `where` (1×1×h×w, 0…1) has it, drawn at random by `key`; where that is 0, nothing moves."""
    height, width = where.shape[-2:]
    small = math.ceil(height / _GRAIN), math.ceil(width / _GRAIN)
    down, right = (side * _GRAIN // _CELL + 1 for side in small)
    drawn = chance(*key, _DRAW).uniform(-_FAR, _FAR, (down, right, 2)).astype(np.float32)
    size = right * _CELL // _GRAIN, down * _CELL // _GRAIN
    ways = torch.from_numpy(cv2.resize(drawn, size, interpolation=cv2.INTER_CUBIC)[: small[0], : small[1]])
    ways = ways.permute(2, 0, 1)[None].to(where)
    there = ways * resize(where, small) / _GRAIN
    back = -warp(there, -there, kernel="linear")  # x + there(x) = y, solved for x in two rounds
    back = -warp(there, back, kernel="linear") * _GRAIN
    return Bend(resize(ways, (height, width)) * where, resize(back, (height, width)) * (where > 0))
