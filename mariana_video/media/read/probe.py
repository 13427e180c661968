"""Looking at a video file: what `Clip` says of it, from its header and its first frames."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mariana_video.errors import SourceError
from mariana_video.media.clip import Clip
from mariana_video.media.colour import ALONE, Colour, check_matrix, colour_of, has_alpha
from mariana_video.media.display import display_of
from mariana_video.media.joined import Joined, joined
from mariana_video.media.libav import open_input
from mariana_video.media.read.contents import ATTACHED, beside
from mariana_video.media.read.decode import Damage, decoded_frames
from mariana_video.media.shape import MOST_PIXELS, UPRIGHT, Turn
from mariana_video.media.stills.loops import plays_of

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer

LOOKED_AT = 4
"""Frames decoded to learn what the header does not say: interlacing, transparency, orientation."""

SEARCHED = 1 << 27
"""Pixels looked at for the first transparent one, where the format has transparency: 64 frames of 1920×1080."""

WIDEST_PIXEL = Fraction(16)
"""Pixels said to be wider or taller than this are taken for square ones."""

_TS_DISCONT = 0x200  # libav's AVFMT_TS_DISCONT: formats whose clock starts anywhere
_DEPENDENT = 0x80000  # libav's AV_DISPOSITION_DEPENDENT: a tile of a larger picture


def open_video(path: Path, keep_hdr: bool = False) -> Clip:
    """What a video file holds. Raises SourceError in one line if there is no picture that decodes."""
    with open_input(path) as container:
        stream = _picture_stream(container, path)
        _check_size(path, stream.width or 0, stream.height or 0)
        damage = Damage()
        coming = decoded_frames(container, stream, damage)
        frames = list(islice(coming, LOOKED_AT))
        if not frames:
            words = f": {damage.words}" if damage.words else ""
            raise SourceError(f"{path} holds no picture that can be decoded{words}")
        clip = _described(path, container, stream, frames)
        alpha = _seen_through(chain(frames, coming))
    clip = replace(clip, alpha=alpha, tone_mapped=bool(clip.colour.hdr) and not keep_hdr)
    return replace(clip, notes=tuple(_notes(clip)))


def _described(path: Path, container: "InputContainer", stream: Any, frames: list["VideoFrame"]) -> Clip:
    first = frames[0]
    base = stream.time_base or Fraction(1, 1000)
    origin = _origin(container)
    start = Fraction(0) if first.pts is None else first.pts * (first.time_base or base) - origin
    rate, varied = _rate(stream)
    parts = joined(path) if container.format.flags & _TS_DISCONT else Joined((), {})
    end = parts.ends.get(stream.index) if parts else None
    duration = _duration(container, stream, start, origin) if end is None else end - origin - start
    clip = Clip(
        path=path,
        kind="video",
        rate=rate,
        varied=varied,
        start=start,
        duration=duration,
        frames=_claimed(stream),
        metadata=dict(container.metadata),
        codec=stream.codec.canonical_name,
        container=container.format.name,
        stream=stream.index,
        time_base=base,
        origin=origin,
        shifts=parts.shifts if parts else (),
        plays=_plays(path, container.format.name),
        **_picture(stream, frames),
        **beside(container, stream, origin),
    )
    try:
        check_matrix(clip.colour)
    except SourceError as error:
        raise SourceError(f"{path}: {error}") from error
    _check_size(path, *clip.size)
    return clip


def _picture(stream: Any, frames: list["VideoFrame"]) -> dict[str, Any]:
    """What `Clip` says of the picture itself, from the first frames."""
    first = frames[0]
    turn = _turn(first)
    aspect = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio or Fraction(1)
    if not 1 / WIDEST_PIXEL <= aspect <= WIDEST_PIXEL:  # damaged, or meant for nobody
        aspect = Fraction(1)
    return {
        "size": shown_size((first.width, first.height), aspect, turn),
        "coded_size": (first.width, first.height),
        "sample_aspect": aspect,
        "turn": turn,
        "rotation": _degrees(turn),
        "interlaced": any(frame.interlaced_frame for frame in frames),
        "colour": _colour(first, stream),
        "display": display_of(frames),
        "bits": first.format.components[0].bits if first.format.name != "pal8" else 8,
    }


def shown_size(coded: tuple[int, int], aspect: Fraction, turn: Turn) -> tuple[int, int]:
    """(width, height) as shown: the width stretched to square pixels (to an even number), then turned."""
    width, height = coded
    if aspect != 1:
        width = max(2, 2 * round(width * aspect / 2))
    return (height, width) if turn[0] == 0 else (width, height)


def _picture_stream(container: "InputContainer", path: Path) -> Any:
    films = [s for s in container.streams.video if not int(s.disposition) & ATTACHED]
    if not films:
        if container.streams.video:
            raise SourceError(f"{path} holds sound and a cover picture, but no film")
        if container.streams.audio:
            raise SourceError(f"{path} holds sound but no picture; give a video")
        raise SourceError(f"{path} holds no picture; give a video, an animation or a picture")
    known = [film for film in films if film.codec_context is not None]
    if not known:
        raise SourceError(f"{path} holds pictures of a kind that can't be decoded here; convert it to H.264 first")
    best = container.streams.best("video")
    chosen = best if best in known else known[0]
    if int(chosen.disposition) & _DEPENDENT:
        raise SourceError(f"{path} is stored in tiles that can't be put together here; save it as PNG or JPEG first")
    return chosen


def _check_size(path: Path, width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise SourceError(f"{path} claims {width}×{height} pixels; at most {MOST_PIXELS} can be held")


def _rate(stream: Any) -> tuple[Fraction, bool]:
    """The average rate, and whether frames vary round it.

    libav's guess of the true rate is taken where the average is only rounded, and where both are (Matroska's
    clock of 1 ms), the usual rate next to it.
    """
    average, base = stream.average_rate, stream.guessed_rate or stream.base_rate
    if not average:
        return (base, False) if base and base <= 1000 else (Fraction(25), False)
    tick = stream.time_base or Fraction(1, 1000)
    if base and _near(average, base):
        return _usual(base, tick), False
    if base and _near(2 * average, base):  # interlaced streams are guessed at twice their frame rate
        return _usual(base / 2, tick), False
    return average, True


def _near(one: Fraction, other: Fraction) -> bool:
    return abs(one / other - 1) < Fraction(1, 500)


def _usual(rate: Fraction, tick: Fraction) -> Fraction:
    """The rate of film or television next to `rate`, if the clock is too coarse to hold `rate` itself."""
    if (1 / rate / tick).denominator == 1:
        return rate
    whole = [Fraction(n) for n in (24, 25, 30, 48, 50, 60, 100, 120)]
    usual = min([*whole, *(n * Fraction(1000, 1001) for n in whole)], key=lambda known: abs(known - rate))
    return usual if abs(rate / usual - 1) < Fraction(1, 2500) else rate


def _origin(container: "InputContainer") -> Fraction:
    if not container.format.flags & _TS_DISCONT:
        return Fraction(0)
    starts = [s.start_time * s.time_base for s in container.streams if s.start_time is not None and s.time_base]
    return min(starts, default=Fraction(0))


def _duration(container: "InputContainer", stream: Any, start: Fraction, origin: Fraction) -> Fraction | None:
    if stream.duration and stream.duration > 0:
        begin = stream.start_time * stream.time_base - origin if stream.start_time is not None else start
        return max(begin + stream.duration * stream.time_base - start, Fraction(0)) or None
    told = next((v for k, v in stream.metadata.items() if k.upper().startswith("DURATION")), None)
    if told and (seconds := _clock_time(told)):
        return max(seconds - start, Fraction(0)) or None
    if container.duration and container.duration > 0:
        begin = Fraction(container.start_time or 0, 1_000_000) - origin
        return max(begin + Fraction(container.duration, 1_000_000) - start, Fraction(0)) or None
    return None


def _clock_time(text: str) -> Fraction | None:
    """Seconds of Matroska's "00:01:02.345000000"."""
    try:
        hours, minutes, seconds = text.split(":")
        return Fraction(int(hours) * 3600 + int(minutes) * 60) + Fraction(seconds)
    except (ValueError, ZeroDivisionError):
        return None


def _claimed(stream: Any) -> int | None:
    if stream.frames:
        return int(stream.frames)
    told = next((v for k, v in stream.metadata.items() if k.upper().startswith("NUMBER_OF_FRAMES")), "")
    return int(told) if told.isdigit() and int(told) else None


def _turn(frame: "VideoFrame") -> Turn:
    """The display matrix (ISO 14496-12, 16.16 fixed point, row vectors) to the nearest quarter turn."""
    data: Any
    for data in frame.side_data:
        if data.type.name == "DISPLAYMATRIX":
            numbers = [int.from_bytes(bytes(data)[4 * i : 4 * i + 4], "little", signed=True) for i in range(9)]
            a, b, c, d = numbers[0], numbers[1], numbers[3], numbers[4]
            if abs(a) + abs(d) >= abs(b) + abs(c):
                return (-1 if a < 0 else 1, 0, 0, -1 if d < 0 else 1)
            return (0, -1 if b < 0 else 1, -1 if c < 0 else 1, 0)
    return UPRIGHT


def _degrees(turn: Turn) -> int:
    a, b, _, _ = turn
    return {(1, 0): 0, (0, -1): 90, (-1, 0): 180, (0, 1): 270}[(a, b)]


def _colour(frame: "VideoFrame", stream: Any) -> Colour:
    """The frame's tags; what it leaves open, the container's."""
    own, outer = colour_of(frame), colour_of(stream.codec_context)
    if frame.format.is_rgb or frame.format.name == "pal8":
        return Colour("gbr", "full", own.primaries or outer.primaries, own.transfer or outer.transfer)
    range_ = "full" if frame.format.name.startswith("yuvj") else own.range or outer.range
    matrix = own.matrix or outer.matrix
    return Colour(
        None if matrix == "gbr" else matrix, range_, own.primaries or outer.primaries, own.transfer or outer.transfer
    )


def _seen_through(frames: Iterator["VideoFrame"]) -> bool:
    """Whether a film is transparent anywhere in its beginning; one that goes on is taken at its format's word."""
    looked_at = 0
    for frame in frames:
        if _transparent(frame):
            return True
        looked_at += frame.width * frame.height
        if not has_alpha(frame.format.name):
            return False
        if looked_at > SEARCHED:
            return frame.format.name != "pal8"  # a palette may hold transparency and seldom does
    return False


def _plays(path: Path, name: str) -> int | None:
    """How often an animation is played; a damaged one for ever."""
    if name not in {"gif", "apng"}:
        return None
    try:
        return plays_of(path)
    except SourceError:
        return 0


def _transparent(frame: "VideoFrame") -> bool:
    if not has_alpha(frame.format.name):
        return False
    alpha = frame.reformat(format="rgba", threads=ALONE).to_ndarray()[..., 3]
    return bool(alpha.min() < 255)


def _notes(clip: Clip) -> Iterator[str]:
    if clip.turn != UPRIGHT:
        yield f"it is stored turned or mirrored; it comes out upright, {clip.size[0]}×{clip.size[1]}"
    if clip.sample_aspect != 1:
        yield (
            f"its pixels are not square ({clip.sample_aspect.numerator}:{clip.sample_aspect.denominator}); "
            f"it comes out as it is shown, {clip.size[0]}×{clip.size[1]}"
        )
    if clip.interlaced:
        yield "it is interlaced; its frames are deinterlaced (bwdif)"
    if clip.tone_mapped:
        yield f"it is HDR ({clip.colour.hdr}); it is tone-mapped to BT.709 (--codec hevc, av1, prores keep it as it is)"
    if clip.shifts:
        yield f"its clock begins anew {len(clip.shifts) - 1} times: its parts are put one after the other"
    films = [track for track in clip.others if track.kind == "picture" and not track.cover]
    if films:
        yield f"it holds {len(films) + 1} picture streams; the first film is taken"
