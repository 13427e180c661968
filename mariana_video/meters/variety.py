"""How varied a dream is: in how many directions lie the things that are seen at its strongest places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

PART = 0.2  # of a picture's places: the strongest


def strongest(features: Array) -> Array:
    """What a network says (C×h×w) at the fifth of the places where it says most, each made a unit vector: n×C."""
    rows = features.reshape(len(features), -1).T
    sizes = np.linalg.norm(rows, axis=1)
    chosen = np.argsort(-sizes, kind="stable")[: max(1, round(PART * len(rows)))]
    unit: Array = rows[chosen] / np.maximum(sizes[chosen, None], 1e-12)
    return unit


def directions(rows: Sequence[Array]) -> float:
    """How many directions carry the variance of some pictures' rows (n×C each), pooled.

    The participation ratio of their covariance, (Σ λ)² / Σ λ²: 1 where all differ along one line, C where all
    directions are alike.
    """
    pooled = np.concatenate(rows).astype(np.float64)
    covariance = np.atleast_2d(np.cov(pooled.T)) if len(pooled) > 1 else np.zeros((1, 1))
    squares = float(np.square(covariance).sum())
    return float(np.trace(covariance) ** 2 / squares) if squares > 0 else 0.0
