"""Gradient ascent on a picture: DeepDream's loop over octaves and steps. Nobody else steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dream.bands import WEIGHTS, levelled
from mariana_video.dream.noise import offset
from mariana_video.dream.octaves import Octave
from mariana_video.dream.pull import Pull
from mariana_video.dream.resample import resize
from mariana_video.dream.score import Score
from mariana_video.dream.tiles import LARGEST, Tile, tiles_of
from mariana_video.errors import DreamError

_WALL = 0.15  # how near to 0 or 1 a value comes before its step shrinks
_AROUND = 96  # pixels: a step is measured by the gradients of a place's neighbourhood, of two boxes of this side
_HARDLY = 0.02  # of the whole picture's mean gradient: less counts as this, or nothing at all would be made much of
_NOBODY = 1e-4  # of a neighbourhood: where fewer may step, none does
_GRID = 8  # padded sides are multiples of it, and of the stride: no row is lost in pooling


Rule = Literal["mean", "tutorial"]


@dataclass(frozen=True)
class Step:
    """One step done: `octave` of `octaves` and `step` of `steps` count from 1, `picture` is 1×3×H×W at full size.

    `pushed` are the pixels that went through the network for it, what was added round the picture included. `begun` is
    the full picture as the octave began, `small` the picture at the octave's own size: what going on from here needs.
    """

    octave: int
    octaves: int
    step: int
    steps: int
    score: float
    picture: Tensor
    pushed: int
    begun: Tensor
    small: Tensor


@dataclass(frozen=True)
class Pace:
    """How far the ascent goes: `steps` an octave of `size` (mean change of a value in a step), shifted up to `jitter`.

    `gain`, where given, is 1×1×h×w and multiplies the step pixel by pixel; 0 leaves a pixel alone. `rule` says what a
    step of that size is, `pull` is a loss beside the score, and `bands` are the weights of fine to coarse detail.
    """

    steps: int
    size: float
    jitter: int
    gain: Tensor | None = None
    rule: Rule = "mean"
    pull: Pull | None = None
    bands: Sequence[float] = WEIGHTS


def ascend(
    picture: Tensor,
    score: Score,
    octaves: Sequence[Octave],
    pace: Pace,
    key: tuple[int, ...],
    after: Step | None = None,
) -> Iterator[Step]:
    """Steps of gradient ascent on `picture` (1×3×H×W, float32, 0…1), octave by octave, yielded one by one.

    Each octave shrinks the picture, ascends there, and adds the enlarged *change* to the full picture: that is
    DeepDream's re-injection of detail, and holds likewise when only some of the octaves run. `key` is (seed, frame).
    With `after`, a step of the same ascent, those that follow it are made.

    Raises DreamError on a gradient that is not finite. Works under `torch.no_grad()` and `torch.inference_mode()`.
    """
    for number, octave in enumerate(octaves, 1):
        if after is not None and number < after.octave:
            continue
        last = known = after if after is not None and number == after.octave else None
        begun = picture if known is None else known.begun
        for last in _climbed(begun, score, octave, pace, key, known):
            yield replace(last, octave=number, octaves=len(octaves))
        picture = begun if last is None else last.picture


def _climbed(
    begun: Tensor, score: Score, octave: Octave, pace: Pace, key: tuple[int, ...], after: Step | None
) -> Iterator[Step]:
    """The steps on one octave, or those `after` one of them; who calls knows the octave's number."""
    start = small = resize(begun, octave.shape)
    first = 0
    if after is not None:
        small, first = after.small, after.step
    gain = None if pace.gain is None else resize(pace.gain, octave.shape)
    for step in range(first, pace.steps):
        reach = reach_of(score, octave, pace.jitter)
        value, gradient = shifted_gradient(score, small, offset(reach, *key, round(1000 * octave.scale), step), reach)
        if pace.pull is not None:
            gradient = gradient + pace.pull.gradient(small)
        small = RULES[pace.rule](small, gradient, pace.size, gain, octave.scale, pace.bands)
        full = small if octave.scale == 1 else (begun + resize(small - start, begun.shape[-2:])).clamp(0, 1)
        pushed = pushed_through(score, octave.shape, reach)
        yield Step(1, 1, step + 1, pace.steps, value, full, pushed, begun, small)


def moved(
    picture: Tensor,
    gradient: Tensor,
    size: float,
    gain: Tensor | None,
    scale: float = 1.0,
    bands: Sequence[float] = WEIGHTS,
) -> Tensor:
    """One normalised step uphill, `picture + size · gain · g / mean|g|`; a flat gradient changes nothing.

    g is the gradient with its bands of detail levelled (see `levelled`), its mean that of a place's neighbourhood on
    an octave of that `scale`: what a place dreams doesn't hang on what lies far from it. Near black and white the step
    shrinks with what is left to go, so that a long ascent doesn't burn the picture.
    """
    if finite(mean_size(gradient)) == 0:
        return picture
    gradient = levelled(gradient, bands)
    change = gradient * (size / _mean_around(gradient, gain, scale))
    if gain is not None:
        change = change * gain
    room = torch.where(change > 0, 1 - picture, picture)
    return (picture + change * (room / _WALL).clamp(max=1)).clamp(0, 1)


def _mean_around(gradient: Tensor, gain: Tensor | None, scale: float) -> Tensor:
    """mean|g| over some `_AROUND` pixels round each place, of those that may step: 1×1×H×W, nowhere 0."""
    size = gradient.abs().mean(1, keepdim=True)
    steps = torch.ones_like(size) if gain is None else (gain > 0).to(size)
    cells = F.avg_pool2d(torch.cat([size * steps, steps], 1), _GRID, ceil_mode=True, count_include_pad=False)
    side = max(1, round(_AROUND * scale / _GRID))
    for _ in range(2):
        around = [min(side | 1, one - 1 + one % 2) for one in cells.shape[-2:]]
        cells = F.avg_pool2d(cells, around, 1, [one // 2 for one in around], count_include_pad=False)
    total, share = cells.chunk(2, 1)
    mean = (total / share.clamp_min(_NOBODY)).clamp_min(_HARDLY * mean_size(gradient))
    return resize(mean, (gradient.shape[-2], gradient.shape[-1]))


def moved_as_in_the_tutorial(
    picture: Tensor,
    gradient: Tensor,
    size: float,
    gain: Tensor | None,
    _scale: float = 1.0,
    _bands: Sequence[float] = WEIGHTS,
) -> Tensor:
    """One step of TensorFlow's DeepDream tutorial: `picture + size · g / std(g)` for a picture of −1…1, then clipped.

    A picture of 0…1 moves by half of that. The paper's step sizes, 0.01 and 0.5, are in these units.
    """
    spread = finite(float(np.std(gradient.detach().cpu().numpy(), dtype=np.float64)))
    change = gradient * (0.5 * size / (spread + 1e-8))
    return (picture + (change if gain is None else change * gain)).clamp(0, 1)


RULES: Mapping[str, Callable[[Tensor, Tensor, float, Tensor | None, float, Sequence[float]], Tensor]] = {
    "mean": moved,
    "tutorial": moved_as_in_the_tutorial,
}


def finite(size: float) -> float:
    """The size of a gradient, or a DreamError where it is none."""
    if not math.isfinite(size):
        raise DreamError(
            "the gradient is not finite, so the dream can't go on: try --precision fp32, or another network or layer"
        )
    return size


def mean_size(gradient: Tensor) -> float:
    """mean|g| in float64 by numpy: torch's float32 reduction differs with the number of threads."""
    return float(np.mean(np.abs(gradient.detach().cpu().numpy()), dtype=np.float64))


def shifted_gradient(score: Score, picture: Tensor, shift: tuple[int, int], reach: int) -> tuple[float, Tensor]:
    """The score of `picture` and its gradient, with the network's grid shifted by `shift` (down, right) up to `reach`.

    The picture is reflected at its borders rather than rolled, so that its edges never see the far side; what lies
    outside takes no part in the gradient.
    """
    height, width = picture.shape[-2:]
    top, left = shift
    tall, wide = padded_shape(score, (height, width), reach)
    bottom, right = tall - height - top, wide - width - left
    with torch.inference_mode(False), torch.enable_grad():
        padded = _reflected(picture.detach().clone(), (left, right, top, bottom))
        value, gradient = _balanced_gradient(score, padded)
    return value, gradient[..., top : top + height, left : left + width].contiguous()


def _balanced_gradient(score: Score, picture: Tensor) -> tuple[float, Tensor]:
    """The score of a picture and its gradient, to which several networks add by their weights, however loud they are.

    What a layer says of a dream of two networks may grow tenfold for the one and double for the other: added as they
    are, the louder one would dream alone. A mean activation is followed to the letter.
    """
    parts = score.parted()
    if len(parts) == 1 or score.measure == "mean":
        return _whole_gradient(score, picture)
    found = [(weight, *_whole_gradient(part, picture)) for weight, part in parts]
    sizes = [finite(mean_size(gradient)) for _, _, gradient in found]
    whole = sum(weight for weight, _, _ in found)
    gradient = torch.zeros_like(picture)
    for (weight, _, own), size in zip(found, sizes, strict=True):
        if size > 0:
            gradient = gradient + own * (sum(sizes) * weight / (whole * size))
    return sum(value for _, value, _ in found), gradient


def _whole_gradient(score: Score, picture: Tensor) -> tuple[float, Tensor]:
    """The score of a picture and its gradient; tile by tile where it is large."""
    tiles = tiles_for(score, (picture.shape[-2], picture.shape[-1]))
    if len(tiles) == 1:
        return _gradient(score, picture)
    total, whole, pixels = 0.0, torch.empty_like(picture), picture.shape[-2] * picture.shape[-1]
    for tile in tiles:
        upper, lower, before, after = tile.core
        value, gradient = _gradient(score, picture[..., tile.top : tile.bottom, tile.left : tile.right])
        inner = gradient[..., upper - tile.top : lower - tile.top, before - tile.left : after - tile.left]
        whole[..., upper:lower, before:after] = inner * (tile.pixels / pixels)  # each value is a mean over its tile
        total += value * (lower - upper) * (after - before) / pixels
    return total, whole


def _gradient(score: Score, picture: Tensor) -> tuple[float, Tensor]:
    picture = picture.contiguous(memory_format=torch.channels_last).requires_grad_(True)
    value = score(picture)
    (gradient,) = torch.autograd.grad(value, picture)
    return float(value.detach()), gradient.float()


def tiles_for(score: Score, shape: tuple[int, int]) -> tuple[Tile, ...]:
    """The tiles in which a padded picture of `shape` (height, width) goes through the network.

    A mean activation is followed to the letter, as what it follows has it: in one piece.
    """
    grid = math.lcm(_GRID, score.stride)
    return tiles_of(shape, grid, score.view, math.prod(shape) if score.measure == "mean" else LARGEST)


def pushed_through(score: Score, shape: tuple[int, int], reach: int) -> int:
    """The pixels that go through networks, each counting, for a step on a picture of `shape` (height, width)."""
    return len(score.asked) * sum(tile.pixels for tile in tiles_for(score, padded_shape(score, shape, reach)))


def reach_of(score: Score, octave: Octave, jitter: int) -> int:
    """By how many of an octave's own pixels its picture is shifted at the most."""
    return max(score.stride, round(jitter * octave.scale)) if jitter else 0


def padded_shape(score: Score, shape: tuple[int, int], reach: int) -> tuple[int, int]:
    """(height, width) that goes through the network: room for the shift, up to the grid and to what it needs."""
    grid = math.lcm(_GRID, score.stride)
    height, width = (max(score.smallest, math.ceil((side + reach) / grid) * grid) for side in shape)
    return height, width


def _reflected(picture: Tensor, pad: tuple[int, int, int, int]) -> Tensor:
    """`picture` reflected at its borders; (left, right, top, bottom) may exceed its sides."""
    while any(pad):
        height, width = picture.shape[-2:]
        limits = (width - 1, width - 1, height - 1, height - 1)
        now = tuple(min(amount, limit) for amount, limit in zip(pad, limits, strict=True))
        if not any(now):
            return F.pad(picture, pad, mode="replicate")
        picture = F.pad(picture, now, mode="reflect")
        pad = tuple(amount - done for amount, done in zip(pad, now, strict=True))  # type: ignore[assignment]
    return picture
