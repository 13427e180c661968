"""A film whose frames somebody else makes: each is dreamed as it comes, and nothing is known of those after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mariana_video.dream.arrays import to_array, to_tensor
from mariana_video.errors import UsageError
from mariana_video.footage.film import mask_of, view_of
from mariana_video.footage.held_flashes import Holding
from mariana_video.footage.kaleidoscope import folded_frame
from mariana_video.footage.plan import CUTS_AT, along_the_way, cuts_by
from mariana_video.footage.reading import small_of
from mariana_video.footage.standing import standing_by
from mariana_video.loop.beside import guide_of, guided
from mariana_video.loop.dream_clock import DreamClock
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.frames import dreamed
from mariana_video.loop.state import Moment
from mariana_video.media.clip import Frame
from mariana_video.media.colour import grey_of
from mariana_video.media.read.reader import bgr
from mariana_video.media.shape import fitted, resized
from mariana_video.motion.flow import Estimator
from mariana_video.motion.motion import Motion
from mariana_video.motion.view import View
from mariana_video.recipe.values.timeline import Timeline

Picture = NDArray[np.float32]
_LEAST = 2  # pixels of a side


@dataclass
class _Coming:
    """What is known of the frames so far: their cuts, and those that a frame may go on from, by position."""

    clock: DreamClock = field(default_factory=DreamClock)
    cuts: list[int] = field(default_factory=list)
    stood: Callable[[Fraction, NDArray[np.uint8] | None], Fraction] = field(default_factory=standing_by)
    previous: tuple[View, Fraction] | None = None


def live(frames: Iterable[NDArray[np.generic]], rate: Fraction, dreamer: Dreamer) -> Iterator[Picture]:
    """The dreams (float32 H×W×3, 0…1) of `frames` of one size, uint8 or float H×W×3, shown `rate` times a second.

    Each is given as soon as its frame has come, so there may be frames without end; `motif_size` is that of the first.
    Given all frames of a film, it is what the film is. Raises UsageError for what is no such frame.
    """
    sources: list[Picture] = []
    holding, guide = Holding(), guide_of(dreamer.recipe)

    def moments() -> Iterator[Moment]:
        for moment, rgb in _moments(frames, rate, dreamer):
            sources.append(rgb)
            moment = guided(guide, moment, moment.time)
            if moment.motion is None:
                holding.cut()
            yield moment

    for _, rendered in dreamed(dreamer, moments()):
        picture, source = to_array(rendered.picture), sources.pop(0)
        held = dreamer.recipe.carry.flashes == "held"
        yield holding.shown(picture, source, float(rendered.time)) if held else picture


def _moments(
    frames: Iterable[NDArray[np.generic]], rate: Fraction, dreamer: Dreamer
) -> Iterator[tuple[Moment, Picture]]:
    coming, carry, span = _Coming(), dreamer.recipe.carry, dreamer.recipe.span
    estimator = Estimator(carry.flow, carry.flow_weights, scale=carry.flow_scale)
    cut, mask, whole = cuts_by(span.cut_threshold), None, None
    changes = along_the_way(dreamer.recipe)
    for position, given in enumerate(frames):
        rgb = picture_of(given, position, whole)
        if whole is None:
            whole = rgb.shape[0], rgb.shape[1]
            mask = mask_of(dreamer, (whole[1], whole[0]))
        small = bgr(resized(rgb, fitted((whole[1], whole[0]), CUTS_AT)))
        coming.cuts += cut(position, small)
        stood = coming.stood(position / rate, None if changes else small)
        timeline = Timeline(float(rate), cuts=tuple(coming.cuts))
        frame = folded_frame(Frame(rgb, grey_of(rgb), position / rate), dreamer.values(timeline.at(position)))
        turning = dreamer.recipe.dream.symmetry.constant() is None  # then a change of it counts as the dream's own
        moment, slower = _moment(frame, position, timeline, dreamer, coming, estimator, mask, stood)
        yield moment if changes else replace(moment, slower=slower), rgb if turning else frame.rgb


def _moment(
    frame: Frame,
    position: int,
    timeline: Timeline,
    dreamer: Dreamer,
    coming: _Coming,
    estimator: Estimator,
    mask: Tensor | None,
    stood: Fraction,
) -> tuple[Moment, int]:
    """What the loop gets for a frame, and how much slower its clock goes; `coming` then knows it."""
    values, device = dreamer.values(timeline.at(position)), dreamer.device
    alone = dreamer.recipe.carry.carry(timeline.at(position)) == 0
    timing = coming.clock.turn(frame.pts, position == 0 or position in coming.cuts, alone, stood)
    small = small_of(frame, dreamer.shape((frame.rgb.shape[0], frame.rgb.shape[1])))
    view, known = view_of(frame, small), None if timing.previous is None else coming.previous
    elapsed, motion = 1 / timeline.rate, None
    if known is not None:
        elapsed, found = float(frame.pts - known[1]), estimator.between(view, known[0])
        motion = Motion(found.flow.to(device), found.visible.to(device))
    if timing.leads:
        coming.previous = view, frame.pts
    source = to_tensor(frame.rgb).to(device)
    moment = Moment(position, frame.pts, elapsed, source, values, motion, None if mask is None else mask.to(device))
    moment = replace(moment, dream_frames=timing.dream_frames, share=timing.share)
    moment = moment if small is None else replace(moment, source=small.to(device), whole=source)
    return moment, timing.slower


def picture_of(given: NDArray[np.generic], position: int = 0, shape: tuple[int, int] | None = None) -> Picture:
    """A frame that somebody made (uint8, or float in 0…1; H×W×3) as float32 in 0…1; `shape` is that of those before.

    Raises UsageError, with what it is, where it is none or of another shape.
    """
    try:
        array = np.asarray(given)
    except ValueError:
        raise UsageError(f"frame {position} is no array: its rows are of different lengths") from None
    if array.ndim != 3 or array.shape[2] != 3:
        raise UsageError(f"frame {position} is an array of shape {array.shape}: give height × width × 3 (RGB)")
    if min(array.shape[:2]) < _LEAST:
        raise UsageError(
            f"frame {position} is {array.shape[1]}x{array.shape[0]}: each side has at least {_LEAST} pixels"
        )
    if shape is not None and array.shape[:2] != shape:
        raise UsageError(
            f"frame {position} is {array.shape[1]}x{array.shape[0]}, and those before are {shape[1]}x{shape[0]}: "
            "all frames of a film are of one size"
        )
    if array.dtype == np.uint8:
        return array.astype(np.float32) / np.float32(255)
    if not np.issubdtype(array.dtype, np.floating):
        raise UsageError(f"frame {position} holds {array.dtype}: give uint8, or floats from 0 to 1")
    if not np.isfinite(array).all() or array.min() < 0 or array.max() > 1:
        raise UsageError(f"frame {position} has values outside 0 to 1: give uint8, or floats from 0 to 1")
    return array.astype(np.float32)
