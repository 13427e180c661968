"""What a network says of natural pictures, channel by channel: the measure of what it says of a dream."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mariana_video.networks.regions import regions

FAINT = 0.05  # of what is natural: a channel that says less is not worth more
POOR = 0.5  # the power of the mean over channels, below 0: how much more the poor ones count
_ALIKE = 2  # the power by which channels that say the same count less
_SILENT = 1e-4  # of the loudest channel's mean square: what is quieter counts as this


@dataclass(frozen=True)
class Natural:
    """A layer on natural pictures: each channel's mean square (C values), and the `share` that such a picture has.

    `counts` is how much each channel counts in a share, C values, 1 on average (None: all alike); see `Alike`.
    """

    squares: Tensor
    share: float = 1.0
    counts: Tensor | None = None

    def shares(self, response: Tensor, among: Sequence[float] = ()) -> Tensor:
        """How far each region of a picture goes beyond natural ones, each channel having its share: 1×1×n×m.

        For every region and channel the mean square over its natural value, x; over the channels of a region the
        power mean (mean (x + 0.05)^(−½))^(−2), over its own natural value. In a plain mean the loudest channels win
        all; here what is poor is worth more, and growing what is rich already hardly pays. Channels that say much the
        same count little: where thirty have to do with dogs' heads, thirty shares would be one motif's.

        Args:
            response: 1×C×h×w, after ReLU.
            among: how much each of the C channels counts beside that, 1 on average; empty: all alike.
        """
        return self.shares_of(regions(response), among)

    def shares_of(self, squares: Tensor, among: Sequence[float] = ()) -> Tensor:
        """The same of the mean squares of regions, 1×C×n×m."""
        natural = self.squares.clamp_min(_SILENT * self.squares.max()).to(squares.device).view(1, -1, 1, 1)
        poor = (squares / natural + FAINT).pow(-POOR)
        for counts in (self.counts, torch.tensor(among) if among else None):
            poor = poor if counts is None else poor * counts.to(poor).view(1, -1, 1, 1)
        poor = poor.mean(1, keepdim=True)
        return poor.pow(-1 / POOR) / self.share

    def to_dict(self) -> dict[str, Any]:
        """Plain values; `Natural.of` makes the same of them."""
        squares = [float(f"{value:.4g}") for value in self.squares]
        counts = {} if self.counts is None else {"counts": [float(f"{value:.3g}") for value in self.counts]}
        return {"squares": squares, "share": round(self.share, 4), **counts}

    @classmethod
    def of(cls, values: Mapping[str, Any], channels: int) -> Natural:
        """From what `to_dict` gave for a layer of so many channels; ValueError where it can't be that."""
        squares, share = [float(value) for value in values["squares"]], float(values["share"])
        if len(squares) != channels or not all(0 <= value < math.inf for value in squares) or not 0 < share < math.inf:
            raise ValueError(f"what natural pictures do to {channels} channels is {len(squares)} numbers from 0 up")
        counts = [float(value) for value in values.get("counts", ())]
        if counts and (len(counts) != channels or not all(0 < value < math.inf for value in counts)):
            raise ValueError(f"how much {channels} channels count is {len(counts)} numbers above 0")
        with torch.inference_mode(False):  # made inside a caller's inference mode, they would bar every gradient
            return cls(torch.tensor(squares), share, torch.tensor(counts) if counts else None)


class Alike:
    """How much the channels of a layer say the same, from responses (1×C×h×w) that are added one by one."""

    def __init__(self) -> None:
        self._places = 0
        self._sums: Tensor | None = None
        self._products: Tensor | None = None

    def add(self, response: Tensor) -> None:
        """What the layer says of one more picture."""
        said = response.detach()[0].flatten(1).double().cpu()
        sums, products = said.sum(1), said @ said.T
        self._sums = sums if self._sums is None else self._sums + sums
        self._products = products if self._products is None else self._products + products
        self._places += said.shape[1]

    def counts(self) -> Tensor:
        """How much each channel is to count, C values, 1 on average: (Σ r²)^(−2), the sum over all channels.

        r is the correlation of two channels over all places, 0 where they avoid each other, 1 of a channel with itself:
        the sum is how many say the same. Squared, for a dream wakes alike channels together far more than
        photographs do.
        """
        assert self._sums is not None, "nothing was added"
        assert self._products is not None, "nothing was added"
        mean = self._sums / self._places
        shared = self._products / self._places - torch.outer(mean, mean)
        spread = shared.diagonal().clamp_min(0).sqrt()
        alike = (shared / torch.outer(spread, spread).clamp_min(_SILENT**2)).clamp(0, 1).fill_diagonal_(1)
        counts = alike.square().sum(1).pow(-_ALIKE)
        return (counts / counts.mean()).float()


def natural(pictures: Sequence[Tensor], squares: Tensor | None = None, counts: Tensor | None = None) -> Natural:
    """What a layer says of natural pictures, from the `regions` of its responses to them.

    `squares` are each channel's mean square, where that is known otherwise, `counts` how much each channel counts.
    """
    if squares is None:
        squares = torch.stack([squares.mean((0, 2, 3)) for squares in pictures]).mean(0)
    shares = [float(Natural(squares, 1.0, counts).shares_of(picture).mean()) for picture in pictures]
    return Natural(squares, float(torch.tensor(shares).median()), counts)
