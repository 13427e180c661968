"""Ways to dream a film, for `coherence.py`: the program's own loop, and what others do.

Every method gets the same frames, network, layers, octaves, jitter and step rule, and gives, frame by frame, the dream
and the pixels that were pushed through the network for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mariana_video.dream.arrays import to_array, to_tensor
from mariana_video.dream.ascent import Pace
from mariana_video.dream.plain.measure import rms
from mariana_video.dream.pull import Pull
from mariana_video.dream.score import Score
from mariana_video.footage.film import film
from mariana_video.footage.plan import Plan
from mariana_video.loop.dreamer import Dreamer
from mariana_video.media.clip import Frame
from mariana_video.media.read.reader import read
from mariana_video.motion.flow import Estimator
from mariana_video.motion.view import View
from mariana_video.recipe.options import Carry
from mariana_video.recipe.values.schedule import Schedule

Array = NDArray[np.float32]
Dreams = Iterator[tuple[Array, int]]
"""(the dream, H×W×3 in 0…1; pixels pushed through the network for it), frame by frame."""

_BLEND = 0.85  # pytorch-deepdream's default
_AGREES = 30 / 255  # deepdream-video-pytorch: a difference of grey that still counts as the same thing


@dataclass(frozen=True)
class Job:
    """One clip to dream: `later` is the steps an octave of the other methods' carried frames, `weight` the temporal
    loss's λ."""

    plan: Plan
    dreamer: Dreamer
    later: int = 1
    weight: float = 5.0

    def frames(self) -> Iterator[Frame]:
        """The source's frames, at the size that is dreamed at."""
        return read(self.plan.clip, start=self.plan.start, duration=self.plan.duration, size=self.plan.size)

    @property
    def score(self) -> Score:
        """What is made larger."""
        return self.dreamer.score()

    def pace(self, first: bool) -> Pace:
        """The steps of a first frame, or of a later one."""
        values = self.dreamer.values()
        return Pace(values.first_steps if first else self.later, values.step_size, values.jitter)


def ours(job: Job) -> Dreams:
    """The program as it is."""
    return _by_the_loop(job, job.dreamer)


def alone(job: Job) -> Dreams:
    """Every frame dreamed from its source, as if it were the only one."""
    carry = replace(job.dreamer.recipe.carry, carry=Schedule("0"))
    return _by_the_loop(job, _other(job.dreamer, carry))


def frozen(job: Job) -> Dreams:
    """The first frame's dream carried along, nothing added."""
    carry = replace(job.dreamer.recipe.carry, carry=Schedule("1"))
    dream = replace(job.dreamer.recipe.dream, steps=Schedule("0"), first_steps=job.dreamer.recipe.dream.first())
    dreamer = _other(job.dreamer, carry)
    return _by_the_loop(job, replace(dreamer, recipe=replace(dreamer.recipe, dream=dream)))


def _other(dreamer: Dreamer, carry: Carry) -> Dreamer:
    return replace(dreamer, recipe=replace(dreamer.recipe, carry=carry))


def _by_the_loop(job: Job, dreamer: Dreamer) -> Dreams:
    pixels = job.plan.size[0] * job.plan.size[1]
    with film(job.plan, dreamer) as frames:
        for done in frames:
            yield done.rgb, round(done.rendered.passes * pixels)


def blended(job: Job) -> Dreams:
    """The dream before and the new frame laid over each other, motion left out of account (pytorch-deepdream)."""

    def start(source: Array, _before: Array, dream: Array) -> Array:
        return dream + np.float32(_BLEND) * (source - dream)

    return _from_starts(job, start)


def rival(job: Job) -> Dreams:
    """Flow from the frame before, negated and used on this one; a photometric mask; half and half
    (deepdream-video-pytorch, 2026)."""
    estimator = Estimator()

    def start(source: Array, before: Array, dream: Array) -> Array:
        onward = estimator.between(_view(before), _view(source)).flow  # on the frame before, pointing to this one
        flow = -onward[0].permute(1, 2, 0).numpy()
        mask = _alike(source, _sampled(before, flow))
        carried = mask * _sampled(dream, flow) + (np.float32(1) - mask) * source
        return np.asarray(np.float32(0.5) * (source + carried), np.float32)

    return _from_starts(job, start)


def _alike(source: Array, warped: Array) -> Array:
    """1 where the warped frame before looks like this one, opened and blurred as that program does (H×W×1)."""
    base = int((source.shape[0] * source.shape[1]) ** 0.5)
    opened, blurred = (max(least, int(base * share)) | 1 for least, share in ((3, 0.003), (5, 0.009)))
    grey = cv2.cvtColor(np.abs(source - warped), cv2.COLOR_RGB2GRAY)
    mask = cv2.morphologyEx((grey <= _AGREES).astype(np.float32), cv2.MORPH_OPEN, np.ones((opened, opened), np.uint8))
    return np.asarray(cv2.GaussianBlur(mask, (blurred, blurred), 0)[..., None], np.float32)


def _sampled(picture: Array, flow: Array) -> Array:
    rows, columns = np.indices(picture.shape[:2], dtype=np.float32)
    return np.asarray(cv2.remap(picture, columns + flow[..., 0], rows + flow[..., 1], cv2.INTER_LINEAR), np.float32)


def _from_starts(job: Job, start: Callable[[Array, Array, Array], Array]) -> Dreams:
    """Frames that begin at start(source, source before, dream before) and take the ordinary ascent from there."""
    before: Array | None = None
    dream: Array | None = None
    for index, frame in enumerate(job.frames()):
        begin = frame.rgb if before is None or dream is None else start(frame.rgb, before, dream)
        picture, score = to_tensor(begin).clamp(0, 1), job.score
        octaves = job.dreamer.octaves(_shape(picture), score)
        done = job.dreamer.ascend(picture, score, octaves, job.pace(first=dream is None), index)
        before, dream = frame.rgb, to_array(done.picture)
        yield dream, done.pushed


def temporal(job: Job) -> Dreams:
    """Every frame from its source, with a loss that pulls it to the warped dream before: the program's own
    `--temporal-weight` at `--carry 0` (after LucidDream)."""
    carry = replace(job.dreamer.recipe.carry, carry=Schedule("0"), temporal_weight=Schedule(f"{job.weight:g}"))
    return _by_the_loop(job, _other(job.dreamer, carry))


def without_flow(job: Job) -> Dreams:
    """The same with the frame difference of the source in place of flow (FDB: arXiv 2102.05822)."""
    before: Tensor | None = None
    dream: Tensor | None = None
    strength = 1.0
    for index, frame in enumerate(job.frames()):
        source, score = to_tensor(frame.rgb), job.score
        octaves, pace = job.dreamer.octaves(_shape(source), score), job.pace(first=True)
        if before is not None and dream is not None:
            pull = Pull(dream + source - before, torch.ones_like(source[:, :1]), job.weight, strength)
            pace = replace(pace, pull=pull)
        done = job.dreamer.ascend(source, score, octaves, pace, index)
        if dream is None:
            strength = rms(done.picture - source)
        before, dream = source, done.picture
        yield to_array(dream), done.pushed


def _view(picture: Array) -> View:
    grey = cv2.cvtColor(np.rint(picture * 255).astype(np.uint8), cv2.COLOR_RGB2GRAY)
    return View(np.asarray(grey, np.uint8), picture)


def _shape(picture: Tensor) -> tuple[int, int]:
    return picture.shape[-2], picture.shape[-1]


METHODS: Mapping[str, tuple[str, Callable[[Job], Dreams]]] = {
    "a": ("every frame alone", alone),
    "b": ("linear blend", blended),
    "c": ("nearest rival", rival),
    "d": ("temporal loss", temporal),
    "e": ("frozen", frozen),
    "f": ("mariana", ours),
    "g": ("temporal loss without flow", without_flow),
}
