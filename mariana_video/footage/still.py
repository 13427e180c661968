"""One picture of a source: a still, or a clip's frame as a film of the whole clip would have it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from mariana_video.errors import UsageError
from mariana_video.footage.plan import make_plan
from mariana_video.media.clip import Clip, Frame
from mariana_video.media.read.counting import frames_before
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import frame_at
from mariana_video.recipe.options import Span
from mariana_video.recipe.values.size import Size
from mariana_video.recipe.values.time import Time
from mariana_video.recipe.values.timeline import START, Instant, Timeline

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Still:
    """`rgb` (float32 H×W×3, 0…1) and `alpha` (H×W or None), and its `instant` in a film of the whole clip."""

    rgb: NDArray[np.float32]
    alpha: NDArray[np.float32] | None
    instant: Instant


def read_still(source: Path, at: Time | None = None, size: Size | None = None, looked: bool = False) -> Still:
    """The frame of `source` that is on the screen `at` a time (None: the first), of `size` or the source's own.

    With `looked`, all frames before it are looked at, for schedules that only a film's whole clock can tell.

    Raises SourceError where there is none that can be read, UsageError for a time that the source doesn't have.
    """
    clip = open_clip(source)
    if size is not None:  # frames come as large as a film of that size would have them
        clip = replace(clip, size=size.fit(clip.size))
    frame = shown_at(clip, at)
    return Still(frame.rgb, frame.alpha, _instant(clip, frame, looked))


def _instant(clip: Clip, frame: Frame, looked: bool) -> Instant:
    """Where a frame is in a film of the whole clip, by the clip's own clock."""
    passed = frame.pts - clip.start
    if clip.kind == "picture":
        return START
    if looked:
        plan = make_plan(clip.path, Span(duration=Time(passed + 1 / clip.rate)))
        return plan.timeline.at(bisect_left(plan.times, frame.pts))
    position = frames_before(clip, frame.pts)
    known = Timeline(float(clip.rate)).at(position)
    return replace(known, seconds=float(passed))


def shown_at(clip: Clip, at: Time | None) -> Frame:
    """The frame that is on the screen `at` a time after the clip's first picture; without it the first.

    The whole of a clip (100%) is its last picture. Raises UsageError for a time that the clip doesn't have.
    """
    if at is None:
        return frame_at(clip, Fraction(0))
    if clip.kind == "picture":
        raise UsageError(f"--at {at} takes a frame of a video, and {clip.path} is a picture; leave out --at")
    moment = at.seconds(clip.duration)
    if at.percent and clip.duration is not None:
        moment = max(Fraction(0), min(moment, clip.duration - 1 / clip.rate))
    return frame_at(clip, moment)
