"""A gradient with its coarse parts raised: most of a raw gradient is the finest detail there is, and reads as noise."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dream.plain.measure import rms
from mariana_video.dream.plain.resample import resize
from mariana_video.recipe.look import Dream
from mariana_video.recipe.values.timeline import START

WEIGHTS = Dream().bands.at(START)
"""Fine to coarse, as by default: of the detail between a size and its half, of the next, of all that is left."""


def levelled(gradient: Tensor, weights: Sequence[float] = WEIGHTS) -> Tensor:
    """`gradient` (1×C×H×W) with each band of detail divided by its RMS, then weighed and added again.

    Laplacian pyramid normalisation, as in TensorFlow's first DeepDream notebook (Mordvintsev, 2015). Motifs grow
    smoother and larger, a step adds more of what survives being carried, and colours no longer break into specks.
    """
    bands, left = [], gradient
    for _ in weights[1:]:
        coarse = F.avg_pool2d(left, 2, ceil_mode=True, count_include_pad=False)
        finer = resize(coarse, left.shape[-2:])
        bands.append(left - finer if finer is coarse else torch.sub(left, finer, out=finer))
        left = coarse
    bands.append(left.clone())
    total = torch.zeros_like(left)
    for weight in reversed(weights):
        band = bands.pop()
        size = rms(band)
        total = resize(total, band.shape[-2:])
        if size > 0:
            total = total.add_(band.mul_(weight / size))
    return total
