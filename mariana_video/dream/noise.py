"""Chance as a function of (seed, frame, octave, step), never of history: a resumed film is the same film."""

from __future__ import annotations

import numpy as np

_WORD = 1 << 64  # as a machine's word holds a number below 0: what is not below stays itself


def chance(*key: int) -> np.random.Generator:
    """A generator of its own for `key`, whatever was drawn before; parts of it may lie below 0, as times may."""
    return np.random.default_rng(np.random.SeedSequence([int(part) % _WORD for part in key]))


def offset(reach: int, *key: int) -> tuple[int, int]:
    """A shift of 0 to `reach` pixels down and to the right."""
    down, right = chance(*key).integers(0, reach + 1, 2)
    return int(down), int(right)
