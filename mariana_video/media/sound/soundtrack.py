"""A sound track laid under a silent film: cut to its length, and faded out where it goes on."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from mariana_video.errors import OutputError, SourceError, UsageError
from mariana_video.media.colour import Floats
from mariana_video.media.comments import KEY
from mariana_video.media.containers import CONTAINERS, container_for
from mariana_video.media.libav import address, open_input
from mariana_video.media.output import cannot_write, commit, discard, hidden_name
from mariana_video.media.sound.reencode import Reencoder

FADE = Fraction(1)
"""Seconds at the film's end over which a longer sound fades out."""


def check_sound(sound: Path, output: str) -> None:
    """See, before the work, that `sound` holds some and that OUTPUT can. Raises SourceError or UsageError."""
    if Path(output).suffix.lower() not in CONTAINERS:
        raise UsageError(f"--sound {sound}: {output} can't hold any; these can: {', '.join(CONTAINERS)}")
    if not sound.is_file():
        raise SourceError(f"{sound} does not exist")
    with open_input(sound) as container:
        if not container.streams.audio:
            raise SourceError(f"{sound} holds no sound")
        if not _known(container):
            raise SourceError(f"{sound} holds no sound that can be decoded here; convert it to AAC or FLAC first")


def lay_under(film: Path, sound: Path, output: Path) -> None:
    """Write `output`: the pictures of `film` and its comment, unchanged, and the first track of `sound` that can be
    decoded, from its beginning.

    Raises OutputError where the disk refuses.
    """
    made = hidden_name(output)
    try:
        _mux(film, sound, made)
        commit(made, output)
    except (OSError, ValueError) as error:
        raise cannot_write(output, error) from error
    finally:
        discard(made)


def _mux(film: Path, sound: Path, made: Path) -> None:
    import av

    kind = container_for(made)
    with open_input(film) as pictures, open_input(sound) as tones:
        source = pictures.streams.video[0]
        options = dict(kind.options)
        if kind.negative:  # edit lists count in this clock
            options["movie_timescale"] = str(max(1000, source.time_base.denominator if source.time_base else 1000))
        with av.open(address(made), "w", format=kind.format, options=options) as output:
            output.metadata.update({key: value for key, value in pictures.metadata.items() if key.lower() == KEY})
            shown = output.add_stream_from_template(source, opaque=True)  # whoever decodes it need not encode it
            heard = _known(tones)[0]
            coder = _Faded(heard, output, kind.sound, _length(film))
            packets = (packet for packet in tones.demux(heard) if packet.size)
            waiting = next(packets, None)
            for packet in _dated(_from_zero(pictures, source)):
                while waiting is not None and _time(waiting) - coder.shift <= _time(packet):
                    coder.take(waiting, coder.until)
                    waiting = next(packets, None)
                packet.stream = shown
                output.mux_one(packet)
            while waiting is not None and _time(waiting) - coder.shift < coder.until:
                coder.take(waiting, coder.until)
                waiting = next(packets, None)
            coder.finish()


def _from_zero(container: Any, stream: Any) -> Iterator[Any]:
    """A film's picture packets on its own clock, where its container's begins anywhere (transport streams)."""
    offset = (stream.start_time or 0) if container.format.name == "mpegts" else 0
    for packet in container.demux(stream):
        if packet.size:
            packet.pts = None if packet.pts is None else packet.pts - offset
            packet.dts = None if packet.dts is None else packet.dts - offset
            yield packet


def _known(container: Any) -> list[Any]:
    """The sounds that there is a decoder for."""
    return [stream for stream in container.streams.audio if stream.codec_context is not None]


def _dated(packets: Iterable[Any]) -> Iterator[Any]:
    """The packets with times of decoding; Matroska has none for the first of frames that are stored out of order."""
    early: list[Any] = []
    for packet in packets:
        if packet.dts is None:
            early.append(packet)
            continue
        for place, one in enumerate(early):
            one.dts = packet.dts - (len(early) - place) * max(1, packet.duration or 1)
            yield one
        early = []
        yield packet
    for one in early:  # no frame has any: they are stored in order
        one.dts = one.pts
        yield one


class _Faded(Reencoder):
    """Sound from its own beginning up to `until` seconds, faded out over the last of them."""

    def __init__(self, source: Any, output: Any, encoder: str, until: Fraction) -> None:
        start = (source.start_time or 0) * source.time_base
        super().__init__(source, output, encoder, start)
        self.until = until

    def _lay(self, samples: Floats, due: int) -> None:
        before = sum(block.shape[1] for block in self.waiting)
        super()._lay(samples, due)
        whole = np.concatenate(self.waiting, axis=1) if self.waiting else np.zeros((samples.shape[0], 0), np.float32)
        added = whole.shape[1] - before
        if added:
            at = (self.position or 0) - added + np.arange(added)
            left = (float(self.until) - at / self.rate) / float(min(FADE, self.until))
            whole[:, before:] *= np.clip(left, 0, 1).astype(np.float32)
            self.waiting = [whole]


def _time(packet: Any) -> Fraction:
    stamp = packet.dts if packet.dts is not None else packet.pts or 0
    return Fraction(stamp * packet.time_base)


def _length(film: Path) -> Fraction:
    """The film's length in seconds. Raises OutputError where it says none."""
    with open_input(film) as container:
        stream = container.streams.video[0]
        if stream.duration and stream.time_base:
            return Fraction(stream.duration * stream.time_base)
        if container.duration:
            return Fraction(container.duration, 1_000_000)
    raise OutputError(f"{film} does not say how long it is")
