"""What each step does beside going uphill: what it takes back, what it smooths, what it keeps symmetrical.

The regularisers of Nguyen, Yosinski and Clune, "Deep Neural Networks are Easily Fooled" (2015), and of Yosinski et al.,
"Understanding Neural Networks Through Deep Visualization" (2015): all act on what was dreamed, the difference from what
the picture was, so that a film's own picture is left alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dream.bands import WEIGHTS
from mariana_video.dream.plain.colours import decorrelated, keeping, kept_colours
from mariana_video.dream.plain.measure import mean_size
from mariana_video.dream.plain.symmetry import folded
from mariana_video.recipe.look import Kept, Rule

_EDGE = 0.02  # of a difference between neighbours: less counts as smooth already


@dataclass(frozen=True)
class Style:
    """How the steps of a frame are made.

    `colour` says which colours stay, `colour_steps` where colours go, `rule` what a step of a size is, `bands` weigh
    fine to coarse detail, `decay` is what each step takes back of what was dreamed, `blur` by how many pixels it is
    blurred every `blur_every` steps, `clip_norm` and `clip_contribution` which share of the pixels is taken back: those
    that differ least, and those that raise the score least. `smoothness` is how hard differences between neighbours are
    pulled at, `folds` the symmetry kept in the loop.
    """

    colour: Kept = "free"
    colour_steps: Literal["plain", "decorrelated"] = "plain"
    rule: Rule = "mean"
    bands: Sequence[float] = WEIGHTS
    decay: float = 0.0
    blur: float = 0.0
    blur_every: int = 1
    clip_norm: float = 0.0
    clip_contribution: float = 0.0
    smoothness: float = 0.0
    folds: int = 0

    @property
    def compares(self) -> bool:
        """Whether a step looks at what the picture would be, had nothing been dreamed."""
        taken = self.decay or self.blur or self.clip_norm or self.clip_contribution or self.smoothness
        return bool(taken) or self.colour != "free"

    @property
    def counts_steps(self) -> bool:
        """Whether it makes a difference how many steps lead as far: they take something back, or have lengths of their
        own."""
        return self.rule != "mean" or bool(self.decay or self.blur or self.clip_norm or self.clip_contribution)

    def pulled(self, gradient: Tensor, picture: Tensor, rest: Tensor) -> Tensor:
        """`gradient` (1×3×h×w) with what smooths the dream in a picture, its colours going where they are to."""
        if self.colour_steps == "decorrelated":
            gradient = decorrelated(gradient)
        gradient = keeping(gradient, self.colour)
        if not self.smoothness:
            return gradient
        return gradient + self.smoothness * mean_size(gradient) * _smoothing(picture - rest)

    def settled(self, picture: Tensor, gradient: Tensor, rest: Tensor, number: int) -> Tensor:
        """`picture` after step `number` (from 0) along `gradient`; what was dreamed is its difference from `rest`."""
        blur = self.blur if (number + 1) % self.blur_every == 0 else 0.0
        if self.decay or blur or self.clip_norm or self.clip_contribution:
            change = (picture - rest) * (1 - self.decay)
            change = _blurred(change, blur) if blur else change
            for share, worth in (
                (self.clip_norm, change.square().sum(1, keepdim=True)),
                (self.clip_contribution, (change * gradient).sum(1, keepdim=True).abs()),
            ):
                change = _clipped(change, worth, share)
            picture = (rest + change).clamp(0, 1)
        return folded(kept_colours(picture, rest, self.colour), self.folds)


def _smoothing(change: Tensor) -> Tensor:
    """What lessens total variation, −1…1 at an edge: the gradient of −Σ √(dx² + dy² + ε²) (Rudin et al., 1992)."""
    right = F.pad(change.diff(dim=-1), (0, 1))
    down = F.pad(change.diff(dim=-2), (0, 0, 0, 1))
    size = (right.square() + down.square() + _EDGE**2).sqrt()
    right, down = right / size, down / size
    left, up = F.pad(right, (1, 0))[..., :-1], F.pad(down, (0, 0, 1, 0))[..., :-1, :]
    return (right - left + down - up) / 2


def _blurred(change: Tensor, pixels: float) -> Tensor:
    """A Gaussian blur of standard deviation `pixels`."""
    planes = change[0].permute(1, 2, 0).contiguous().cpu().numpy()
    soft = cv2.GaussianBlur(planes, (0, 0), pixels, borderType=cv2.BORDER_REFLECT)
    return torch.from_numpy(np.ascontiguousarray(soft.transpose(2, 0, 1)))[None].to(change)


def _clipped(change: Tensor, worth: Tensor, share: float) -> Tensor:
    """`change` (1×3×h×w) without that `share` of its pixels that are `worth` (1×1×h×w) least."""
    if not share:
        return change
    count = math.floor(share * worth.numel())
    if not count:
        return change
    least = float(np.partition(worth.detach().cpu().numpy().ravel(), count - 1)[count - 1])
    return change * (worth > least)
