"""How a film's pictures are encoded: the same for every part of it, whenever the part is made."""

import io
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .clip import Clip
from .colour import Floats, from_rgb
from .containers import Container
from .writer import Notes, Writer

if TYPE_CHECKING:
    from av import VideoFrame


class Encoding:
    """Codec, pixel format, colours and clock of the film OUTPUT; arguments as for `Writer`."""

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
        notes: Notes = lambda _: None,
    ) -> None:
        self._writer = Writer(path, clip, size=size, rate=rate, codec=codec, crf=crf, threads=threads, notes=notes)

    @property
    def container(self) -> Container:
        """The kind of file that OUTPUT is."""
        return self._writer.container

    @property
    def time_base(self) -> Fraction:
        """The film's clock: seconds a tick."""
        return self._writer.time_base

    @property
    def pixel_format(self) -> str:
        """libav's name of what the encoder gets."""
        return self._writer.pixel_format

    @property
    def codec(self) -> str:
        """The picture codec's usual name."""
        return self._writer.codec

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) as encoded: chroma may need even sides."""
        across, down = self._writer._padded
        return self._writer.size[1] + down, self._writer.size[0] + across

    def extradata(self) -> bytes | None:
        """What a decoder needs to know before the first packet."""
        import av

        stream = self.stream(av.open(io.BytesIO(), "w", format=self.container.format))
        stream.codec_context.open()
        data: bytes | None = stream.codec_context.extradata
        return data

    def picture(self, rgb: Floats, alpha: Floats | None) -> "VideoFrame":
        """What the encoder gets for a picture (float32 H×W×3 in 0…1, alpha H×W or None)."""
        writer = self._writer
        return from_rgb(*writer._enlarged(rgb, alpha), writer.pixel_format, writer.colour, writer.lines)

    def stream(self, output: Any) -> Any:
        """A picture stream with its encoder in an open output of libav's."""
        self._writer._output = output
        return self._writer._picture_stream()

    def tell_what_is_lost(self) -> None:
        """Tell `notes` what the kind of film can't hold."""
        self._writer._tell_what_is_lost()
