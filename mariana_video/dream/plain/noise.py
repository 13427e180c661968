"""Chance as a function of (seed, frame, octave, step), never of history: a resumed film is the same film."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_WORD = 1 << 64  # as a machine's word holds a number below 0: what is not below stays itself


def chance(*key: int) -> np.random.Generator:
    """A generator of its own for `key`, whatever was drawn before; parts of it may lie below 0, as times may."""
    return np.random.default_rng(np.random.SeedSequence([int(part) % _WORD for part in key]))


def offset(reach: int, *key: int) -> tuple[int, int]:
    """A shift of 0 to `reach` pixels down and to the right."""
    down, right = chance(*key).integers(0, reach + 1, 2)
    return int(down), int(right)


def natural_noise(shape: tuple[int, int], *key: int, power: float = 1.0) -> NDArray[np.float32]:
    """Noise of mean 0 and spread 1 whose spectrum falls as 1/f**`power`, as natural pictures' do: 3×H×W."""
    height, width = shape
    rows, columns = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    size = np.sqrt(rows**2 + columns**2)
    size[0, 0] = np.inf
    drawn = chance(*key).standard_normal((3, height, width))
    # Natural colours agree for the most part: one grey sheet, and colour over it.
    drawn = 0.8 * drawn.mean(0, keepdims=True) * np.sqrt(3) + 0.6 * drawn
    made = np.fft.irfft2(np.fft.rfft2(drawn) / size**power, (height, width))
    made /= np.maximum(made.std((1, 2), keepdims=True), 1e-12)
    return made.astype(np.float32)
