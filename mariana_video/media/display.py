"""What a film of high dynamic range says of the display it was graded on, and of how bright it becomes.

HDR10's static metadata (SMPTE ST 2086, CTA-861.3): players map a film to their own screen by it.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av import VideoFrame

_RATIONALS = struct.Struct("<20i2i")  # libav's AVMasteringDisplayMetadata: ten fractions, then two flags
_DYNAMIC = {"DYNAMIC_HDR_PLUS": "HDR10+", "DOVI_METADATA": "Dolby Vision", "DOVI_RPU_BUFFER": "Dolby Vision"}


@dataclass(frozen=True)
class Display:
    """`points` are x, y of red, green, blue and white (CIE 1931), `nits` the least and the most that the display shows,
    `light` the brightest pixel and the brightest frame's mean in nits; None where a film does not say. `dynamic` names
    what changes from scene to scene (HDR10+, Dolby Vision).
    """

    points: tuple[Fraction, ...] | None = None
    nits: tuple[Fraction, Fraction] | None = None
    light: tuple[int, int] | None = None
    dynamic: str | None = None

    @property
    def static(self) -> bool:
        """Whether it says anything that holds for the whole film."""
        return bool((self.points and self.nits) or self.light)

    def for_x265(self) -> str:
        """As parameters of x265, whose units are 0.00002 and 0.0001 nits."""
        told = []
        if self.points and self.nits:
            numbers = [f"({round(x * 50_000)},{round(y * 50_000)})" for x, y in _pairs(self.points)]
            least, most = (round(nits * 10_000) for nits in self.nits)
            told.append(f"master-display={_named(numbers)}L({most},{least})")
        if self.light:
            told.append(f"max-cll={self.light[0]},{self.light[1]}")
        return ":".join(told)

    def for_svtav1(self) -> str:
        """As parameters of SVT-AV1."""
        told = []
        if self.points and self.nits:
            numbers = [f"({float(x):.5f},{float(y):.5f})" for x, y in _pairs(self.points)]
            least, most = (float(nits) for nits in self.nits)
            told.append(f"mastering-display={_named(numbers)}L({most:.4f},{least:.4f})")
        if self.light:
            told.append(f"content-light={self.light[0]},{self.light[1]}")
        return ":".join(told)


def display_of(frames: Iterable["VideoFrame"]) -> Display | None:
    """What the frames of a film say; None where they say nothing."""
    points = nits = light = dynamic = None
    data: Any
    for frame in frames:
        for data in frame.side_data:
            kind = data.type.name
            if kind == "MASTERING_DISPLAY_METADATA":
                points, nits = _mastering(bytes(data))
            elif kind == "CONTENT_LIGHT_LEVEL":
                light = struct.unpack("<2I", bytes(data)[:8])
            dynamic = _DYNAMIC.get(kind, dynamic)
    found = Display(points, nits, light, dynamic)
    return found if found != Display() else None


def _mastering(data: bytes) -> tuple[tuple[Fraction, ...] | None, tuple[Fraction, Fraction] | None]:
    *numbers, has_points, has_nits = _RATIONALS.unpack(data[: _RATIONALS.size])
    values = [Fraction(n, d) if d else Fraction(0) for n, d in zip(numbers[::2], numbers[1::2], strict=True)]
    return tuple(values[:8]) if has_points else None, (values[8], values[9]) if has_nits else None


def _pairs(points: tuple[Fraction, ...]) -> list[tuple[Fraction, Fraction]]:
    return list(zip(points[::2], points[1::2], strict=True))


def _named(numbers: list[str]) -> str:
    red, green, blue, white = numbers
    return f"G{green}B{blue}R{red}WP{white}"
