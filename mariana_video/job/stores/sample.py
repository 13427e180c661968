"""A few frames encoded as OUTPUT's store would keep them, in memory: how large the whole will be."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from mariana_video.job.stores.animation import lossless
from mariana_video.job.stores.choice import encoding_of, film_section, is_animation, is_folder
from mariana_video.job.stores.segments import parts_of
from mariana_video.job.stores.store import Film
from mariana_video.loop.state import Finished
from mariana_video.media.stills.pictures import encode_picture
from mariana_video.media.write.encoding import Encoding
from mariana_video.recipe.toml import Sections

_LATER = 0.22  # of a frame that stands for itself: a later one takes 0.16 to 0.34 of that once the dream has grown


class Sample(Protocol):
    """Frames of a film, as its store keeps them."""

    def add(self, done: Finished) -> None:
        """One more frame, the next one."""
        ...

    def bytes_of_all(self) -> int:
        """About how many bytes all frames of the film take, by those that were added (one at least)."""
        ...


def sample_of(film: Film, output: str, conditions: Sections) -> Sample:
    """The sample of a film that is about to be made as `output`, under a job's `conditions`."""
    if is_folder(output):
        return Pictures(len(film.times))
    fixed = film_section(film, output)
    if is_animation(Path(output)):
        return _Packets(film, lossless(film, int(fixed["encoder_threads"])))
    return _Packets(film, encoding_of(Path(output), film, {**conditions, "film": fixed}, lambda note: None))


class Pictures:
    """So many pictures of a Pillow format, each for itself."""

    def __init__(self, frames: int, kind: str = "PNG") -> None:
        self._frames, self._kind, self._sizes = frames, kind, list[int]()

    def add(self, done: Finished) -> None:
        made = io.BytesIO()
        encode_picture(made, done.rgb, done.alpha, self._kind)
        self._sizes.append(made.tell())

    def bytes_of_all(self) -> int:
        return round(self._frames * _mean(self._sizes))


class _Packets:
    """What an encoder gives: each part of a film begins with a frame that stands for itself, which is larger."""

    def __init__(self, film: Film, encoding: Encoding) -> None:
        import av

        self._frames, self._parts, self._encoding = len(film.times), len(parts_of(film)), encoding
        self._ticks = film.clock(encoding.time_base).ticks(film.times)
        self._stream = encoding.stream(av.open(io.BytesIO(), "w", format=encoding.container.format))
        self._added = 0
        self._begins, self._others = list[int](), list[int]()

    def add(self, done: Finished) -> None:
        frame = self._encoding.picture(done.rgb, done.alpha)
        frame.pts, frame.time_base = self._ticks[self._added], self._encoding.time_base
        self._added += 1
        self._count(self._stream.encode(frame))

    def bytes_of_all(self) -> int:
        self._count(self._stream.encode(None))
        if not self._others:
            return round(self._frames * _mean(self._begins))
        begins, first = min(self._parts, self._frames), _mean(self._begins)
        later = max(_mean(self._others), _LATER * first)
        return round(begins * first + (self._frames - begins) * later)

    def _count(self, packets: Sequence[Any]) -> None:
        for packet in packets:
            (self._begins if packet.is_keyframe else self._others).append(packet.size)


def _mean(sizes: Sequence[int]) -> float:
    return sum(sizes) / len(sizes)
