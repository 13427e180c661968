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
_SILENT = 1e-4  # of the loudest channel's mean square: what is quieter counts as this


@dataclass(frozen=True)
class Natural:
    """A layer on natural pictures: each channel's mean square (C values), and the `share` that such a picture has."""

    squares: Tensor
    share: float = 1.0

    def shares(self, response: Tensor, among: Sequence[float] = ()) -> Tensor:
        """How far each region of a picture goes beyond natural ones, each channel having its share: 1×1×n×m.

        For every region and channel the mean square over its natural value, x; over the channels of a region the
        power mean (mean (x + 0.05)^(−½))^(−2), over its own natural value. In a plain mean the loudest channels win
        all; here what is poor is worth more, and growing what is rich already hardly pays.

        Args:
            response: 1×C×h×w, after ReLU.
            among: how much each of the C channels counts in the mean, 1 on average; empty: all alike.
        """
        return self.shares_of(regions(response), among)

    def shares_of(self, squares: Tensor, among: Sequence[float] = ()) -> Tensor:
        """The same of the mean squares of regions, 1×C×n×m."""
        natural = self.squares.clamp_min(_SILENT * self.squares.max()).to(squares.device).view(1, -1, 1, 1)
        poor = (squares / natural + FAINT).pow(-POOR)
        if among:
            poor = poor * torch.tensor(among).to(poor).view(1, -1, 1, 1)
        poor = poor.mean(1, keepdim=True)
        return poor.pow(-1 / POOR) / self.share

    def to_dict(self) -> dict[str, Any]:
        """Plain values; `Natural.of` makes the same of them."""
        return {"squares": [float(f"{value:.4g}") for value in self.squares], "share": round(self.share, 4)}

    @classmethod
    def of(cls, values: Mapping[str, Any], channels: int) -> Natural:
        """From what `to_dict` gave for a layer of so many channels; ValueError where it can't be that."""
        squares, share = [float(value) for value in values["squares"]], float(values["share"])
        if len(squares) != channels or not all(0 <= value < math.inf for value in squares) or not 0 < share < math.inf:
            raise ValueError(f"what natural pictures do to {channels} channels is {len(squares)} numbers from 0 up")
        with torch.inference_mode(False):  # made inside a caller's inference mode, they would bar every gradient
            return cls(torch.tensor(squares), share)


def natural(pictures: Sequence[Tensor], squares: Tensor | None = None) -> Natural:
    """What a layer says of natural pictures, from the `regions` of its responses to them.

    `squares` are each channel's mean square, where that is known otherwise.
    """
    if squares is None:
        squares = torch.stack([squares.mean((0, 2, 3)) for squares in pictures]).mean(0)
    shares = [float(Natural(squares).shares_of(picture).mean()) for picture in pictures]
    return Natural(squares, float(torch.tensor(shares).median()))
