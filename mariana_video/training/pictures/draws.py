"""How fast is learnt at a step, and which pictures a chunk is drawn from."""

from __future__ import annotations

import math

import numpy as np

from mariana_video.training.pictures.data import Pictures


def cosine(step: int, steps: int, rate: float, warmup: int) -> float:
    """Learning rate at a step: a linear start, then half a cosine to a hundredth."""
    if step < warmup:
        return rate * (step + 1) / warmup
    part = (step - warmup) / max(1, steps - warmup)
    return rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, part))))


def drawn(pictures: Pictures, count: int, labelled_share: float, generator: np.random.Generator) -> list[int]:
    """Indices for a chunk: a share of labelled pictures, every class as often, the rest from all others."""
    labelled = [np.flatnonzero(pictures.labels == c) for c in range(len(pictures.classes))]
    others = np.flatnonzero(pictures.labels < 0)
    with_label = count if not len(others) else round(count * labelled_share)
    kinds = generator.integers(len(labelled), size=with_label)
    chosen = [int(generator.choice(labelled[kind])) for kind in kinds]
    if with_label < count:
        chosen += [int(i) for i in generator.choice(others, count - with_label, replace=count > len(others))]
    return [chosen[i] for i in generator.permutation(len(chosen))]
