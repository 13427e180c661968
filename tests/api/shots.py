"""A little clip of several shots, and its film made with a list of them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from mariana_video.api.making.shot_list import write_list
from mariana_video.api.video import video
from mariana_video.recipe.options import Shooting
from tests.conftest import texture

LENGTHS = (5, 4, 1, 5)  # frames of the shots
SIZE, RATE = (64, 48), 25
_TINTS = ((1, 0.3, 0.3), (0.3, 1, 0.3), (0.4, 0.4, 1), (1, 1, 0.5))


def cut_clip(path: Path, lengths: Sequence[int] = LENGTHS, rate: int | Fraction = RATE) -> Path:
    """Shots of so many frames each, of other colours and moving, with a tone."""
    width, height = SIZE
    frames = sum(lengths)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=rate, options={"g": "6", "crf": "10"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        tone = out.add_stream("aac", rate=44100)
        for number, length in enumerate(lengths):
            wide = texture(height, width + 2 * length, number) * np.array(_TINTS[number % 4], np.float32)
            for index in range(length):
                picture = np.ascontiguousarray(np.rint(wide[:, 2 * index : 2 * index + width] * 255).astype(np.uint8))
                out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        wave = (np.sin(np.arange(int(44100 * frames / rate)) * 0.06) * 0.3).astype(np.float32)[None]
        samples = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
        samples.sample_rate = 44100
        for packets in (tone.encode(samples), tone.encode(None), stream.encode(None)):
            out.mux(packets)
    return path


def listed(clip: Path) -> Path:
    """The list of a clip's shots, as it is made, beside the clip."""
    path = clip.with_name("shots.toml")
    write_list(clip, path, Shooting(), overwrite=True)
    return path


def made(clip: Path, output: Path | str, *, stop: int | None = None, **options: Any) -> tuple[list[int], list[str]]:
    """Makes a film as `video` does: the positions that were dreamed, and what was said.

    It is broken off after `stop` frames.
    """
    dreamed: list[int] = []
    notes: list[str] = []

    def seen(index: int) -> None:
        dreamed.append(index)
        if len(dreamed) == stop:
            raise KeyboardInterrupt

    try:
        work = video(clip, output, **options)
        notes += work.notes
        work.run(lambda made: seen(round((made.time or Fraction(0)) * RATE)), notes.append)
    except KeyboardInterrupt:
        assert stop is not None
    return dreamed, notes


def content(output: Path | str) -> list[bytes]:
    """The bytes of a film, or of a folder's pictures in order."""
    path = Path(output)
    return [path.read_bytes()] if path.is_file() else [file.read_bytes() for file in sorted(path.iterdir())]
