"""Pictures to learn from: a folder with one subfolder a class, decoded once into memory as small uint8 arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mariana_video.errors import DataError, MarianaError
from mariana_video.media.stills.small import read_small
from mariana_video.training.pictures.duplicates import clusters, difference_hash
from mariana_video.training.pictures.folders import class_folders, picture_files, printable

Picture = NDArray[np.uint8]  # H×W×3, RGB
SHORT_SIDE = 128  # pixels; larger pictures are shrunk to it when they are decoded
LONG_SIDE = 192  # pixels; the middle is kept of what is longer
TINIEST = 16  # pixels; smaller pictures say nothing


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
    others: bool = True,
) -> Pictures:
    """Decode a folder of classes.

    Args:
        classes: names to number the labels by; subfolders of other names become label −1. None: the folder's own.
        progress: called with (done, total).
        others: whether subfolders of other names are read at all.

    Raises:
        DataError: no folder, no classes, a class without a readable picture.
    """
    subfolders = class_folders(folder)
    own = classes if classes is not None else tuple(sorted(subfolders))
    subfolders = {name: path for name, path in subfolders.items() if others or name in own}
    files, skipped = _listed(subfolders)
    pictures, labels = [], []
    for done, (path, name) in enumerate(files, start=1):
        try:
            pictures.append(decode(path))
            labels.append(own.index(name) if name in own else -1)
        except MarianaError as error:
            skipped.append(f"{path} ({str(error).removeprefix(f'{path} ')})")
        if progress is not None:
            progress(done, len(files))
    numbers = np.array(labels, dtype=np.int64)
    _refuse_empty(folder, subfolders, own, numbers)
    return Pictures(pictures, numbers, own, tuple(printable(line) for line in skipped))


def decode(path: Path) -> Picture:
    """One picture, upright by its EXIF note, transparency on white, RGB, shrunk to `SHORT_SIDE`.

    Raises:
        SourceError: unreadable. DataError: too small.
    """
    picture = read_small(path, SHORT_SIDE, LONG_SIDE)
    if min(picture.shape[:2]) < TINIEST:
        raise DataError(f"{path} is too small: its shorter side has {min(picture.shape[:2])} pixels")
    return picture


def split(pictures: Pictures, held_back: float, seed: int) -> tuple[list[int], list[int]]:
    """Indices for training and for validation: stratified, and near-duplicates never on both sides.

    Pictures whose 64-bit difference hashes are within 4 bits form clusters; whole clusters are drawn, class by
    class, until `held_back` of the class is reached. Clusters that span classes stay in training. A class keeps at
    least one cluster to learn from; if it has another of its own, one at least is held back.
    """
    groups = clusters(np.array([difference_hash(picture) for picture in pictures.pictures], dtype=np.uint64))
    order = np.random.default_rng([seed, 17]).permutation(len(groups))
    kinds = [{int(pictures.labels[i]) for i in group} for group in groups]
    room = {int(c): round(held_back * n) for c, n in zip(*np.unique(pictures.labels, return_counts=True), strict=True)}
    left = {kind: sum(kind in several for several in kinds) for kind in room}  # clusters to learn from
    drawn = [i for i in order if len(kinds[i]) == 1]
    validation: list[int] = []
    for i in drawn:
        (kind,) = kinds[i]
        if len(groups[i]) <= room[kind] and left[kind] > 1:
            validation += groups[i]
            room[kind], left[kind] = room[kind] - len(groups[i]), left[kind] - 1
    validation += _one_each(pictures, [groups[i] for i in drawn], left, set(pictures.labels[validation].tolist()))
    held = set(validation)
    return [i for i in range(len(pictures)) if i not in held], sorted(validation)


def unjudged(pictures: Pictures, validation: Pictures) -> list[str]:
    """Names of the classes that are learnt, but of which no picture is held back."""
    learnt, judged = set(pictures.labels.tolist()), set(validation.labels.tolist())
    return [name for number, name in enumerate(pictures.classes) if number in learnt - judged]


def _one_each(pictures: Pictures, drawn: list[list[int]], left: dict[int, int], judged: set[int]) -> list[int]:
    """For each class of which nothing is held back, its smallest cluster (the first drawn) if it has another."""
    found: list[int] = []
    for kind in sorted(left.keys() - judged - {-1}):
        own = [group for group in drawn if int(pictures.labels[group[0]]) == kind]
        if own and left[kind] > 1:
            smallest: list[int] = min(own, key=len)
            found += smallest
    return found


def _listed(subfolders: dict[str, Path]) -> tuple[list[tuple[Path, str]], list[str]]:
    """(file, class) of every picture, class by class, and a line for each that can't be reached."""
    files, missed = [], []
    for name in sorted(subfolders):
        paths, lines = picture_files(subfolders[name])
        files += [(path, name) for path in paths]
        missed += lines
    return files, missed


def _refuse_empty(folder: Path, subfolders: dict[str, Path], own: tuple[str, ...], labels: NDArray[np.int64]) -> None:
    for number, name in enumerate(own):
        if name in subfolders and not (labels == number).any():
            raise DataError(f"class {name!r} of {folder} holds no readable picture; add some or remove the folder")
    if not len(labels):
        raise DataError(f"{folder} holds no readable picture")
