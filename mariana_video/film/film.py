"""A film from one end to the other: frames read, motion found, dreamed and handed on, each in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from mariana_video.dream.ascent import Step
from mariana_video.errors import SourceError
from mariana_video.film.beats import Turn, turns_of
from mariana_video.film.dreamer import Dreamer
from mariana_video.film.frames import dream_frames
from mariana_video.film.masks import fitted, read_mask
from mariana_video.film.pipeline import ahead
from mariana_video.film.plan import Plan
from mariana_video.film.reading import read_on
from mariana_video.film.state import Moment, Rendered, State
from mariana_video.film.tensors import to_array, to_tensor
from mariana_video.film.waiting import waiting_asleep
from mariana_video.media.clip import Frame
from mariana_video.motion.flow import Estimator
from mariana_video.motion.motion import Motion
from mariana_video.motion.view import View

if TYPE_CHECKING:
    from numpy.typing import NDArray

_READ_AHEAD = 3
_MOTION_AHEAD = 3


@dataclass(frozen=True)
class Finished:
    """One frame of the film.

    `rgb` (float32 H×W×3), `alpha` (H×W or None) and `duration` (seconds it is shown, where known) are the writer's,
    `state` is what a later job would go on from.
    """

    rgb: NDArray[np.float32]
    alpha: NDArray[np.float32] | None
    duration: Fraction | None
    rendered: Rendered
    state: State


@dataclass(frozen=True)
class _Moved:
    """A source frame, the motion that leads to the frame it goes on from (None where there is none), and its turn."""

    position: int
    frame: Frame
    motion: Motion | None
    turn: Turn


@contextmanager
def film(plan: Plan, dreamer: Dreamer, state: State | None = None, first: int = 0) -> Iterator[Iterator[Finished]]:
    """The finished frames of `plan` from position `first` on, one by one, while later ones are already being read.

    `state` is that of the frame before `first`; without one, `first` is dreamed from its source alone, as the film's
    first frame and those after a cut are. Raises SourceError where the source no longer gives the frames that the plan
    saw.
    """
    carry, mask = dreamer.recipe.carry, mask_of(dreamer, plan.size)
    estimator = Estimator(carry.flow, carry.flow_weights, scale=carry.flow_scale)
    state = None if state is None else state.to(dreamer.device)
    with (
        ahead(read_on(plan, state, first), _READ_AHEAD) as frames,
        ahead(_with_motion(frames, plan, turns_of(plan, carry.carry), estimator, first), _MOTION_AHEAD) as moved,
    ):
        yield _dreamed(moved, plan, dreamer, state, mask)


def _with_motion(
    frames: Iterator[tuple[int, Frame]], plan: Plan, turns: Sequence[Turn], estimator: Estimator, first: int
) -> Iterator[_Moved]:
    previous: View | None = None
    for position, frame in frames:
        if position >= len(plan.times) or frame.pts != plan.times[position]:
            raise SourceError(f"{plan.clip.path} has changed since it was looked at")
        view, turn = View(frame.grey, frame.rgb), turns[position]
        if position >= first:
            known = None if turn.previous is None else previous
            yield _Moved(position, frame, None if known is None else estimator.between(view, known), turn)
        if turn.leads:
            previous = view


def _dreamed(
    moved: Iterator[_Moved], plan: Plan, dreamer: Dreamer, state: State | None, mask: Tensor | None
) -> Iterator[Finished]:
    kept: dict[int, Frame] = {}

    def moments() -> Iterator[Moment]:
        for item in moved:
            index = plan.first + item.position
            kept[index] = item.frame
            yield _moment(item, index, plan, dreamer, mask)

    for now, rendered in dream_frames(dreamer, moments(), state):
        frame = kept.pop(rendered.index)
        yield Finished(to_array(rendered.picture), frame.alpha, frame.duration, rendered, now)


def _moment(item: _Moved, index: int, plan: Plan, dreamer: Dreamer, mask: Tensor | None) -> Moment:
    device, frame, motion = dreamer.device, item.frame, item.motion
    return Moment(
        index=index,
        time=frame.pts,
        elapsed=_elapsed(item, plan),
        source=to_tensor(frame.rgb).to(device),
        values=dreamer.values(item.position, plan.clip.rate),
        motion=None if motion is None else Motion(motion.flow.to(device), motion.visible.to(device)),
        mask=_both(mask, frame.alpha, device),
        beats=item.turn.beats,
        share=item.turn.share,
    )


def _elapsed(item: _Moved, plan: Plan) -> float:
    """Seconds since the frame that it goes on from; where there is none, a frame at the usual rate."""
    if item.turn.previous is None:
        return float(1 / plan.clip.rate)
    return float(item.frame.pts - plan.times[item.turn.previous])


def mask_of(dreamer: Dreamer, size: tuple[int, int]) -> Tensor | None:
    """The recipe's mask for pictures of `size` (width, height), 1×1×H×W, or None. Raises UsageError."""
    path = dreamer.recipe.where.mask
    return None if path is None else fitted(read_mask(path), size)


def _both(mask: Tensor | None, alpha: NDArray[np.float32] | None, device: torch.device) -> Tensor | None:
    """Where to dream: inside the mask, and nowhere that is wholly transparent."""
    if alpha is not None:
        mask = _opaque(alpha) if mask is None else mask * _opaque(alpha)
    return None if mask is None else mask.to(device)


def _opaque(alpha: NDArray[np.float32]) -> Tensor:
    """1 where anything of the picture is seen: nothing is dreamed where it is wholly transparent."""
    return torch.from_numpy((alpha > 0).astype(np.float32))[None, None]


def dream_picture(
    dreamer: Dreamer,
    rgb: NDArray[np.float32],
    alpha: NDArray[np.float32] | None = None,
    seen: Callable[[Step], None] = lambda step: None,
    position: int = 0,
    rate: Fraction = Fraction(25),
) -> Rendered:
    """A single picture (float32 H×W×3, 0…1), dreamed as a film's first frame would be; `seen` is told of each step.

    `position` is the number that it has in a film of `rate` frames a second: what moves along a film is as it is there,
    and so is all that is drawn at random.
    """
    mask = _both(mask_of(dreamer, (rgb.shape[1], rgb.shape[0])), alpha, dreamer.device)
    source = to_tensor(rgb).to(dreamer.device)
    values = dreamer.values(position, rate)
    moment = Moment(position, position / rate, float(1 / rate), source, values, mask=mask)
    with waiting_asleep():
        return next(dream_frames(replace(dreamer, seen=seen), [moment]))[1]
