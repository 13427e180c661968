"""Where to dream: a mask's picture as numbers, its edges soft."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
from torch import Tensor

from mariana_video.errors import SourceError, UsageError
from mariana_video.media.pictures import read_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SOFT = 0.02  # of the shorter side: how wide an edge is made, on the mask's own side of it
_BLACK = 0.5 / 255


def read_mask(path: Path) -> NDArray[np.float32]:
    """A mask's picture as H×W of 0…1: its grey value, and nothing where it is transparent.

    Raises UsageError where it can't be read or is black all over.
    """
    try:
        rgb, alpha = read_picture(path)
    except SourceError as error:
        raise UsageError(f"--mask: {error}") from None
    grey = np.asarray(rgb.mean(-1, dtype=np.float32) * (1 if alpha is None else alpha), np.float32)
    if grey.max() < _BLACK:
        raise UsageError(f"--mask {path} is black all over, so nothing would be dreamed; white says where to dream")
    return grey


def fitted(mask: NDArray[np.float32], size: tuple[int, int]) -> Tensor:
    """A mask at a picture's `size` (width, height), 1×1×H×W, its edges soft.

    Edges soften inwards only: where the mask is black, the picture stays the source to the last bit.
    """
    smaller = size[0] < mask.shape[1] or size[1] < mask.shape[0]
    # Neither of these overshoots: a sharper kernel's ringing would leak into what is black.
    full = cv2.resize(mask, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
    sigma = max(0.5, _SOFT * min(size) / 2)
    around = cv2.GaussianBlur(full, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    soft = full * np.clip(2 * around / np.maximum(full, 1e-6) - 1, 0, 1)
    soft[full < _BLACK] = 0
    return torch.from_numpy(np.asarray(soft, np.float32))[None, None]
