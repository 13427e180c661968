"""A film from one end to the other: frames read, motion found, dreamed and handed on, each in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mariana_video.dream.arrays import to_array, to_tensor
from mariana_video.dream.ascent import Step
from mariana_video.dream.plain.symmetry import kaleidoscope
from mariana_video.dream.size import fitted
from mariana_video.errors import SourceError, UsageError
from mariana_video.footage import masks
from mariana_video.footage.held_flashes import Holding
from mariana_video.footage.kaleidoscope import folded_alpha, folded_frame
from mariana_video.footage.pipeline import ahead, most_waiting
from mariana_video.footage.plan import Plan, along_the_way, timings_of
from mariana_video.footage.reading import read_on, small_of
from mariana_video.footage.waiting import waiting_asleep
from mariana_video.loop.beside import guide_of, guided
from mariana_video.loop.dream_clock import DREAM_RATE, Timing
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.frames import dreamed
from mariana_video.loop.state import Finished, Moment, Rendered, State
from mariana_video.media.clip import Frame
from mariana_video.motion.flow import Estimator
from mariana_video.motion.motion import Motion
from mariana_video.motion.view import View
from mariana_video.recipe.values.timeline import START, Instant


@dataclass(frozen=True)
class _Moved:
    """A source frame, `small` at the size that is dreamed at (None: its own), and its turn.

    `motion` leads to the frame it goes on from, and is None where there is none.
    """

    position: int
    frame: Frame
    small: Tensor | None
    motion: Motion | None
    timing: Timing


@contextmanager
def film(
    plan: Plan, dreamer: Dreamer, state: State | None = None, first: int = 0, shape: tuple[int, int] | None = None
) -> Iterator[Iterator[Finished]]:
    """The finished frames of `plan` from position `first` on, one by one, while later ones are already being read.

    `state` is that of the frame before `first`; without one, `first` is dreamed from its source alone, as the film's
    first frame and those after a cut are. `shape` (height, width) is what is dreamed at, by default what suits the
    whole film. Raises SourceError where the source no longer gives the frames that the plan saw.
    """
    carry, inside = dreamer.recipe.carry, masks.masks_of(dreamer.recipe.where.mask, plan, first)
    shape = shape or shape_of(plan, dreamer)
    estimator = Estimator(carry.flow, carry.flow_weights, scale=carry.flow_scale)
    state = None if state is None else state.to(dreamer.device)
    if state is not None and tuple(state.source.shape[-2:]) != shape:
        raise UsageError(
            "with these settings the film is dreamed at another size than its finished frames were: "
            "use those settings again, or --restart to begin anew"
        )

    turning, unfolded = dreamer.recipe.dream.symmetry.constant() is None, dict[int, NDArray[np.float32]]()

    def seen(position: int, frame: Frame) -> Frame:
        if turning:
            unfolded[position] = frame.rgb
        return folded_frame(frame, dreamer.values(plan.timeline.at(position)))

    depth = most_waiting(plan.size)
    with (
        ahead(read_on(plan, state, first, shape, seen), depth) as frames,
        ahead(_with_motion(frames, plan, timings_of(plan, dreamer.recipe), shape, estimator, first), depth) as moved,
    ):
        yield _dreamed(zip(moved, inside, strict=False), plan, dreamer, state, unfolded)


def _with_motion(
    frames: Iterator[tuple[int, Frame]],
    plan: Plan,
    timings: Sequence[Timing],
    shape: tuple[int, int],
    estimator: Estimator,
    first: int,
) -> Iterator[_Moved]:
    previous: View | None = None
    for position, frame in frames:
        if position >= len(plan.times) or frame.pts != plan.times[position]:
            raise SourceError(f"{plan.clip.path} has changed since it was looked at")
        small, timing = small_of(frame, shape), timings[position]
        view = view_of(frame, small)
        if position >= first:
            known = None if timing.previous is None else previous
            yield _Moved(position, frame, small, None if known is None else estimator.between(view, known), timing)
        if timing.leads:
            previous = view


def _dreamed(
    moved: Iterator[tuple[_Moved, Tensor | None]],
    plan: Plan,
    dreamer: Dreamer,
    state: State | None,
    unfolded: dict[int, NDArray[np.float32]],
) -> Iterator[Finished]:
    """The finished frames. A symmetry that changes flashes by itself: it is held against the frames `unfolded`."""
    kept: dict[int, tuple[Frame, bool]] = {}
    guide, changes = guide_of(dreamer.recipe), along_the_way(dreamer.recipe)
    holding = Holding() if state is None else Holding.of(state.tensors)
    held = dreamer.recipe.carry.flashes == "held" and (plan.clip.tone_mapped or not plan.clip.colour.hdr)

    def moments() -> Iterator[Moment]:
        for item, mask in moved:
            index = plan.first + item.position
            kept[index] = item.frame, item.motion is None
            moment = _moment(item, index, plan, dreamer, mask)
            moment = moment if changes else replace(moment, slower=item.timing.slower)
            yield guided(guide, moment, item.frame.pts - plan.clip.start)

    for now, rendered in dreamed(dreamer, moments(), state):
        (frame, begins), rgb = kept.pop(rendered.index), to_array(rendered.picture)
        own = unfolded.pop(rendered.index - plan.first, frame.rgb)
        if held:
            if begins:
                holding.cut()
            rgb = holding.shown(rgb, own, float(frame.pts))
            now = replace(now, tensors={**now.tensors, **holding.tensors()})
        yield Finished(rgb, frame.alpha, frame.duration, rendered, now)


def _moment(item: _Moved, index: int, plan: Plan, dreamer: Dreamer, mask: Tensor | None) -> Moment:
    device, frame, motion = dreamer.device, item.frame, item.motion
    whole, inside = to_tensor(frame.rgb).to(device), _both(mask, frame.alpha, device)
    return Moment(
        index=index,
        time=frame.pts,
        elapsed=_elapsed(item, plan),
        source=whole if item.small is None else item.small.to(device),
        values=dreamer.values(plan.timeline.at(item.position)),
        motion=None if motion is None else Motion(motion.flow.to(device), motion.visible.to(device)),
        mask=inside,
        dream_frames=item.timing.dream_frames,
        share=item.timing.share,
        whole=None if item.small is None else whole,
    )


def shape_of(plan: Plan, dreamer: Dreamer) -> tuple[int, int]:
    """The (height, width) that a film is dreamed at."""
    return dreamer.shape((plan.size[1], plan.size[0]), plan.timeline.instants(len(plan.times)))


def view_of(frame: Frame, small: Tensor | None) -> View:
    """What motion is found on: a frame, or (1×3×h×w) the `small` one that is dreamed on."""
    if small is None:
        return View(frame.grey, frame.rgb)
    height, width = small.shape[-2:]
    smaller = cv2.INTER_AREA if height < frame.grey.shape[0] else cv2.INTER_CUBIC
    return View(np.asarray(cv2.resize(frame.grey, (width, height), interpolation=smaller), np.uint8), to_array(small))


def _elapsed(item: _Moved, plan: Plan) -> float:
    """Seconds since the frame that it goes on from; where there is none, a frame at the usual rate."""
    if item.timing.previous is None:
        return float(1 / plan.clip.rate)
    return float(item.frame.pts - plan.times[item.timing.previous])


def mask_of(dreamer: Dreamer, size: tuple[int, int]) -> Tensor | None:
    """The recipe's mask for pictures of `size` (width, height), 1×1×H×W, or None. Raises UsageError."""
    path = dreamer.recipe.where.mask
    return None if path is None else masks.fitted(masks.read_mask(path), size)


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
    on_step: Callable[[Step], None] = lambda step: None,
    instant: Instant = START,
) -> Rendered:
    """A single picture (float32 H×W×3, 0…1), dreamed as a film's first frame; `on_step` is called after each step.

    `instant` is its place in a film: what moves along the film is as it is there, and so is all that is drawn at
    random.
    """
    values, own = dreamer.values(instant), (rgb.shape[0], rgb.shape[1])
    source = kaleidoscope(to_tensor(rgb).to(dreamer.device), values.style.folds)
    mask = _both(mask_of(dreamer, own[::-1]), folded_alpha(alpha, values), dreamer.device)
    shape = dreamer.shape(own, (instant,))
    moment = Moment(instant.frame, Fraction(instant.seconds), 1 / DREAM_RATE, source, values, mask=mask)
    if shape != own:
        small = fitted(source, shape)
        moment = replace(moment, source=small, whole=source)
    moment = guided(guide_of(dreamer.recipe), moment, Fraction(instant.seconds))
    with waiting_asleep():
        return next(dreamed(replace(dreamer, on_step=on_step), [moment]))[1]
