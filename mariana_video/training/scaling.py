"""How a teacher's answers are scaled before they are learnt: channel by channel, or whitened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

_QUIET = 0.01  # of the loudest channel's RMS: what is quieter is not made louder than that
_FAINT = 0.1  # of the mean variance, added to that of every direction: what hardly varies is mostly noise


@dataclass(frozen=True)
class Scaling:
    """(answer − `mean`) by `factor`, which is C numbers or a matrix C×C."""

    mean: Tensor
    factor: Tensor

    def of(self, answer: Tensor) -> Tensor:
        """`answer` (N×C×h×w) scaled, float32."""
        answer = answer.float() - self.mean.view(1, -1, 1, 1)
        if self.factor.ndim == 1:
            return answer * self.factor.view(1, -1, 1, 1)
        return F.conv2d(answer, self.factor[:, :, None, None])

    def state(self) -> tuple[Tensor, Tensor]:
        """Plain tensors, from which `Scaling(*state)` is the same."""
        return self.mean, self.factor


def by_size(answers: Iterable[Tensor]) -> Scaling:
    """Every channel divided by its RMS over `answers` (N×C×h×w each)."""
    _, second, count = _moments(answers)
    size = (second.diagonal() / count).sqrt()
    size = size.clamp_min(_QUIET * float(size.max())).float()
    return Scaling(torch.zeros_like(size), 1 / size)


def whitening(answers: Iterable[Tensor]) -> Scaling:
    """Every direction made to vary nearly alike: by (C + 0.1 · mean variance)^(−1/2), C being the answers' covariance.

    Divided by its size alone, a channel counts as often as others say the same: what a teacher's many dogs' channels
    share is then learnt many times over, what only one of them says hardly at all.
    """
    first, second, count = _moments(answers)
    mean = first / count
    values, vectors = torch.linalg.eigh(second / count - torch.outer(mean, mean))
    values = values.clamp_min(0)
    factor = vectors * (values + _FAINT * values.mean()).rsqrt() @ vectors.T
    return Scaling(mean.float(), factor.float())


def _moments(answers: Iterable[Tensor]) -> tuple[Tensor, Tensor, int]:
    """Sums of positions' values and of their products, in float64, and how many there are."""
    first, second, count = torch.zeros(()), torch.zeros(()), 0
    for answer in answers:
        rows = answer.detach().permute(0, 2, 3, 1).flatten(0, 2).cpu().double()
        first, second, count = first + rows.sum(0), second + rows.T @ rows, count + len(rows)
    return first, second, count
