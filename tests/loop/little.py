"""A little clip for tests of whole films: a texture that moves, with a tone."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.conftest import texture

SIZE = (64, 48)


def moving_clip(path: Path, frames: int = 24, rate: int = 12, sound: bool = True, shift: int = 2) -> Path:
    """A texture moving right by `shift` pixels a frame (key frames every 12), beside a tone of 440 Hz."""
    wide = (texture(SIZE[1], SIZE[0] + shift * frames) * 255).astype(np.uint8)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=rate, options={"g": "12", "crf": "10"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        tone = output.add_stream("aac", rate=16000, layout="mono") if sound else None
        for index in range(frames):
            left = shift * (frames - index)
            picture = np.ascontiguousarray(wide[:, left : left + SIZE[0]])
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        output.mux(stream.encode(None))
        if tone is not None:
            for packet in _tone(tone, 16000 * frames // rate):
                output.mux(packet)
    return path


def _tone(stream, samples: int):  # type: ignore[no-untyped-def]
    wave = np.sin(np.arange(samples) * 2 * np.pi * 440 / 16000).astype(np.float32)[None] * 0.3
    for at in range(0, samples, 1024):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(wave[:, at : at + 1024]), format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 16000, at, Fraction(1, 16000)
        yield stream.encode(frame)
    yield stream.encode(None)
