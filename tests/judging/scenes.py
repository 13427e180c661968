"""Clips whose right figures are known by construction."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mariana_video.judging.coherence import Coherence
from mariana_video.judging.figures import Figures
from mariana_video.judging.judge import Judgement
from tests.conftest import texture

HEIGHT, WIDTH = 60, 80
STRENGTH = 0.1


def moving(large: np.ndarray, frames: int, speed: tuple[int, int]) -> Iterator[np.ndarray]:
    """A window that runs over a large picture, `speed` (x, y) pixels a frame."""
    for number in range(frames):
        left, top = speed[0] * number, speed[1] * number
        yield large[top : top + HEIGHT, left : left + WIDTH]


def known(speed: tuple[float, float], moving_rows: slice | None = None) -> Judgement:
    """What is known of such a frame: everything that was in the picture before. With `moving_rows` only those move."""
    flow = np.zeros((HEIGHT, WIDTH, 2), np.float32)
    flow[moving_rows or slice(None)] = speed
    rows, columns = np.indices((HEIGHT, WIDTH))
    x, y = columns + flow[..., 0], rows + flow[..., 1]
    judged = (x >= 0) & (x <= WIDTH - 1) & (y >= 0) & (y <= HEIGHT - 1)
    fast = np.linalg.norm(flow, axis=-1)
    return Judgement(flow, judged, fast > 1, judged & (fast < 0.1), np.zeros_like(judged), np.zeros_like(judged))


def figures(
    sources: list[np.ndarray],
    changes: list[np.ndarray],
    judgement: Judgement,
    scores: list[tuple[float, float]] | None = None,
) -> Figures:
    """Measures sources and dreams (source + change) between all of which the same is known."""
    coherence = Coherence()
    for number, (source, change) in enumerate(zip(sources, changes, strict=True)):
        known_here = judgement if number else None
        score = None if scores is None else scores[number]
        coherence.add(source, source + change, number / 25, known_here, score)
    return coherence.figures()


def pan(frames: int, speed: tuple[int, int] = (2, 1), seed: int = 0) -> list[np.ndarray]:
    """A panned texture."""
    large = texture(HEIGHT + frames * abs(speed[1]), WIDTH + frames * abs(speed[0]), seed)
    return list(moving(large, frames, speed))


def hallucination(frames: int, speed: tuple[int, int] = (2, 1), seed: int = 1) -> list[np.ndarray]:
    """Noise that rides on the same pan."""
    rng = np.random.default_rng(seed)
    shape = (HEIGHT + frames * abs(speed[1]), WIDTH + frames * abs(speed[0]), 3)
    return list(moving(STRENGTH * rng.standard_normal(shape).astype(np.float32), frames, speed))


def anew(frames: int, seed: int = 2) -> list[np.ndarray]:
    """Other noise in every frame."""
    rng = np.random.default_rng(seed)
    return [STRENGTH * rng.standard_normal((HEIGHT, WIDTH, 3)).astype(np.float32) for _ in range(frames)]
