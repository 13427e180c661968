"""A network that did not make a dream says how varied it is, beside its source."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mariana_video.meters.variety import directions, strongest
from mariana_video.networks.network import Network

Array = NDArray[np.float32]

JUDGES = {"vgg16": "conv5_1", "mariana": "conv4_3"}  # the first that did not dream itself
_MADE_FROM = {"mariana-wide": "vgg16"}  # it would find its own way of seeing in such a dream
_FRAMES = 8


def judge_of(*dreamers: str) -> str:
    """The network that judges a dream of the networks `dreamers`; the first judge where all took part."""
    own = {_MADE_FROM.get(name, name) for name in dreamers}
    return next((name for name in JUDGES if name not in own), next(iter(JUDGES)))


def layer_of(judge: Network) -> str:
    """The layer that a judge is asked for."""
    return JUDGES.get(judge.name, judge.suited.layers)


class Variety:
    """Give it the frames of a dream and of its source (H×W×3, 0…1) that are `asked` for; then it has the figures."""

    def __init__(self, judge: Network, frames: int) -> None:
        self._judge = judge
        self.asked = frozenset(int(number) for number in np.linspace(0, frames - 1, min(frames, _FRAMES)))
        self._rows: tuple[list[Array], list[Array]] = ([], [])

    def add(self, dream: Array, source: Array) -> None:
        """A frame of both."""
        for rows, picture in zip(self._rows, (dream, source), strict=True):
            rows.append(strongest(seen(self._judge, picture)))

    def figures(self) -> tuple[float, float]:
        """In how many directions the dream varies, and its source."""
        dream, source = (directions(rows) for rows in self._rows)
        return dream, source

    def line(self) -> str:
        """The figures for a person to read."""
        dream, source = self.figures()
        return f"{dream:.1f} ({source:.1f})"

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain values."""
        dream, source = self.figures()
        return {
            "variety": dream,
            "variety_source": source,
            "variety_judge": f"{self._judge.name} {layer_of(self._judge)}",
        }


def seen(judge: Network, picture: Array) -> Array:
    """What a judge's layer says of a picture (H×W×3, 0…1): C×h×w."""
    tensor = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))[None]
    with torch.inference_mode():
        (response,) = judge.responses(tensor, [layer_of(judge)])
    said: Array = response[0].float().numpy()
    return said
