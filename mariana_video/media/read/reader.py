"""Frames out of a clip, one after the other: upright, square, progressive, in float RGB."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mariana_video.errors import SourceError, UsageError
from mariana_video.media.clip import Clip, Frame
from mariana_video.media.colour import Bytes, Floats, grey_of, to_rgb
from mariana_video.media.read import animated
from mariana_video.media.read.decode import Damage, Timed, timed_frames
from mariana_video.media.read.tonemap import tonemapped_frames
from mariana_video.media.shape import fitted, resized, turned
from mariana_video.media.stills.pictures import read_picture

Notes = Callable[[str], None]


@dataclass(frozen=True)
class Scanned:
    """A frame's time and, where asked for, a small BGR picture of it (uint8), without its pixels as float RGB."""

    pts: Fraction
    duration: Fraction | None
    small: Bytes | None = None


def read(
    clip: Clip,
    *,
    start: Fraction | None = None,
    duration: Fraction | None = None,
    size: tuple[int, int] | None = None,
    notes: Notes | None = None,
) -> Iterator[Frame]:
    """Decode a clip, or the frames whose time lies in [start, start + duration).

    `start` counts in seconds from the clip's first picture; decoding begins at the key frame before it.
    `size` (width, height as shown) resizes with good filters, else frames have `clip.size`. What could not be
    decoded is told to `notes` in a sentence at the end. Raises SourceError if no frame comes out at all.
    """
    begin, end = _span(clip, start, duration)
    size = size or clip.size
    if min(size) < 1:
        raise UsageError(f"a size of {size[0]}×{size[1]} holds no picture; give sides of 1 or more")
    if clip.kind != "video":
        yield from _read_stills(clip, begin, end, size)
        return
    for timed in _within(clip, begin, end, notes):
        rgb, alpha = _shown(timed, clip, size)
        yield Frame(rgb, grey_of(rgb), timed.pts, alpha, timed.duration)


def scan(
    clip: Clip,
    *,
    start: Fraction | None = None,
    duration: Fraction | None = None,
    small: int | None = None,
    notes: Notes | None = None,
) -> Iterator[Scanned]:
    """The same frames as `read` gives, without converting them: their times, and how many there are.

    With `small` each comes with an upright BGR picture (uint8) whose longer side has at most that many pixels.
    """
    begin, end = _span(clip, start, duration)
    if clip.kind != "video":
        yield from _scan_stills(clip, begin, end, small)
        return
    size = None if small is None else fitted(clip.size, small)
    for timed in _within(clip, begin, end, notes):
        picture = None
        if size is not None:
            rgb, _ = _shown(timed, clip, size)
            picture = bgr(rgb)
        yield Scanned(timed.pts, timed.duration, picture)


def frame_at(clip: Clip, at: Fraction) -> Frame:
    """The frame that is on the screen `at` seconds after the clip's first picture.

    Raises UsageError if the clip is over by then.
    """
    if at < 0:
        raise UsageError(f"there is no picture at {float(at):g} s; give 0 or more")
    chosen: Timed | None = None
    if clip.kind != "video":
        index = int(at * clip.rate)
        _check_reached(clip, index < len(clip.files), at)
        return next(_read_stills(clip, index / clip.rate, None, clip.size))
    moment = clip.start + at
    for timed in frames_from(clip, moment, Damage()):
        if timed.pts > moment and chosen is not None:
            break
        chosen = timed
        if timed.pts > moment:
            break
    if chosen is None:
        raise SourceError(f"{clip.path} holds no picture that can be decoded at {float(at):g} s")
    _check_reached(clip, moment < chosen.pts + max(chosen.duration or 0, 1 / clip.rate), at)
    rgb, alpha = _shown(chosen, clip, clip.size)
    return Frame(rgb, grey_of(rgb), chosen.pts, alpha, chosen.duration)


def frames_from(clip: Clip, begin: Fraction | None, damage: Damage) -> Iterator[Timed]:
    """A video's decoded frames from the key frame before `begin` on, by whatever decodes that kind."""
    if clip.container in animated.FORMATS:
        return animated.animated_frames(clip, damage)
    if clip.tone_mapped:
        return tonemapped_frames(clip, begin, damage)
    return timed_frames(clip, begin, damage)


def _span(clip: Clip, start: Fraction | None, duration: Fraction | None) -> tuple[Fraction | None, Fraction | None]:
    """[begin, end) on the clip's own clock."""
    if start is not None and start < 0:
        raise UsageError(f"a start of {float(start):g} s lies before the clip; give 0 or more")
    if duration is not None and duration <= 0:
        raise UsageError(f"a duration of {float(duration):g} s holds no frame; give more than 0")
    begin = None if not start else clip.start + start
    end = None if duration is None else clip.start + (start or 0) + duration
    return begin, end


def _within(clip: Clip, begin: Fraction | None, end: Fraction | None, notes: Notes | None) -> Iterator[Timed]:
    """The frames of a span; complains to `notes` about what is missing, and raises if all is."""
    damage = Damage()
    slack = min(clip.time_base, 1 / clip.rate / 4) / 2
    count, until = 0, begin or clip.start
    for timed in frames_from(clip, begin, damage):
        if end is not None and timed.pts >= end - slack:
            break
        if begin is not None and timed.pts < begin - slack:
            continue
        count, until = count + 1, timed.pts + (timed.duration or 1 / clip.rate)
        yield timed
    if count == 0:
        raise _nothing(clip, damage)
    if notes is not None:
        for sentence in _missing(clip, count, until, end, damage):
            notes(sentence)


def _nothing(clip: Clip, damage: Damage) -> SourceError:
    if damage.failed:
        return SourceError(f"{clip.path} holds no picture that can be decoded: {damage.words}")
    length = f"; it is {float(clip.duration):.2f} s long" if clip.duration is not None else ""
    return SourceError(f"{clip.path} has no frame in the span asked for{length}")


def _missing(clip: Clip, count: int, until: Fraction, end: Fraction | None, damage: Damage) -> Iterator[str]:
    """Sentences on how much of what was claimed did not come."""
    claimed = clip.end if end is None or clip.end is None else min(clip.end, end)
    lost = 0 if claimed is None else int((claimed - until) * clip.rate + Fraction(1, 2))
    if lost > 1 or (lost > 0 and damage.failed):
        whole = count + lost if end is not None or not clip.frames else clip.frames
        seconds = float(lost / clip.rate)
        yield f"{clip.path} breaks off: {count} of {whole} frames could be decoded, {seconds:.2f} s are missing"
    elif damage.failed:
        packets = "1 packet" if damage.failed == 1 else f"{damage.failed} packets"
        yield f"{clip.path} is damaged: {packets} could not be decoded ({damage.words})"


def _shown(timed: Timed, clip: Clip, size: tuple[int, int]) -> tuple[Floats, Floats | None]:
    stored = (size[1], size[0]) if clip.turn[0] == 0 else size
    rgb, alpha = to_rgb(timed.frame, clip.colour, stored)
    return turned(rgb, clip.turn), None if alpha is None else turned(alpha, clip.turn)


def _read_stills(clip: Clip, begin: Fraction | None, end: Fraction | None, size: tuple[int, int]) -> Iterator[Frame]:
    for index in _indices(clip, begin, end):
        rgb, alpha = read_picture(clip.files[index])
        rgb = resized(rgb, size)
        alpha = None if alpha is None else resized(alpha, size)
        yield Frame(rgb, grey_of(rgb), index / clip.rate, alpha, 1 / clip.rate)


def _scan_stills(clip: Clip, begin: Fraction | None, end: Fraction | None, small: int | None) -> Iterator[Scanned]:
    for index in _indices(clip, begin, end):
        picture = None
        if small is not None:
            picture = bgr(resized(read_picture(clip.files[index])[0], fitted(clip.size, small)))
        yield Scanned(index / clip.rate, 1 / clip.rate, picture)


def _indices(clip: Clip, begin: Fraction | None, end: Fraction | None) -> list[int]:
    times = ((index, index / clip.rate) for index in range(len(clip.files)))
    chosen = [i for i, pts in times if (begin is None or pts >= begin) and (end is None or pts < end)]
    if not chosen:
        raise SourceError(
            f"{clip.path} has no frame in the span asked for; it is {float(clip.duration or 0):.2f} s long"
        )
    return chosen


def bgr(rgb: Floats) -> Bytes:
    return np.ascontiguousarray(np.rint(rgb[..., ::-1] * 255).astype(np.uint8))


def _check_reached(clip: Clip, reached: bool, at: Fraction) -> None:
    if not reached:
        length = f"; it is {float(clip.duration):.2f} s long" if clip.duration is not None else ""
        raise UsageError(f"{clip.path} has no picture at {float(at):g} s{length}")
