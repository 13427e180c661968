"""How well a network tells its classes apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mariana_video.errors import DataError
from mariana_video.networks.network import Network
from mariana_video.training.pictures.data import Picture, Pictures
from mariana_video.training.pictures.folders import class_folders

SCALES = (1.0, 4 / 3)  # of the classifier's size: animals fill crops, seldom whole pictures (79.2 → 81.8 % on 270)
MOST_SHOWN = 40  # classes
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Evaluation:
    """A confusion matrix (rows: what it is, columns: what was said) and the figures that follow from it."""

    classes: tuple[str, ...]
    confusion: NDArray[np.int64]

    @property
    def accuracy(self) -> float:
        """Part of all pictures that was told right."""
        return float(np.trace(self.confusion) / self.confusion.sum())

    @property
    def per_class(self) -> dict[str, float]:
        """Recall of each class that is present."""
        totals = self.confusion.sum(1)
        return {name: float(self.confusion[i, i] / totals[i]) for i, name in enumerate(self.classes) if totals[i] > 0}

    @property
    def balanced_accuracy(self) -> float:
        """Mean recall of the classes present."""
        return float(np.mean(list(self.per_class.values())))

    def shown(self) -> Evaluation:
        """The same without classes that neither were there nor were said, where there are too many to be shown."""
        if len(self.classes) <= MOST_SHOWN:
            return self
        met = np.flatnonzero(self.confusion.sum(0) + self.confusion.sum(1))
        return Evaluation(tuple(self.classes[number] for number in met), self.confusion[np.ix_(met, met)])

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON and metadata."""
        return {
            "accuracy": round(self.accuracy, 4),
            "balanced_accuracy": round(self.balanced_accuracy, 4),
            "pictures": int(self.confusion.sum()),
            "per_class": {name: round(value, 4) for name, value in self.per_class.items()},
            "classes": list(self.classes),
            "confusion": self.confusion.tolist(),
        }


def strangers(network: Network, folder: Path) -> list[str]:
    """Names of a folder's classes that a network doesn't know, before a picture is read.

    Raises:
        DataError: the network knows none, or no class at all.
    """
    if not network.classes:
        raise DataError(f"{network.name} has no classes, it only dreams; `mariana train` makes networks that have")
    found = class_folders(folder).keys()
    if not found & set(network.classes):
        raise DataError(
            f"no subfolder of {folder} is named like a class of {network.name}: {', '.join(network.classes)}"
        )
    return sorted(found - set(network.classes))


def evaluate(network: Network, pictures: Pictures, progress: Progress | None = None) -> Evaluation:
    """Show every labelled picture whole, at two sizes, and its mirror images; the answers are averaged.

    Raises:
        DataError: no picture is labelled with one of the network's classes.
    """
    known = np.flatnonzero(pictures.labels >= 0)
    if not len(known):
        raise DataError(f"no picture of the classes of {network.name}: {', '.join(network.classes)}")
    confusion = np.zeros((len(network.classes), len(network.classes)), dtype=np.int64)
    for done, i in enumerate(known.tolist(), start=1):
        confusion[int(pictures.labels[i]), said(network, pictures.pictures[i])] += 1
        if progress is not None:
            progress(done, len(known))
    return Evaluation(network.classes, confusion)


def said(network: Network, picture: Picture) -> int:
    """The class a network sees in one picture."""
    with torch.no_grad():
        probabilities = sum(network.logits(view).float().softmax(1) for view in _views(picture, network))
        assert isinstance(probabilities, Tensor)
        return int(probabilities.argmax())


def _views(picture: Picture, network: Network) -> Iterator[Tensor]:
    for scale in SCALES:
        small = _resized(picture, round(network.input_size * scale))
        tensor = torch.from_numpy(small).permute(2, 0, 1)[None].to(network.device).float() / 255
        yield tensor
        yield tensor.flip(3)


def _resized(picture: Picture, side: int) -> Picture:
    import cv2

    height, width = picture.shape[:2]
    factor = side / min(height, width)
    size = (max(side, round(width * factor)), max(side, round(height * factor)))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.ascontiguousarray(cv2.resize(picture, size, interpolation=method), dtype=np.uint8)
