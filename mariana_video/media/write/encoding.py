"""How a film's pictures are encoded: the same for every part of it, whenever the part is made."""

import io
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mariana_video.errors import UsageError
from mariana_video.media.clip import Clip
from mariana_video.media.colour import BT709, Floats, for_output, from_rgb, has_alpha, is_rgb
from mariana_video.media.containers import ENCODERS, check_quality, codec_for, container_for, time_base_for
from mariana_video.media.display import Display
from mariana_video.media.sound.tags import needs_keys
from mariana_video.media.sound.trial import plan_tracks

if TYPE_CHECKING:
    from av import VideoFrame

Notes = Callable[[str], None]

# The encoders' options that take HDR10's static metadata.
_DISPLAYS = {"hevc": ("x265-params", Display.for_x265), "av1": ("svtav1-params", Display.for_svtav1)}


class Encoding:
    """Codec, pixel format, colours and clock of the film OUTPUT.

    Arguments as for `Writer`. `time_base` is the film's clock, where it is known better than `time_base_for` knows it
    without the frames' times; with `in_order` no picture is stored ahead of its turn. `container` is the kind of file
    that OUTPUT is, `codec` the picture codec's usual name, `pixel_format` libav's name of what the encoder gets,
    `colour` the tags the film gets and `time_base` its clock in seconds a tick. Raises UsageError for a codec that the
    container can't hold, and for a quality or size that the codec does not have.
    """

    def __init__(
        self,
        path: Path,
        clip: Clip | None,
        *,
        size: tuple[int, int],
        rate: Fraction,
        codec: str | None,
        crf: int,
        threads: int,
        time_base: Fraction | None = None,
        in_order: bool = False,
        notes: Notes = lambda _: None,
    ) -> None:
        self.path, self.clip, self.size, self.rate = path, clip, size, rate
        self.crf, self.threads, self.notes = crf, threads, notes
        self.container = container_for(path)
        self.codec = codec_for(path, codec)
        self.encoder = ENCODERS[self.codec]
        self._check()
        self.pixel_format = self.encoder.pixel_format(clip.bits if clip else 8, bool(clip and clip.alpha))
        self.time_base = time_base or time_base_for(self.container, clip, rate)
        self.in_order = in_order
        stored = clip.coded_size[1] if clip else size[1]
        self.colour = _colour(clip, stored, size[1], self.codec)
        # The height that an untagged matrix is guessed from: the same for reader, writer and players.
        self.lines = size[1] if self.colour.matrix else stored

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) as encoded: chroma may need even sides."""
        across, down = self._added
        return self.size[1] + down, self.size[0] + across

    def picture(self, rgb: Floats, alpha: Floats | None) -> "VideoFrame":
        """What the encoder gets for a picture (float32 H×W×3 in 0…1, alpha H×W or None)."""
        across, down = self._added
        if across or down:
            rgb = np.pad(rgb, ((0, down), (0, across), (0, 0)), "edge")
            alpha = None if alpha is None else np.pad(alpha, ((0, down), (0, across)), "edge")
        return from_rgb(rgb, alpha, self.pixel_format, self.colour, self.lines)

    def stream(self, output: Any) -> Any:
        """A picture stream with its encoder in an open output of libav's."""
        stream = output.add_stream(self.encoder.name, rate=self.rate, options=self._options())
        context = stream.codec_context
        context.height, context.width = self.shape
        context.pix_fmt = self.pixel_format
        context.time_base = stream.time_base = self.time_base
        context.thread_count = self.threads
        matrix, range_, primaries, transfer = self.colour.codes
        context.colorspace, context.color_range = (0, 2) if is_rgb(self.pixel_format) else (matrix, range_)
        context.color_primaries, context.color_trc = primaries, transfer
        if self.codec == "hevc" and self.container.format in {"mp4", "mov"}:
            context.codec_tag = "hvc1"
        return stream

    def extradata(self) -> bytes | None:
        """What a decoder needs to know before the first packet."""
        import av

        stream = self.stream(av.open(io.BytesIO(), "w", format=self.container.format))
        stream.codec_context.open()
        data: bytes | None = stream.codec_context.extradata
        return data

    def muxing(self) -> dict[str, str]:
        """libav's options for the file."""
        options = dict(self.container.options)
        if self.container.negative:  # edit lists count in this clock; at its default of 1 ms they would round
            options["movie_timescale"] = str(max(1000, self.time_base.denominator))
            if needs_keys(self.clip):
                options["movflags"] += "+use_metadata_tags"
        return options

    def tell_what_is_lost(self, sound: bool = True) -> None:
        """Tell `notes` what the kind of film can't hold, or not as it is; without `sound` nothing of the sounds."""
        across, down = self._added
        width, height = self.size
        if across or down:
            added = " and ".join(word for word, n in (("one column", across), ("one row", down)) if n)
            self.notes(f"{self.codec} needs even sides: {width}×{height} gains {added}, repeated from the edge")
        if self.clip is not None and self.clip.alpha and not has_alpha(self.pixel_format):
            self.notes(
                f"{self.path.name} can't hold transparency as {self.codec}; it is left out "
                "(.webm, .mov with prores and PNGs keep it)"
            )
        if lost := self._display_lost():
            self.notes(lost)
        if self.container.format == "avi" and self.time_base != 1 / self.rate:
            self.notes(
                f"AVI knows one rate only: its clock ticks every {float(self.time_base):g} s, "
                "and pictures stay until the next one's tick (.mp4 keeps their times)"
            )

        if self.clip is not None:
            for decision in plan_tracks(self.clip, self.container, self.codec, sound):
                if decision.note:
                    self.notes(decision.note)

    @property
    def _added(self) -> tuple[int, int]:
        """Columns and rows to add so that the pixel format's chroma comes out even."""
        if is_rgb(self.pixel_format) or "444" in self.pixel_format:
            return (0, 0)
        return (self.size[0] % 2, 0 if "422" in self.pixel_format else self.size[1] % 2)

    @property
    def _display(self) -> Display | None:
        """What the film is to say of its display: the source's, where it stays in high dynamic range."""
        return (
            self.clip.display if self.clip is not None and self.clip.colour.hdr and not self.clip.tone_mapped else None
        )

    def _display_lost(self) -> str | None:
        if self._display is None:
            return None
        dynamic = self._display.dynamic
        if self._display.static and self.codec not in _DISPLAYS:
            also = f" and its {dynamic}" if dynamic else ""
            return (
                f"{self.codec} can't hold its mastering display and light level{also} here; left out (hevc keeps them)"
            )
        return f"its {dynamic} is left out: it would no longer fit the pictures" if dynamic else None

    def _check(self) -> None:
        check_quality(self.codec, self.crf)
        least = self.encoder.least
        if min(self.size) < least:
            across, down = self.size
            raise UsageError(f"{self.codec} holds no picture of {across}×{down}; sides need {least} pixels or more")

    def _options(self) -> dict[str, str]:
        options = dict(self.encoder.options)
        if self._display is not None and self._display.static and self.codec in _DISPLAYS:
            name, told = _DISPLAYS[self.codec]
            options[name] = ":".join(part for part in (options.get(name), told(self._display)) if part)
        if self.encoder.quality:
            options[self.encoder.quality] = str(self.crf)
        # AVI has no times of display, so its frames must be stored in order. And in MP4 the picture that is stored last
        # gives the film its end: one that is shown last and stays can't be stored before another.
        if self.codec in ("h264", "hevc") and (self.container.format == "avi" or self.in_order):
            options["bf"] = "0"
        if self.codec == "ffv1" and min(self.size) < 32:  # too small for the slices of level 3
            options = {"level": "1", "g": "1"}
        if self.codec == "prores":
            options["profile"] = "4444" if has_alpha(self.pixel_format) else "hq"
        return options


def _colour(clip: Clip | None, stored: int, lines: int, codec: str) -> Any:
    if clip is None or clip.tone_mapped:  # what was tone-mapped is BT.709
        return BT709
    colour = for_output(clip.colour, stored, lines)
    return replace(colour, range="limited") if codec == "prores" else colour  # which knows no full range
