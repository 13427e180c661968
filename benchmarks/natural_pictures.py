"""Makes the pictures that a network is measured on where its file says nothing.

    python benchmarks/natural_pictures.py

Fourteen squares of 128 pixels, cut from seven photographs of the package scikit-image, which has to be installed (they
are CC0 or in the public domain), side by side in `mariana_video/networks/natural.png`.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mariana_video.networks.measured import PICTURES, SIDE

# File, where the square lies (0 is top or left, 1 bottom or right), its side as a share of the shorter one.
SQUARES = (
    ("chelsea.png", 0.0, 0.5, 1.0),
    ("chelsea.png", 0.5, 0.3, 0.6),
    ("chelsea.png", 0.9, 0.0, 0.5),
    ("coffee.png", 0.5, 0.5, 1.0),
    ("coffee.png", 0.2, 0.1, 0.5),
    ("coffee.png", 0.9, 0.9, 0.5),
    ("rocket.jpg", 0.0, 0.5, 1.0),
    ("rocket.jpg", 0.9, 0.6, 0.5),
    ("rocket.jpg", 0.4, 0.5, 0.5),
    ("camera.png", 0.5, 0.5, 1.0),
    ("camera.png", 0.2, 0.4, 0.5),
    ("grass.png", 0.5, 0.5, 0.8),
    ("gravel.png", 0.5, 0.5, 0.8),
    ("brick.png", 0.5, 0.5, 0.8),
)


def square(picture: NDArray[np.uint8], down: float, right: float, share: float) -> NDArray[np.uint8]:
    """A square of a picture, at `SIDE` pixels."""
    height, width = picture.shape[:2]
    side = int(share * min(height, width))
    top, left = int(down * (height - side)), int(right * (width - side))
    shrunk = cv2.resize(picture[top : top + side, left : left + side], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk, np.uint8)


def main() -> int:
    """Cut and write."""
    package = importlib.util.find_spec("skimage")
    if package is None or not package.submodule_search_locations:
        print("install scikit-image first: pip install scikit-image", file=sys.stderr)
        return 1
    folder = Path(package.submodule_search_locations[0]) / "data"
    cut = [square(np.asarray(Image.open(folder / name).convert("RGB")), *where) for name, *where in SQUARES]
    half = len(cut) // 2
    sheet = np.concatenate([np.concatenate(row, 1) for row in (cut[:half], cut[half:])])
    Image.fromarray(sheet).save(PICTURES, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
