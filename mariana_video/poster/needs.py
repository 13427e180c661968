"""What a large picture takes, of memory and of disk, foretold before it is begun."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import count

from mariana_video.dream.ascent import padded_shape, pushed_through, reach_of
from mariana_video.dream.large.sheet import AT_ONCE
from mariana_video.dream.room import STANDING, standing
from mariana_video.dream.score import Score
from mariana_video.errors import DreamError
from mariana_video.loop.detail import first_steps, larger_octaves
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.footprint import (
    STEP,
    Kept,
    allowed_memory,
    at_once,
    fitting_width,
    in_words,
    kept_for_backward,
    memory_needed,
)
from mariana_video.networks.regions import windows
from mariana_video.recipe.values.memory import Memory

DISK = 105
"""Bytes a pixel that lie on disk at most: a picture in float32 has 12, and some of them are needed at a time."""

_READ, _WRITTEN = 8, 11  # bytes a pixel of what Pillow holds, of what it is made of, and copies
_FLOATS = 12  # of what is enlarged, before and after it is made wider
_PARTS = 10  # parts of pictures that are held at a time
_REGION = 28  # bytes of what one channel says of one region: its sum, what is added to it, mean and gradient


def large_memory_needed(
    dreamer: Dreamer,
    score: Score,
    size: tuple[int, int],
    own: tuple[int, int] | None = None,
    kept: Kept | None = None,
) -> int:
    """Bytes that this process will have taken when a picture of `size` (width, height) was dreamed part by part.

    `own` is the size that it has before it is enlarged.
    """
    shape, kept = (size[1], size[0]), kept or kept_for_backward(score, dreamer.device)
    pixels, dreamed = math.prod(shape), dreamer.shape(shape)
    composing = memory_needed(dreamer, score, dreamed[::-1], dreamed, kept) - standing(dreamer.device)
    network = at_once(score, padded_shape(score, shape, 0), kept) + _of_regions(score, shape)
    sharpening = network + 4 * _PARTS * min(AT_ONCE, 3 * pixels)
    read = _READ * math.prod(own or size)
    if own is not None and own != size:
        read += _FLOATS * own[1] * (own[0] + size[0]) + 4 * _PARTS * AT_ONCE
    return math.ceil(standing(dreamer.device) + max(composing, sharpening, read, _WRITTEN * pixels))


def _of_regions(score: Score, shape: tuple[int, int]) -> int:
    """Bytes of what is added up over a picture of `shape` (height, width)."""
    return sum(
        _REGION * layer.channels * math.prod(windows(side // layer.stride)[0] for side in shape)
        for layer in score.pooling(True).layers
    )


def weights_of(dreamer: Dreamer, shape: tuple[int, int]) -> list[float]:
    """What each step of a picture of `shape` (height, width) costs, in gradients of all of it."""
    values, dreamed = dreamer.values(), dreamer.shape(shape)
    score = dreamer.scored(values.terms)
    octaves = dreamer.octaves(dreamed, score, values)
    lengths = values.first_lengths(len(octaves))
    steps = [(octave, len(one)) for octave, one in zip(octaves, lengths, strict=True)]
    steps += [(octave, first_steps(values)) for octave in larger_octaves(shape, dreamed, values.octave_scale)]
    weights = list[float]()
    for octave, count_of in steps:
        pushed = pushed_through(score, octave.shape, reach_of(score, octave, values.jitter))
        weights += [pushed / math.prod(shape)] * count_of
    return weights


def check_large(dreamer: Dreamer, score: Score, size: tuple[int, int], own: tuple[int, int] | None = None) -> None:
    """See that a picture of `size` (width, height) fits, part by part; see `large_memory_needed`.

    Raises DreamError with what would.
    """
    allowed = allowed_memory(dreamer)
    kept = kept_for_backward(score, dreamer.device)
    needed = large_memory_needed(dreamer, score, size, own, kept)
    if allowed is None or needed <= allowed:
        return

    def with_memory(amount: int) -> int:
        other = replace(dreamer, memory=Memory(amount))
        return large_memory_needed(other, replace(score, room=other.room), size, own, kept)

    def for_width(width: int) -> int:
        return large_memory_needed(dreamer, score, (width, max(1, round(width * size[1] / size[0]))), own, kept)

    most = max(allowed, STANDING) // STEP * STEP
    amounts = count(most + STEP, STEP) if dreamer.memory is not None else iter(range(most, STANDING, -STEP))
    enough = next((f"--memory {Memory(amount)}" for amount in amounts if with_memory(amount) <= amount), None)
    smaller = fitting_width(for_width, size[0], allowed)
    would = [one for one in (None if smaller is None else f"--size {smaller}x", enough) if one is not None]
    remedy = f"{' or '.join(would)} would do" if would else "other programs closed would leave more"
    told = f"a dream of {size[0]}x{size[1]} needs about {in_words(needed)} of memory even part by part, on disk"
    raise DreamError(f"{told}, and {in_words(allowed)} can be had; {remedy}")
