"""A film's parts: some frames encoded by an encoder of their own, kept as the encoder's packets.

Packets, not a film file: no container changes their times, so parts can be joined in any of them.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

import numpy as np

from mariana_video.media.colour import ALONE, Floats, has_alpha
from mariana_video.media.records import Record, append, records
from mariana_video.media.write.encoding import Encoding

if TYPE_CHECKING:
    from av import VideoFrame

_BESIDE: Literal["matroska_block_additional"] = "matroska_block_additional"  # where libvpx keeps a frame's transparency


@dataclass(frozen=True)
class Ending:
    """What a complete part holds: when its frames are shown (on the film's clock), and how long the last, if known."""

    ticks: tuple[int, ...]
    length: Fraction | None


class SegmentEncoder:
    """Encodes frames into an open part."""

    def __init__(self, encoding: Encoding, file: BinaryIO) -> None:
        import av

        self._file = file
        self._time_base = encoding.time_base
        self._nowhere = av.open(io.BytesIO(), "w", format=encoding.container.format)
        self._stream = encoding.stream(self._nowhere)
        self._frames = 0

    def add(self, frame: "VideoFrame", tick: int) -> None:
        """Encode a frame that is shown at `tick` of the film's clock."""
        frame.pts, frame.time_base = tick, self._time_base
        frame.pict_type = 0  # the encoder chooses
        self._keep(self._stream.encode(frame))
        self._frames += 1

    def finish(self, length: Fraction | None) -> None:
        """Encode what the encoder still holds and write the ending."""
        self._keep(self._stream.encode(None))
        append(self._file, {"frames": self._frames, "length": None if length is None else str(length)})

    def _keep(self, packets: list[Any]) -> None:
        for packet in packets:
            beside = next((bytes(data) for data in packet.iter_sidedata() if data.data_type == _BESIDE), b"")
            head = {
                "pts": packet.pts,
                "key": packet.is_keyframe,
                "beside": len(beside),
            }
            append(self._file, head, bytes(packet) + beside)


def ending(path: Path) -> Ending | None:
    """What a part holds; None if it is incomplete or damaged anywhere."""
    ticks: list[int] = []
    for record in records(path):
        if "frames" in record.head:
            whole = record.end == path.stat().st_size and record.head["frames"] == len(ticks)
            length = record.head["length"]
            return Ending(tuple(sorted(ticks)), None if length is None else Fraction(length)) if whole else None
        ticks.append(record.head["pts"])
    return None


def packets(path: Path, time_base: Fraction) -> Iterator[Any]:
    """The packets of a part, in the encoder's order; their dts is for whoever joins parts to say."""
    for record in records(path):
        if "pts" in record.head:
            yield _packet(record, time_base)


def _packet(record: Record, time_base: Fraction) -> Any:
    from av.packet import Packet, PacketSideData, packet_sidedata_type_from_literal

    split = len(record.body) - record.head["beside"]
    packet: Any = Packet(split)
    packet.update(record.body[:split])
    packet.pts, packet.time_base = record.head["pts"], time_base
    packet.is_keyframe = record.head["key"]
    if record.head["beside"]:
        size: int = record.head["beside"]
        data: Any = PacketSideData(packet_sidedata_type_from_literal(_BESIDE), size)  # type: ignore[call-arg]
        data.update(record.body[split:])
        packet.set_sidedata(data)
    return packet


def pictures(path: Path, encoding: Encoding) -> Iterator[tuple[Floats, Floats | None]]:
    """The pictures of a part, decoded: float32 H×W×3 in 0…1 and alpha H×W or None."""
    from av import CodecContext

    decoder: Any = CodecContext.create(encoding.codec, "r")
    decoder.width, decoder.height = encoding.shape[1], encoding.shape[0]
    decoder.pix_fmt, decoder.extradata = encoding.pixel_format, encoding.extradata()
    for packet in [*packets(path, encoding.time_base), None]:
        for frame in decoder.decode(packet):
            codes = frame.reformat(format="rgba", threads=ALONE).to_ndarray().astype(np.float32) / 255
            yield codes[..., :3], codes[..., 3] if has_alpha(encoding.pixel_format) else None
