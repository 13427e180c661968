"""One picture of a source: a still, or a clip's frame as a film of the whole clip would have it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from mariana_video.errors import UsageError
from mariana_video.media.clip import Clip, Frame
from mariana_video.media.read.counting import frames_before
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import frame_at
from mariana_video.recipe.values.size import Size
from mariana_video.recipe.values.time import Time

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Still:
    """`rgb` (float32 H×W×3, 0…1) and `alpha` (H×W or None), frame `position` of a film of `rate` frames a second.

    `position` counts from the clip's first picture, however much of the clip a film is to be made of.
    """

    rgb: NDArray[np.float32]
    alpha: NDArray[np.float32] | None
    position: int
    rate: Fraction


def read_still(source: Path, at: Time | None = None, size: Size | None = None) -> Still:
    """The frame of `source` that is on the screen `at` a time (None: the first), of `size` or the source's own.

    Raises SourceError where there is none that can be read, UsageError for a time that the source doesn't have.
    """
    clip = open_clip(source)
    if size is not None:  # frames come as large as a film of that size would have them
        clip = replace(clip, size=size.fit(clip.size))
    frame = shown_at(clip, at)
    return Still(frame.rgb, frame.alpha, frames_before(clip, frame.pts), clip.rate)


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
