"""What will be done, before it is done: one pass over the wanted span finds every frame's time and the cuts."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from mariana_video.footage.standing import standing_by
from mariana_video.loop.dream_clock import Timing, timings
from mariana_video.media.clip import Clip
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import Scanned, scan
from mariana_video.recipe.options import Recipe, Span
from mariana_video.recipe.shots import Listed
from mariana_video.recipe.values.schedule import Schedule
from mariana_video.recipe.values.timeline import Timeline

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

CUTS_AT = 320  # pixels: cuts are found on small pictures


@dataclass(frozen=True)
class Split:
    """Where a piece of a shot ends and the next begins: the next is dreamed from `start` on, and alone from `border`.

    Between these positions one fades into the other.
    """

    start: int
    border: int


@dataclass(frozen=True)
class Plan:
    """Which frames will be made.

    `times` are the frames' pts in seconds on the clip's own clock, `cuts` the positions at which a new shot begins,
    `first` the absolute number of the first frame in its source, `size` (width, height) that of the result.
    """

    clip: Clip
    span: Span
    size: tuple[int, int]
    times: tuple[Fraction, ...]
    cuts: frozenset[int]
    first: int
    notes: tuple[str, ...] = ()
    last: Fraction | None = None
    """How long the last picture is shown, in seconds, where the source says so."""
    prints: tuple[int, ...] = ()
    """A checksum of each frame as it was seen, small: whether a reader has come upon the same one."""
    looks: tuple[Listed, ...] = ()
    """What a list of shots says of each of its `shots`; nothing without one."""
    splits: tuple[Split, ...] = ()
    """Where shots are parted into pieces, in order."""
    anew: frozenset[int] = frozenset()
    """Positions within shots that are dreamed anew, as if a shot began there."""
    stood: tuple[Fraction, ...] = ()
    """For how many seconds each frame's picture has stood still."""

    def __repr__(self) -> str:
        width, height = self.size
        return f"Plan({self.clip.path}, {len(self.times)} frames of {width}×{height}, {len(self.cuts)} cuts)"

    @cached_property
    def timeline(self) -> Timeline:
        """The clock that what moves along the film goes by."""
        seconds = tuple(float(time - self.times[0]) for time in self.times)
        return Timeline(float(self.clip.rate), seconds, sorted(self.cuts))

    @property
    def shots(self) -> tuple[range, ...]:
        """The positions of each shot's frames."""
        return shots_between(self.cuts, len(self.times))

    @property
    def borders(self) -> frozenset[int]:
        """The positions besides the first that need nothing of the frame before: cuts, and where pieces begin."""
        return self.cuts | {split.border for split in self.splits}

    @property
    def start(self) -> Fraction | None:
        """Where the span begins, in seconds after the clip's first picture."""
        return None if self.span.start is None else self.span.start.seconds(self.clip.duration)

    @property
    def duration(self) -> Fraction | None:
        """How long the span is, in seconds; None to the end."""
        return None if self.span.duration is None else self.span.duration.seconds(self.clip.duration)


def shots_between(cuts: Collection[int], frames: int) -> tuple[range, ...]:
    """The shots of so many frames, as ranges of positions; at each of `cuts` a new one begins."""
    borders = sorted({0, frames, *(cut for cut in cuts if 0 < cut < frames)})
    return tuple(range(first, stop) for first, stop in pairwise(borders))


def make_plan(
    source: Path, span: Span, on_frame: Callable[[int], None] = lambda frames: None, *, keep_hdr: bool = False
) -> Plan:
    """Looks at `source` and at every frame of the wanted span; `on_frame` is told how many frames were looked at.

    High dynamic range is tone-mapped unless `keep_hdr`. Raises SourceError where nothing can be decoded.
    """
    clip = open_clip(source, None if span.rate is None else _exact(span.rate), keep_hdr=keep_hdr)
    clip = replace(clip, peak=span.hdr_peak)
    size = clip.size if span.size is None else span.size.fit(clip.size)
    begin = None if span.start is None else span.start.seconds(clip.duration)
    length = None if span.duration is None else span.duration.seconds(clip.duration)
    notes: list[str] = list(clip.notes)
    scanned = scan(clip, start=begin, duration=length, small=CUTS_AT, notes=notes.append)
    seen = _seen(scanned, span.cut_threshold, on_frame)
    first = round((seen.times[0] - clip.start) * clip.rate)
    cuts, prints, stood = frozenset(seen.cuts), tuple(seen.prints), tuple(seen.stood)
    return Plan(clip, span, size, tuple(seen.times), cuts, first, tuple(notes), seen.last, prints, stood=stood)


@dataclass
class _Seen:
    """What a look at every frame tells, as a `Plan` has it."""

    times: list[Fraction] = field(default_factory=list)
    cuts: set[int] = field(default_factory=set)
    prints: list[int] = field(default_factory=list)
    stood: list[Fraction] = field(default_factory=list)
    last: Fraction | None = None


def _seen(scanned: Iterator[Scanned], threshold: float, on_frame: Callable[[int], None]) -> _Seen:
    seen, cut, stood = _Seen(), cuts_by(threshold), standing_by()
    for position, frame in enumerate(scanned):
        seen.times.append(frame.pts)
        seen.stood.append(stood(frame.pts, frame.small))
        seen.last = frame.duration
        if frame.small is not None:
            seen.cuts.update(cut(position, frame.small))
            seen.prints.append(print_of(frame))
        on_frame(len(seen.times))
    return seen


def print_of(frame: Scanned) -> int:
    """A checksum of what a frame shows, small; 0 where it was looked at without its picture."""
    return 0 if frame.small is None else zlib.crc32(frame.small.tobytes())


def seen_again(plan: Plan, begin: int, wanted: int) -> bool:
    """Whether decoding from near the frame at position `begin` on gives the very frame that was seen at `wanted`."""
    start = plan.times[begin] - plan.clip.start
    for position, frame in enumerate(scan(plan.clip, start=start, small=CUTS_AT), begin):
        if position >= len(plan.times) or frame.pts != plan.times[position]:
            return False
        if position == wanted:
            return print_of(frame) == plan.prints[wanted]
    return False


def cuts_by(threshold: float) -> Callable[[int, NDArray[np.uint8]], list[int]]:
    """Finds cuts, given every frame's position and small picture (H×W×3, BGR) in turn: the positions of new ones."""
    from scenedetect import ContentDetector, FrameTimecode

    # At the default of 15 frames a scene, it finds one of three cuts that follow each other quickly.
    detector = ContentDetector(threshold, min_scene_len=1)

    def cuts(position: int, small: NDArray[np.uint8]) -> list[int]:
        return [cut.frame_num for cut in detector.process_frame(FrameTimecode(position, 25.0), small)]

    return cuts


def _exact(seconds: float) -> Fraction:
    """The number as a person wrote it: 0.1 is a tenth."""
    return Fraction(repr(seconds))


def timings_of(plan: Plan, recipe: Recipe) -> tuple[Timing, ...]:
    """The turns of a film's frames; those where nothing is to be carried are dreamed alone."""
    carry, count = recipe.carry.carry, len(plan.times)
    constant = carry.constant()
    kept = (carry(instant) if constant is None else constant for instant in plan.timeline.instants(count))
    alone = {position for position, value in enumerate(kept) if value == 0}
    return timings(plan.times, plan.cuts | plan.anew, alone, () if along_the_way(recipe) else plan.stood)


def along_the_way(recipe: Recipe) -> bool:
    """True where what is dreamed changes along a film by itself, so that it does over a still picture, too.

    So it does by a schedule, by keyed layers or bands, by a guide that may be a film, and where the scene is overgrown.
    """
    dream, carry = recipe.dream, recipe.carry
    numbers = (value for group in (dream, carry) for value in vars(group).values() if isinstance(value, Schedule))
    moving = any(number.constant() is None for number in numbers) or not dream.bands.constant
    keyed = dream.layers is not None and not dream.layers.constant
    return moving or keyed or dream.guide is not None or carry.carried == "frame"
