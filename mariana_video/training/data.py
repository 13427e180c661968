"""Pictures to learn from: a folder with one subfolder a class, decoded once into memory as small uint8 arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mariana_video.errors import DataError
from mariana_video.training.duplicates import clusters, difference_hash

Picture = NDArray[np.uint8]  # H×W×3, RGB
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".avif"})
SHORT_SIDE = 128  # pixels; larger pictures are shrunk to it when they are decoded
LONG_SIDE = 192  # pixels; the middle is kept of what is longer
TINIEST = 16  # pixels; smaller pictures say nothing

# Kaggle's Animals-10 comes with Italian folder names (its own translate.py).
ITALIAN = {
    "cane": "dog",
    "cavallo": "horse",
    "elefante": "elephant",
    "farfalla": "butterfly",
    "gallina": "chicken",
    "gatto": "cat",
    "mucca": "cow",
    "pecora": "sheep",
    "ragno": "spider",
    "scoiattolo": "squirrel",
}


@dataclass(frozen=True)
class Pictures:
    """Decoded pictures with the index of their class in `classes` (−1: without a label)."""

    pictures: Sequence[Picture]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    skipped: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.pictures)

    def subset(self, indices: Iterable[int]) -> Pictures:
        """The pictures at `indices`, in that order."""
        chosen = list(indices)
        return Pictures([self.pictures[i] for i in chosen], self.labels[chosen], self.classes)


def read_folder(
    folder: Path,
    classes: tuple[str, ...] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Pictures:
    """Decode a folder of classes.

    Args:
        classes: names to number the labels by; subfolders of other names become label −1. None: the folder's own.
        progress: called with (done, total).

    Raises:
        DataError: no folder, no classes, a class without a readable picture.
    """
    subfolders = class_folders(folder)
    own = classes if classes is not None else tuple(sorted(subfolders))
    files = [(path, name) for name in sorted(subfolders) for path in picture_files(subfolders[name])]
    pictures, labels, skipped = [], [], []
    for done, (path, name) in enumerate(files, start=1):
        try:
            pictures.append(decode(path))
            labels.append(own.index(name) if name in own else -1)
        except (OSError, ValueError, SyntaxError) as error:
            skipped.append(f"{path} ({str(error).splitlines()[0] if str(error) else type(error).__name__})")
        if progress is not None:
            progress(done, len(files))
    numbers = np.array(labels, dtype=np.int64)
    _refuse_empty(folder, subfolders, own, numbers)
    return Pictures(pictures, numbers, own, tuple(skipped))


def class_folders(folder: Path) -> dict[str, Path]:
    """Class name → subfolder; Italian Animals-10 names are told by their English ones."""
    if not folder.is_dir():
        raise DataError(f"no folder at {folder}; DATA is a folder with one subfolder of pictures a class")
    found = [entry for entry in sorted(folder.iterdir()) if entry.is_dir() and not entry.name.startswith(".")]
    if not found:
        raise DataError(f"{folder} has no subfolders; DATA is a folder with one subfolder of pictures a class")
    italian = all(entry.name.lower() in ITALIAN for entry in found)
    return {ITALIAN[entry.name.lower()] if italian else entry.name: entry for entry in found}


def picture_files(folder: Path) -> list[Path]:
    """Files with a picture's suffix below `folder`, sorted."""
    return [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES and path.is_file()]


def decode(path: Path) -> Picture:
    """One picture, upright by its EXIF note, transparency on white, RGB, shrunk to `SHORT_SIDE`.

    Raises:
        OSError, ValueError: unreadable or too small.
    """
    from PIL import Image, ImageOps

    with Image.open(path) as image:
        image.draft("RGB", (2 * SHORT_SIDE, 2 * SHORT_SIDE))  # JPEGs decode faster when wanted small
        upright = ImageOps.exif_transpose(image)
        if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
            layer = upright.convert("RGBA")
            upright = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
        return _shrunk(upright.convert("RGB"))


def split(pictures: Pictures, held_back: float, seed: int) -> tuple[list[int], list[int]]:
    """Indices for training and for validation: stratified, and near-duplicates never on both sides.

    Pictures whose 64-bit difference hashes are within 4 bits form clusters; whole clusters are drawn, class by
    class, until `held_back` of the class is reached. Clusters that span classes stay in training.
    """
    groups = clusters(np.array([difference_hash(picture) for picture in pictures.pictures], dtype=np.uint64))
    order = np.random.default_rng([seed, 17]).permutation(len(groups))
    room = {int(c): round(held_back * n) for c, n in zip(*np.unique(pictures.labels, return_counts=True), strict=True)}
    validation: list[int] = []
    for group in (groups[i] for i in order):
        kinds = {int(pictures.labels[i]) for i in group}
        kind = next(iter(kinds))
        if len(kinds) == 1 and len(group) <= room[kind]:
            validation += group
            room[kind] -= len(group)
    held = set(validation)
    return [i for i in range(len(pictures)) if i not in held], sorted(validation)


def _shrunk(image: object) -> Picture:
    from PIL import Image

    assert isinstance(image, Image.Image)
    short = min(image.size)
    if short < TINIEST:
        raise ValueError(f"only {image.width}x{image.height} pixels")
    if short > SHORT_SIDE:
        size = [max(SHORT_SIDE, round(side * SHORT_SIDE / short)) for side in image.size]
        image = image.resize((size[0], size[1]), Image.Resampling.LANCZOS)
    width, height = (min(side, LONG_SIDE) for side in image.size)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return np.asarray(image.crop((left, top, left + width, top + height)), dtype=np.uint8)


def _refuse_empty(folder: Path, subfolders: dict[str, Path], own: tuple[str, ...], labels: NDArray[np.int64]) -> None:
    for number, name in enumerate(own):
        if name in subfolders and not (labels == number).any():
            raise DataError(f"class {name!r} of {folder} holds no readable picture; add some or remove the folder")
    if not len(labels):
        raise DataError(f"{folder} holds no readable picture")
