"""How many frames of a clip come before one of them, from the packets' times: thousands are counted in a second."""

from fractions import Fraction
from typing import Any

from mariana_video.media.clip import Clip
from mariana_video.media.joined import ONE, Joints
from mariana_video.media.libav import open_input
from mariana_video.media.read import animated
from mariana_video.media.read.reader import scan


def frames_before(clip: Clip, time: Fraction) -> int:
    """How many frames a reader of the whole clip gets before the one at `time` on the clip's own clock.

    Where the packets don't say, the frames are decoded for it.
    """
    if time <= clip.start:
        return 0
    if clip.kind != "video":
        return round((time - clip.start) * clip.rate)
    counted = None if clip.container in animated.FORMATS else _packets_before(clip, time)
    return sum(1 for _ in scan(clip, duration=time - clip.start)) if counted is None else counted


def _packets_before(clip: Clip, time: Fraction) -> int | None:
    """The packets whose time lies from the clip's first picture to `time`; None where one has none or holds nothing."""
    import av

    slack = min(clip.time_base, 1 / clip.rate / 4) / 2
    with open_input(clip.path) as container:
        stream: Any = container.streams[clip.stream]
        stored = container.format.name == "avi"  # it is shown in turn as it was stored in turn
        count = 0
        try:
            for packet in Joints(clip.shifts or ONE).moved(container.demux(stream)):
                stamp = packet.dts if stored else packet.pts
                if stamp is None or not packet.size:
                    return count if _ended(packet) else None
                shown = stamp * packet.time_base - clip.origin
                count += clip.start - slack <= shown < time - slack and not packet.is_discard
                if packet.dts is not None and packet.dts * packet.time_base - clip.origin >= time:
                    return count  # nothing is shown before it is decoded
        except (av.FFmpegError, OSError):
            return None
        return count


def _ended(packet: Any) -> bool:
    return packet.pts is None and packet.dts is None and not packet.size
