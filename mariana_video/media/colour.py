"""Colour tags, and the way between libav's pictures and float RGB.

A video file says with four tags how its numbers become light: the matrix (luma and chroma from red, green
and blue), the range (limited 16…235 or full 0…255), the primaries and the transfer curve (ITU-T H.273). They
are read, obeyed, and written again; a dream in another colour than its source's is a fault that only other
programs would show.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mariana_video.errors import SourceError

if TYPE_CHECKING:
    from av import VideoFrame

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

HD_LINES = 720
"""From this many lines on an untagged picture is taken for BT.709, below for BT.601 (what players do)."""

# Names and numbers of ITU-T H.273, as ffprobe prints them; 2 is "unspecified" and stands as None.
_MATRICES = {
    0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco", 9: "bt2020nc",
    10: "bt2020c", 11: "smpte2085", 12: "chroma-derived-nc", 13: "chroma-derived-c", 14: "ictcp",
    15: "ipt-c2", 16: "ycgco-re", 17: "ycgco-ro",
}  # fmt: skip
_PRIMARIES = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020",
    10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213",
}  # fmt: skip
_TRANSFERS = {
    1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log100",
    10: "log316", 11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12",
    16: "smpte2084", 17: "smpte428", 18: "arib-std-b67",
}  # fmt: skip
_RANGES = {1: "limited", 2: "full"}
_HDR = {"smpte2084": "PQ", "arib-std-b67": "HLG"}

# libswscale knows these matrices under these numbers; the others of H.273 it does not.
_SWSCALE = {"bt709": 1, "fcc": 4, "bt470bg": 5, "smpte170m": 5, "smpte240m": 7, "bt2020nc": 9, "bt2020c": 9}


@dataclass(frozen=True)
class Colour:
    """The four colour tags of a file, in ffprobe's spelling; None where the file does not say."""

    matrix: str | None = None
    range: str | None = None
    primaries: str | None = None
    transfer: str | None = None

    @property
    def hdr(self) -> str | None:
        """ "PQ" or "HLG" if the transfer curve is one of high dynamic range, else None."""
        return _HDR.get(self.transfer or "")

    @property
    def codes(self) -> tuple[int, int, int, int]:
        """(matrix, range, primaries, transfer) as libav's numbers, "unspecified" where None."""
        return (
            _code(_MATRICES, self.matrix, 2),
            _code(_RANGES, self.range, 0),
            _code(_PRIMARIES, self.primaries, 2),
            _code(_TRANSFERS, self.transfer, 2),
        )


UNTAGGED = Colour()
"""What a file says that says nothing."""

BT709 = Colour("bt709", "limited", "bt709", "bt709")
"""What a film made from pictures is tagged with."""


def colour_of(tagged: Any) -> Colour:
    """The tags of anything of libav's that carries them (a decoded frame or a codec context)."""
    return Colour(
        matrix=_MATRICES.get(int(tagged.colorspace)),
        range=_RANGES.get(int(tagged.color_range)),
        primaries=_PRIMARIES.get(int(tagged.color_primaries)),
        transfer=_TRANSFERS.get(int(tagged.color_trc)),
    )


def for_output(colour: Colour, lines_in: int, lines_out: int) -> Colour:
    """The tags a film gets whose source has `colour`: the source's own, as far as YUV can carry them.

    An RGB source becomes BT.709. An untagged one stays untagged, unless its new height would make players
    guess another matrix than the one it was read with: then the guess is written down.
    """
    if colour.matrix == "gbr" or (colour.matrix and colour.matrix not in _SWSCALE):
        return Colour("bt709", "limited", colour.primaries or "bt709", colour.transfer or "bt709")
    if colour.matrix is None and (lines_in >= HD_LINES) != (lines_out >= HD_LINES):
        matrix = "bt709" if lines_in >= HD_LINES else "smpte170m"
        return Colour(matrix, colour.range, colour.primaries or matrix, colour.transfer or matrix)
    return colour


def matrix_code(colour: Colour, lines: int) -> int:
    """libswscale's number of the matrix to read or write with, guessed from the height where untagged.

    Raises SourceError for a matrix that libswscale lacks.
    """
    if colour.matrix is None or colour.matrix == "gbr":
        return 1 if lines >= HD_LINES else 5
    if colour.matrix not in _SWSCALE:
        raise SourceError(f"its colours are stored as {colour.matrix}, which can't be read; convert it to bt709 first")
    return _SWSCALE[colour.matrix]


def to_rgb(frame: "VideoFrame", colour: Colour, size: tuple[int, int]) -> tuple[Floats, Floats | None]:
    """A decoded frame as float RGB (H×W×3, 0…1) of `size` (width, height), and its alpha (H×W) or None.

    `colour.matrix` None is guessed from the frame's own height. Resizing happens in the same pass: averaging
    when smaller, Lanczos when larger.
    """
    alpha = has_alpha(frame.format.name)
    options: dict[str, Any] = {}
    if not frame.format.is_rgb and frame.format.name != "pal8":
        options["src_colorspace"] = matrix_code(colour, frame.height)
        options["src_color_range"] = 2 if _is_full(frame, colour) else 1
    planes = frame.reformat(
        width=size[0],
        height=size[1],
        format="gbrapf32le" if alpha else "gbrpf32le",
        dst_color_range=2,
        interpolation=_filter((frame.width, frame.height), size),
        **options,
    ).to_ndarray()
    pixels = np.clip(np.asarray(planes, np.float32), 0, 1)
    if not alpha:
        return np.ascontiguousarray(pixels, np.float32), None
    return np.ascontiguousarray(pixels[..., :3], np.float32), _seen(pixels[..., 3])


def from_rgb(rgb: Floats, alpha: Floats | None, pixel_format: str, colour: Colour, lines: int) -> "VideoFrame":
    """Float RGB (H×W×3, 0…1) as a frame in `pixel_format`, converted with and tagged by `colour`.

    `lines` is the height that decides an untagged matrix. Alpha is used where `pixel_format` has one.
    """
    from av import VideoFrame

    with_alpha = has_alpha(pixel_format)
    pixels = np.clip(rgb, 0, 1)
    if with_alpha:
        opacity = np.ones(rgb.shape[:2], np.float32) if alpha is None else np.clip(alpha, 0, 1)
        pixels = np.concatenate([pixels, opacity[..., None]], axis=2)
    pixels = np.ascontiguousarray(pixels, np.float32)
    frame = VideoFrame.from_ndarray(pixels, format="gbrapf32le" if with_alpha else "gbrpf32le")
    matrix, range_, primaries, transfer = colour.codes
    options: dict[str, Any] = {"dst_color_range": 2}
    if not is_rgb(pixel_format):
        options = {
            "dst_colorspace": matrix_code(colour, lines),
            "dst_color_range": 2 if colour.range == "full" else 1,
        }
    made = frame.reformat(format=pixel_format, src_color_range=2, interpolation=_BICUBIC, **options)
    made.colorspace = 0 if is_rgb(pixel_format) else matrix
    made.color_range = 2 if is_rgb(pixel_format) else range_
    made.color_primaries, made.color_trc = primaries, transfer
    return made


def grey_of(rgb: Floats) -> Bytes:
    """The luma (BT.601 weights) of an sRGB picture as uint8 H×W: what optical flow and cuts are found on."""
    grey: Bytes = np.rint(rgb @ _LUMA).astype(np.uint8)
    return grey


def has_alpha(pixel_format: str) -> bool:
    """Whether libav's pixel format of this name holds transparency."""
    return pixel_format.startswith(("yuva", "rgba", "argb", "abgr", "bgra", "gbrap", "ya", "pal8"))


def is_rgb(pixel_format: str) -> bool:
    """Whether libav's pixel format of this name stores red, green and blue rather than luma and chroma."""
    return pixel_format.startswith(("rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8"))


_LUMA = np.array([0.299, 0.587, 0.114], np.float32) * 255
_BICUBIC = 4
_EXACT = 0x2000 | 0x4000 | 0x40000  # full chroma on both sides, accurate rounding
_LANCZOS, _AREA = 0x200 | _EXACT, 0x20 | _EXACT


def _filter(source: tuple[int, int], size: tuple[int, int]) -> int:
    if source == size:
        return _BICUBIC | _EXACT
    return _AREA if size[0] <= source[0] and size[1] <= source[1] else _LANCZOS


def _is_full(frame: "VideoFrame", colour: Colour) -> bool:
    return colour.range == "full" or frame.format.name.startswith("yuvj")


def _seen(alpha: Floats) -> Floats | None:
    """Alpha, or None where nothing is transparent."""
    return np.ascontiguousarray(alpha, np.float32) if float(alpha.min()) < 1 else None


def _code(names: dict[int, str], name: str | None, unspecified: int) -> int:
    return next((code for code, known in names.items() if known == name), unspecified)
