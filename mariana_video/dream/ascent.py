"""Gradient ascent on a picture: DeepDream's loop over octaves and steps. Nobody else steps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dream.objectives.kind import Beside
from mariana_video.dream.octaves import Octave
from mariana_video.dream.others import Others
from mariana_video.dream.plain.bending import drawn_bend
from mariana_video.dream.plain.measure import mean_size
from mariana_video.dream.plain.noise import offset
from mariana_video.dream.plain.resample import resize
from mariana_video.dream.pull import Pull
from mariana_video.dream.rules import Length, Memory, finite, stepped
from mariana_video.dream.score import Score, farthest
from mariana_video.dream.style import Style
from mariana_video.dream.tiled import Slope, gradient_of, grid_of, pushed

_NONE: Mapping[Beside, Tensor] = MappingProxyType({})


@dataclass(frozen=True)
class Step:
    """One step done: `octave` of `octaves` and `step` of `steps` count from 1.

    `pushed` are the pixels that went through the network for it, what was added round the picture included. `begun` is
    the full picture as the octave began, `small` the picture at the octave's own size, `memory` what the rule of steps
    remembers: what going on from here needs.
    """

    octave: int
    octaves: int
    step: int
    steps: int
    score: float
    pushed: int
    begun: Tensor
    small: Tensor
    memory: Memory = ()

    @cached_property
    def picture(self) -> Tensor:
        """The picture at full size, 1×3×H×W: made when it is asked for, for few steps' are."""
        if self.small.shape == self.begun.shape:
            return self.small
        change = self.small - resize(self.begun, self.small.shape[-2:])
        return resize(change, self.begun.shape[-2:]).add_(self.begun).clamp_(0, 1)


@dataclass(frozen=True)
class Pace:
    """How far the ascent goes: `steps` an octave of `size` (mean change of a value in a step), shifted up to `jitter`.

    `gain`, where given, is 1×1×h×w and multiplies the step pixel by pixel; 0 leaves a pixel alone. `bare`, where given,
    is how little there is to see (1×1×h×w, 0…1). `style` says what a step of that size is and what it does beside,
    `pull` is a loss beside the score, `others` are the pictures that terms go by. `lengths`, where given, are the steps
    on each of the octaves, how long each is in plain ones, in place of as many `steps` on all.
    """

    steps: int
    size: float
    jitter: int
    gain: Tensor | None = None
    pull: Pull | None = None
    bare: Tensor | None = None
    style: Style = field(default_factory=Style)
    others: Others = field(default_factory=Others)
    lengths: Sequence[Sequence[float]] | None = None


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
        lengths = [1.0] * pace.steps if pace.lengths is None else pace.lengths[number - 1]
        for step in _climbed(begun, score, octave, pace, lengths, key, known):
            last = replace(step, octave=number, octaves=len(octaves))
            yield last
        picture = begun if last is None else last.picture


def _climbed(
    begun: Tensor,
    score: Score,
    octave: Octave,
    pace: Pace,
    lengths: Sequence[float],
    key: tuple[int, ...],
    after: Step | None,
) -> Iterator[Step]:
    """Steps of such `lengths` on one octave, or those `after` one of them; who calls knows the octave's number."""
    start = small = resize(begun, octave.shape)
    first, memory = 0, Memory()
    if after is not None:
        small, first, memory = after.small, after.step, after.memory
    gain = None if pace.gain is None else resize(pace.gain, octave.shape)
    length = Length(pace.size, gain, octave.scale, pace.style.bands)
    bare = None if pace.bare is None or score.beside else resize(pace.bare, octave.shape)
    others = pace.others.at(octave, start, score.beside)
    rest = pace.others.rest_at(octave, start) if pace.style.compares else start
    for step in range(first, len(lengths)):
        reach = reach_of(score, octave, pace.jitter)
        draw = (*key, round(1000 * octave.scale), step)
        bend = None if bare is None else drawn_bend(bare, *draw)
        seen = small if bend is None else bend.bent(small)
        slope = shifted_gradient(score, seen, offset(reach, *draw), reach, others)
        gradient = slope.gradient if bend is None else bend.straight(slope.gradient)
        if pace.pull is not None:
            gradient = gradient + pace.pull.gradient(small)
        gradient = pace.style.pulled(gradient, small, rest)
        now = replace(length, size=pace.size * lengths[step])
        if slope.left is not None:
            now = replace(now, gain=slope.left if gain is None else gain * slope.left)
        small, memory = stepped(pace.style.rule, small, gradient, now, memory)
        small = pace.style.settled(small, gradient, rest, key[-1] * pace.steps + step)
        pushed = pushed_through(score, octave.shape, reach)
        done = Step(1, 1, step + 1, len(lengths), slope.score, pushed, begun, small, memory)
        del slope, gradient, now  # as large as the picture: they need not stand beside the next step's
        yield done


def shifted_gradient(
    score: Score, picture: Tensor, shift: tuple[int, int], reach: int, others: Mapping[Beside, Tensor] = _NONE
) -> Slope:
    """The score of `picture` and its gradient, with the network's grid shifted by `shift` (down, right) up to `reach`.

    The picture is reflected at its borders rather than rolled, so that its edges never see the far side; what lies
    outside takes no part in the gradient. The pictures that terms go by, `others`, are shifted likewise: a picture
    beside itself is the same to the last bit.
    """
    height, width = picture.shape[-2:]
    top, left = shift
    with torch.inference_mode(False), torch.enable_grad():
        padded = _padded(score, picture, shift, reach)
        beside = {which: _padded(score, other, shift, reach) for which, other in others.items()}
        slope = _balanced_gradient(score, padded, beside)
    return slope.part(top, left, height, width)


def _padded(score: Score, picture: Tensor, shift: tuple[int, int], reach: int) -> Tensor:
    height, width = picture.shape[-2:]
    top, left = shift
    tall, wide = padded_shape(score, (height, width), reach)
    padded = _reflected(picture.detach(), (left, wide - width - left, top, tall - height - top))
    return padded.clone() if padded.is_inference() else padded


def _balanced_gradient(score: Score, picture: Tensor, others: Mapping[Beside, Tensor]) -> Slope:
    """The score of a picture and its gradient, to which several networks add by their weights, however loud they are.

    What a layer says of a dream of two networks may grow tenfold for the one and double for the other: added as they
    are, the louder one would dream alone. A mean activation is followed to the letter.
    """
    if len(score.asked) == 1 or score.measure == "mean":
        return gradient_of(score, picture, others)
    found = [(weight, gradient_of(part, picture, others)) for weight, part in score.parted()]
    sizes = [finite(mean_size(slope.gradient)) for _, slope in found]
    gradient = torch.zeros_like(picture)
    for factor, (_, slope) in zip(shares([weight for weight, _ in found], sizes), found, strict=True):
        gradient = gradient + slope.gradient * factor
    slopes = [slope for _, slope in found]
    left = farthest([slope.left for slope in slopes], picture.shape[-2:])
    return Slope(sum(slope.score for slope in slopes), gradient, left)


def shares(weights: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """What gradients of such mean `sizes` are multiplied by, to add up by their `weights` to something as large."""
    whole, total = sum(weights), sum(sizes)
    return [total * weight / (whole * size) if size > 0 else 0.0 for weight, size in zip(weights, sizes, strict=True)]


def pushed_through(score: Score, shape: tuple[int, int], reach: int) -> int:
    """The pixels that go through networks, each counting, for a step on a picture of `shape` (height, width)."""
    return pushed(score, padded_shape(score, shape, reach))


def reach_of(score: Score, octave: Octave, jitter: int) -> int:
    """By how many of an octave's own pixels its picture is shifted at the most."""
    return max(score.stride, round(jitter * octave.scale)) if jitter else 0


def padded_shape(score: Score, shape: tuple[int, int], reach: int) -> tuple[int, int]:
    """(height, width) that goes through the network: room for the shift, up to the grid and to what it needs."""
    grid = grid_of(score)
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
