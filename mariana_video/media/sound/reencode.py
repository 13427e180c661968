"""Sound that a container can't hold as it is: decoded and encoded anew, every sample at its old time."""

import contextlib
from fractions import Fraction
from typing import Any

import numpy as np

from mariana_video.media.colour import Floats

AAC_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000)
BITS_PER_CHANNEL = 96_000
JUMP = Fraction(1, 20)
"""Seconds by which a frame's time must differ from the count of samples to be a gap and not rounding."""


class Reencoder:
    """Turns packets of a sound stream into packets of another codec in `output`.

    Times move back by `shift` seconds. What lies before 0 or from `end` on is cut to the sample. Silence fills
    gaps and the time before a later first sample, for the encoder counts samples and would lose step.
    """

    def __init__(self, source: Any, output: Any, encoder: str, shift: Fraction) -> None:
        self.source, self.output, self.shift = source, output, shift
        context = source.codec_context
        self.rate = _rate(encoder, context.sample_rate)
        layout = _layout(context.layout)
        self.stream = output.add_stream(encoder, rate=self.rate, layout=layout)
        self.stream.codec_context.bit_rate = BITS_PER_CHANNEL * self.stream.codec_context.channels
        self.layout = layout
        self.resampler = _resampler(layout, self.rate)
        self.form: tuple[Any, ...] | None = None
        self.waiting: list[Floats] = []
        self.position: int | None = None
        self.sent: int = 0
        self.failed = 0
        self.end: int | None = None

    def take(self, packet: Any, end: Fraction | None) -> None:
        """Decode a packet; what is damaged becomes silence, and is counted in `failed`."""
        import av

        self.end = None if end is None else round(end * self.rate)
        frames: list[Any] = []
        try:
            frames = self.source.codec_context.decode(packet)
        except (av.FFmpegError, ValueError):
            self.failed += 1
        for frame in frames:
            self._add(frame)

    def finish(self) -> None:
        """Encode what decoder, resampler and encoder still hold."""
        import av

        frames: list[Any] = []
        with contextlib.suppress(av.FFmpegError, ValueError):
            frames = self.source.codec_context.decode(None)
        for frame in [*frames, None]:
            self._add(frame)
        self._send(whole=False)
        self.output.mux(self.stream.encode(None))

    def _add(self, frame: Any) -> None:
        form = None if frame is None else (frame.format.name, frame.layout.name, frame.sample_rate)
        if form and self.form and form != self.form:  # a broadcast may change from mono to 5.1 in the middle
            self._resampled(None)
            self.resampler = _resampler(self.layout, self.rate)
        self.form = form or self.form
        self._resampled(frame)

    def _resampled(self, frame: Any) -> None:
        for made in self.resampler.resample(frame):
            # Packed: of eight planes libav's frame has a ninth pointer, which is none, and PyAV would read from there.
            samples = made.to_ndarray().reshape(-1, made.layout.nb_channels).T
            due = self.position
            if made.pts is not None:
                due = round((made.pts * made.time_base - self.shift) * self.rate)
            self._lay(samples, due or 0)
        self._send(whole=True)

    def _lay(self, samples: Floats, due: int) -> None:
        """Put samples down at `due` (counted from the film's beginning), with silence or a cut where needed."""
        if self.position is None:
            if due + samples.shape[1] <= 0:
                return
            self.position = 0
        elif abs(due - self.position) < JUMP * self.rate:
            due = self.position
        if due < self.position:
            samples = samples[:, self.position - due :]
        elif due > self.position:
            self._silence(samples.shape[0], due - self.position)
        if self.end is not None:
            samples = samples[:, : max(0, self.end - self.position)]
        self.waiting.append(samples)
        self.position += samples.shape[1]

    def _silence(self, channels: int, count: int) -> None:
        if self.end is not None and self.position is not None:
            count = min(count, max(0, self.end - self.position))
        while count > 0:
            length = min(count, self.rate)
            self.waiting.append(np.zeros((channels, length), np.float32))
            self.position = (self.position or 0) + length
            count -= length
            self._send(whole=True)

    def _send(self, whole: bool) -> None:
        """Encode what waits in frames of the encoder's size; the last may be shorter."""
        from av import AudioFrame

        if not self.waiting:
            return
        samples = np.concatenate(self.waiting, axis=1)
        context = self.stream.codec_context
        size = context.frame_size or 1024
        at = 0
        while samples.shape[1] - at >= (size if whole else 1):
            block = np.ascontiguousarray(samples[:, at : at + size], np.float32)
            frame = AudioFrame.from_ndarray(block.T.reshape(1, -1), format="flt", layout=context.layout.name)
            frame.sample_rate = self.rate
            frame.pts, frame.time_base = self.sent, Fraction(1, self.rate)
            self.output.mux(self.stream.encode(frame))
            at += block.shape[1]
            self.sent += block.shape[1]
        self.waiting = [samples[:, at:]] if at < samples.shape[1] else []


def _rate(encoder: str, rate: int) -> int:
    if encoder == "libopus":
        return 48000
    return rate if rate in AAC_RATES else 48000


def _layout(layout: Any) -> str:
    """A layout every encoder knows; unusual ones become stereo."""
    known = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
    return known.get(layout.nb_channels, "stereo")


def _resampler(layout: str, rate: int) -> Any:
    from av import AudioResampler

    return AudioResampler(format="flt", layout=layout, rate=rate)
