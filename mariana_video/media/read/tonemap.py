"""High dynamic range brought down to BT.709 by the ffmpeg program (libav in PyAV lacks zscale)."""

from collections.abc import Iterator
from fractions import Fraction

from mariana_video.errors import SourceError
from mariana_video.media.clip import Clip
from mariana_video.media.ffmpeg import WHITELIST, piped
from mariana_video.media.libav import address, reason
from mariana_video.media.read.decode import Damage, Timed, decoded_frames

WHITE = 203
"""Nits of reference white in HDR (ITU-R BT.2408): what comes out as the white of BT.709, nearly."""


def tonemapped_frames(clip: Clip, begin: Fraction | None, damage: Damage) -> Iterator[Timed]:
    """The frames of an HDR clip (PQ or HLG) as BT.709, 16-bit RGB, with their exact times.

    Linear light by zscale, the Möbius curve (ffmpeg's tonemap filter), which leaves all but the highlights as they are,
    then BT.709's own. Left to itself the filter takes 10,000 nits where a file does not say, and the picture comes out
    a third too dark; the clip's `peak` says it. Frames arrive through a pipe in NUT, a container that keeps times.
    Raises SourceError with ffmpeg's words if it fails.
    """
    import av

    with piped(_arguments(clip, begin), clip.path) as pipe:
        try:
            container = av.open(pipe, "r", format="nut")
        except (av.FFmpegError, ValueError) as error:
            raise SourceError(f"{clip.path} can't be tone-mapped: {reason(error)}") from error
        with container:
            for frame in decoded_frames(container, container.streams.video[0], damage):
                base = frame.time_base or clip.time_base
                length = frame.duration * base if frame.duration else None
                yield Timed(frame, (frame.pts or 0) * base - clip.origin, length)


def _arguments(clip: Clip, begin: Fraction | None) -> list[str]:
    seek: list[str] = []
    if begin is not None and begin > clip.start:
        moment = max(begin - 1 / clip.rate, clip.start) + clip.origin
        seek = ["-seek_timestamp", "1", "-ss", f"{float(moment):.6f}"]
    return [
        *WHITELIST, "-noautorotate", *seek, "-copyts", "-i", address(clip.path), "-map", f"0:{clip.stream}",
        "-vf", _filters(clip), "-fps_mode", "passthrough", "-enc_time_base", "demux",
        "-avoid_negative_ts", "disabled", "-c:v", "rawvideo", "-pix_fmt", "rgb48le", "-f", "nut", "pipe:1",
    ]  # fmt: skip


def _filters(clip: Clip) -> str:
    colour = clip.colour
    range_ = "full" if colour.range == "full" else "limited"
    return (
        f"zscale=transferin={colour.transfer}:matrixin={colour.matrix or 'bt2020nc'}"
        f":primariesin={colour.primaries or 'bt2020'}:rangein={range_}:transfer=linear:npl={WHITE},"
        f"format=gbrpf32le,zscale=primaries=bt709,tonemap=tonemap=mobius:desat=0:peak={clip.peak / WHITE:g},"
        "zscale=transfer=bt709:matrix=gbr:range=full,format=rgb48le"
    )
