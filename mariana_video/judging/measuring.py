"""Measuring a whole clip: the pair of clips, the judge, the network's score and the running figures put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from mariana_video.dream.score import Score
from mariana_video.judging.coherence import Coherence
from mariana_video.judging.figures import Row
from mariana_video.judging.judge import Judge, Judgement
from mariana_video.judging.pairing import Pair
from mariana_video.media.shape import fitted, resized

Array = NDArray[np.float32]

_SCORED = 12  # frames of each part of a film that the network looks at


@dataclass(frozen=True)
class Seen:
    """One frame measured: its source and dream at the judge's size, what is known of its motion, its figures."""

    number: int
    source: Array
    dream: Array
    judgement: Judgement | None
    row: Row


def measured(coherence: Coherence, pair: Pair, judge: Judge, score: Score | None, width: int) -> Iterator[Seen]:
    """Gives every frame of `pair` to `coherence`, at most `width` pixels on the longer side, and yields it.

    The network scores frames at the pair's own size, and not all of a long film: frames 2 to 10, some of the last tenth
    and some between.
    """
    size = fitted(pair.size, width)
    scored = scored_frames(pair.frames)
    before: Array | None = None
    for number, (time, whole_source, whole_dream) in enumerate(pair):
        wanted = score if number in scored else None
        scores = None if wanted is None else (score_of(wanted, whole_dream), score_of(wanted, whole_source))
        source, dream = resized(whole_source, size), resized(whole_dream, size)
        judgement = None if before is None else judge.between(source, before)
        row = coherence.add(source, dream, float(time), judgement, scores)
        yield Seen(number, source, dream, judgement, row)
        before = source


def score_of(score: Callable[[torch.Tensor], torch.Tensor], picture: Array) -> float:
    """The network's score of a picture (H×W×3 in 0…1)."""
    with torch.inference_mode():
        return float(score(torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))[None]))


def scored_frames(frames: int) -> frozenset[int]:
    """The frames (from 0) that the network scores."""
    late = frames - max(1, frames // 10)
    parts = ((1, min(10, frames)), (10, late), (late, frames))
    return frozenset(int(i) for begin, end in parts if end > begin for i in np.linspace(begin, end - 1, _SCORED))
