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
from numpy.typing import NDArray
from torch import Tensor

from mariana_video.dream.plain.noise import chance

_CELL = 28  # pixels from one draw to the next: about as far as a stroke is long
_FAR = 12.0  # pixels that draws are moved at most: lines turn by up to some 40°, and hardly anything folds
_GRAIN = 4  # pixels that fields, which are smooth, are found apart
_DRAW = 1  # keeps these draws apart from those of the shift, which have the same key

Field = NDArray[np.float32]
"""h×w×2: how far to go from each pixel, x then y."""


@dataclass(frozen=True)
class Bend:
    """Where each pixel of the bent picture lies in the straight one, and the other way, in pixels.

    OpenCV samples both ways, which tells 1/32 of a pixel apart: more than the draws need.
    """

    there: Field
    back: Field

    def bent(self, picture: Tensor) -> Tensor:
        """The `picture` (1×C×h×w, 0…1, up to four channels) as it is looked at."""
        moved = _moved(picture[0].permute(1, 2, 0).cpu().numpy(), self.there, cv2.INTER_CUBIC)
        return _as_tensor(moved, picture).clamp_(0, 1)

    def straight(self, gradient: Tensor) -> Tensor:
        """The gradient of a bent picture as one of the straight picture."""
        return _as_tensor(_moved(gradient[0].permute(1, 2, 0).cpu().numpy(), self.back, cv2.INTER_LINEAR), gradient)


def drawn_bend(where: Tensor, *key: int) -> Bend:
    """A bend as far as `where` (1×1×h×w, 0…1) has it, drawn at random by `key`; where that is 0, nothing moves."""
    far = where[0, 0].cpu().numpy()
    height, width = (math.ceil(side / _GRAIN) for side in far.shape)
    down, right = (side * _GRAIN // _CELL + 1 for side in (height, width))
    drawn = chance(*key, _DRAW).uniform(-_FAR, _FAR, (down, right, 2)).astype(np.float32)
    ways = _resized(drawn, (down * _CELL // _GRAIN, right * _CELL // _GRAIN), cv2.INTER_CUBIC)[:height, :width]
    there = np.float32(1 / _GRAIN) * ways * _resized(far, (height, width), cv2.INTER_AREA)[..., None]
    back = -_moved(there, -there, cv2.INTER_LINEAR)  # x + there(x) = y, solved for x in two rounds
    back = np.float32(-_GRAIN) * _moved(there, back, cv2.INTER_LINEAR)
    ways, back = (_resized(field, far.shape, cv2.INTER_LINEAR) for field in (ways, back))
    return Bend(ways * far[..., None], back * (far > 0)[..., None])


def _moved(picture: NDArray[np.float32], field: Field, how: int) -> NDArray[np.float32]:
    """A picture (h×w×C) sampled where a field leads."""
    height, width = field.shape[:2]
    x = field[..., 0] + np.arange(width, dtype=np.float32)
    y = field[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    found = cv2.remap(np.ascontiguousarray(picture), x, y, how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float32).reshape(picture.shape)


def _resized(field: NDArray[np.float32], shape: tuple[int, ...], how: int) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(field, (shape[1], shape[0]), interpolation=how), np.float32)


def _as_tensor(picture: NDArray[np.float32], like: Tensor) -> Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1)[None].contiguous().to(like.device)
