"""How much structure a picture has, against noise.

An ascent can end in noise or in structure, and by eye both look busy. Noise has energy at every scale alike, its
gradients point anywhere, nothing in it comes back, and no mirror or turn maps it onto itself. Each of these is one
number here; white noise and plain patterns are the known ends of each (see the tests).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float64]
_SHELLS = 24  # rings of equal width in the spectrum
_NEAR = 3.0  # pixels: the reach over which gradients are compared
_MOTIF = 6.0  # pixels: what is larger is taken away before a picture is compared with itself
_APART = 0.06  # of the short side: how far a picture is shifted at least to count as another place
_LARGEST = 192  # pixels of the short side: larger pictures are shrunk, so that a measure means the same at any size


@dataclass(frozen=True)
class Structure:
    """What speaks for structure, each from 0 (none) to 1.

    coherence: how far neighbouring gradients agree in direction (structure tensor; Bigun and Granlund, "Optimal
        orientation detection of linear symmetry", ICCV 1987): about 0.1 in white noise, 1 in stripes.
    flatness: how evenly the spectrum's rings are filled, the geometric over the arithmetic mean: 1 in white noise; the
        one number that *falls* with structure.
    repetition: the highest correlation with itself at another place: near 0 in noise, 1 in a pattern.
    mirror: the same with its left-right mirror image, at the best axis.
    turn: the same with itself turned by 180°, about the best point.
    """

    coherence: float
    flatness: float
    repetition: float
    mirror: float
    turn: float


def structure(picture: NDArray[np.float32]) -> Structure:
    """The structure of a picture (H×W×3 or H×W, 0…1), measured in grey."""
    grey = _grey(picture)
    motifs = _windowed(_flattened(grey))
    return Structure(
        coherence=_coherence(grey),
        flatness=_flatness(grey),
        repetition=_agreement(motifs, motifs, apart=True),
        mirror=_agreement(motifs, motifs[:, ::-1], apart=False),
        turn=_agreement(motifs, motifs[::-1, ::-1], apart=False),
    )


def _grey(picture: NDArray[np.float32]) -> Grey:
    import cv2

    grey: Grey = np.asarray(picture, np.float64)
    if grey.ndim == 3:
        grey = np.asarray(grey.mean(2), np.float64)
    scale = _LARGEST / min(grey.shape)
    if scale < 1:
        size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float64)
    return grey


def _blurred(grey: Grey, sigma: float) -> Grey:
    import cv2

    return np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), np.float64)


def _coherence(grey: Grey) -> float:
    """(λ1 − λ2) / (λ1 + λ2) of the gradients' covariance round each place, averaged by their energy."""
    down, across = np.gradient(_blurred(grey, 0.7))
    xx, yy, xy = (_blurred(np.asarray(part), _NEAR) for part in (across * across, down * down, across * down))
    energy = xx + yy
    if energy.sum() <= 1e-12 * energy.size:
        return 0.0
    return float(np.hypot(xx - yy, 2 * xy).sum() / energy.sum())


def _flatness(grey: Grey) -> float:
    """Geometric over arithmetic mean of the mean power in rings of the spectrum (1 where there is nothing at all)."""
    windowed = _windowed(grey - grey.mean())
    power = np.abs(np.fft.fft2(windowed)) ** 2
    rows, columns = np.fft.fftfreq(grey.shape[0])[:, None], np.fft.fftfreq(grey.shape[1])[None]
    radius = np.hypot(rows, columns)
    ring = np.minimum((radius / 0.5 * _SHELLS).astype(int), _SHELLS)
    counts = np.bincount(ring.ravel(), minlength=_SHELLS + 1)
    rings = np.bincount(ring.ravel(), power.ravel(), _SHELLS + 1) / np.maximum(counts, 1)
    rings = rings[1:_SHELLS][counts[1:_SHELLS] > 0]
    if not len(rings) or rings.mean() <= 1e-18:
        return 1.0
    return float(np.exp(np.log(np.maximum(rings, 1e-9 * rings.mean())).mean()) / rings.mean())


def _flattened(grey: Grey) -> Grey:
    """Motifs only: what is larger is taken away, and their strength made equal everywhere."""
    fine = grey - _blurred(grey, _MOTIF)
    strength = np.sqrt(_blurred(fine * fine, 2 * _MOTIF))
    even: Grey = fine / np.maximum(strength, 1e-3)
    return even


def _windowed(grey: Grey) -> Grey:
    window: Grey = np.outer(np.hanning(grey.shape[0] + 2)[1:-1], np.hanning(grey.shape[1] + 2)[1:-1])
    return grey * window


def _agreement(one: Grey, other: Grey, apart: bool) -> float:
    """The highest correlation of two windowed pictures over all shifts (leaving out small ones where `apart`).

    A shift leaves less overlap of the windows, which is made up for; below a quarter of it nothing is said.
    """
    shape = [2 * side for side in one.shape]
    product = np.fft.irfft2(np.fft.rfft2(one, shape) * np.fft.rfft2(other, shape).conj(), shape)
    window = _windowed(np.ones_like(one))
    overlap = np.fft.irfft2(np.abs(np.fft.rfft2(window, shape)) ** 2, shape)
    usable = overlap > overlap.max() / 4
    if apart:
        rows, columns = (np.abs(np.fft.fftfreq(side, 1 / side)) for side in shape)
        usable &= np.hypot(rows[:, None], columns[None]) > _APART * min(one.shape)
    energy = np.sqrt((one**2).sum() * (other**2).sum())
    if energy <= 1e-12 or not usable.any():
        return 0.0
    return float(np.clip((product * overlap.max() / np.maximum(overlap, 1e-9))[usable].max() / energy, 0, 1))
