"""Grey pictures of more than 8 bits: whole numbers of 16 or 32 bits, and floats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mariana_video.media.colour import Floats

if TYPE_CHECKING:
    from PIL.Image import Image


def white_of(image: Image) -> float:
    """What is white in a picture of Pillow's modes I, I;16 or F: 65535, 1 for floats, or its largest number above that.

    Files of 32 bits don't say which range they use: microscopes count photons, scanners fill 16 bits.
    """
    usual = 65535.0 if image.mode.startswith("I") else 1.0
    if image.mode.startswith("I;"):
        return usual
    return max(usual, float(np.nan_to_num(np.asarray(image), posinf=0).max()))


def to_grey(image: Image, white: float) -> Floats:
    """Such a picture as grey, H×W, 0…1."""
    return np.clip(np.nan_to_num(np.asarray(image, np.float64) / white), 0, 1).astype(np.float32)
