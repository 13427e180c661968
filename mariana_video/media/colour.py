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
from mariana_video.media.shape import resized

if TYPE_CHECKING:
    from av import VideoFrame

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Matrix = NDArray[np.float64]

ALONE = 1
"""Threads of libswscale for a picture: others are at work beside it, and its own begin anew with every picture."""

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

# The shares of red and blue in luma, by matrix.
_WEIGHTS = {
    "bt709": (0.2126, 0.0722), "fcc": (0.30, 0.11), "bt470bg": (0.299, 0.114), "smpte170m": (0.299, 0.114),
    "smpte240m": (0.212, 0.087), "bt2020nc": (0.2627, 0.0593), "bt2020c": (0.2627, 0.0593),
}  # fmt: skip


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
    if colour.matrix == "gbr" or (colour.matrix and colour.matrix not in _WEIGHTS):
        return Colour("bt709", "limited", colour.primaries or "bt709", colour.transfer or "bt709")
    if colour.matrix is None and (lines_in >= HD_LINES) != (lines_out >= HD_LINES):
        matrix = "bt709" if lines_in >= HD_LINES else "smpte170m"
        return Colour(matrix, colour.range, colour.primaries or matrix, colour.transfer or matrix)
    return colour


def check_matrix(colour: Colour) -> None:
    """Raises SourceError for a matrix that is no plain weighting of red, green and blue."""
    if colour.matrix not in (None, "gbr") and colour.matrix not in _WEIGHTS:
        raise SourceError(f"its colours are stored as {colour.matrix}, which can't be read; convert it to bt709 first")


def to_rgb(frame: "VideoFrame", colour: Colour, size: tuple[int, int]) -> tuple[Floats, Floats | None]:
    """A decoded frame as float RGB (H×W×3, 0…1) of `size` (width, height), and its alpha (H×W) or None.

    An untagged matrix is guessed from the frame's own height. Resizing happens in the same pass: averaging when
    smaller, Lanczos when larger. libswscale brings chroma to full resolution; the matrix is applied in float,
    for its own 8-bit conversions are off by up to one step on average in full range.
    """
    if not frame.format.name.startswith(_YUV):
        return _from_packed(frame, size)
    alpha = has_alpha(frame.format.name)
    bits = frame.format.components[0].bits
    full = colour.range == "full" or frame.format.name.startswith("yuvj")
    made = frame.reformat(
        width=size[0],
        height=size[1],
        format="yuva444p16le" if alpha else "yuv444p16le",
        interpolation=_filter((frame.width, frame.height), size),
        src_color_range=2 if full else 1,
        dst_color_range=2 if full else 1,
        threads=ALONE,
    )
    planes = np.asarray(made.to_ndarray(), np.float32)
    forth = _rgb_to_yuv(_weights(colour, frame.height), full, bits, deep=True)
    back = np.linalg.inv(forth[:, :3])
    rgb = _transformed(planes[..., :3], np.column_stack([back, -back @ forth[:, 3]]))
    np.clip(rgb, 0, 1, out=rgb)
    return rgb, _seen(planes[..., 3] / np.float32(_most(bits))) if alpha else None


def _from_packed(frame: "VideoFrame", size: tuple[int, int]) -> tuple[Floats, Floats | None]:
    """RGB, grey and palette frames: nothing but a change of layout, then resizing in float."""
    deep = frame.format.components[0].bits > 8
    alpha = has_alpha(frame.format.name)
    kind = ("rgba64le" if deep else "rgba") if alpha else ("rgb48le" if deep else "rgb24")
    codes = frame.reformat(format=kind, threads=ALONE).to_ndarray()
    pixels = np.asarray(codes, np.float32) / np.float32(65535 if deep else 255)
    opacity = _seen(resized(pixels[..., 3], size)) if alpha else None
    return resized(np.ascontiguousarray(pixels[..., :3]), size), opacity


def from_rgb(rgb: Floats, alpha: Floats | None, pixel_format: str, colour: Colour, lines: int) -> "VideoFrame":
    """Float RGB (H×W×3, 0…1) as a frame in `pixel_format`, converted with and tagged by `colour`.

    `lines` is the height that decides an untagged matrix. Alpha is used where `pixel_format` has one.
    """
    from av import VideoFormat, VideoFrame

    with_alpha, rgb_kind = has_alpha(pixel_format), is_rgb(pixel_format)
    bits = VideoFormat(pixel_format).components[0].bits
    full = rgb_kind or colour.range == "full"
    deep = bits > 8 or (with_alpha and not rgb_kind)  # PyAV takes yuva444p with 16 bits only
    planes = np.clip(rgb, 0, 1)
    if rgb_kind:
        planes *= np.float32(65535 if deep else 255)
    else:
        planes = _transformed(planes, _rgb_to_yuv(_weights(colour, lines), full, bits, deep))
    if with_alpha:
        opacity = np.ones(rgb.shape[:2], np.float32) if alpha is None else np.clip(alpha, 0, 1)
        most = (65535 if rgb_kind else _most(bits)) if deep else 255
        planes = np.dstack([planes, opacity * np.float32(most)])
    codes: Any = np.rint(planes).astype(np.uint16 if deep else np.uint8)
    frame = VideoFrame.from_ndarray(
        codes,
        format=_PACKED[rgb_kind, with_alpha, deep],
        channel_last=True,
    )
    same = {} if rgb_kind else {"src_color_range": 2 if full else 1, "dst_color_range": 2 if full else 1}
    made = frame.reformat(format=pixel_format, interpolation=_AREA, threads=ALONE, **same)
    matrix, range_, primaries, transfer = colour.codes
    made.colorspace = 0 if rgb_kind else matrix
    made.color_range = 2 if rgb_kind else range_
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
_EXACT = 0x2000 | 0x4000 | 0x40000  # full chroma on both sides, accurate rounding
_BICUBIC, _LANCZOS, _AREA = 4 | _EXACT, 0x200 | _EXACT, 0x20 | _EXACT
_YUV = ("yuv", "nv", "p0", "p2", "p4", "y2", "xv", "vuy", "uyvy", "yvyu", "uyyv", "ayuv", "vya", "v30", "uyva")
_PACKED = {
    (False, False, False): "yuv444p", (False, False, True): "yuv444p16le", (False, True, False): "yuva444p16le",
    (False, True, True): "yuva444p16le", (True, False, False): "rgb24", (True, False, True): "rgb48le",
    (True, True, False): "rgba", (True, True, True): "rgba64le",
}  # fmt: skip


def _filter(source: tuple[int, int], size: tuple[int, int]) -> int:
    if source == size:
        return _BICUBIC
    return _AREA if size[0] <= source[0] and size[1] <= source[1] else _LANCZOS


def _weights(colour: Colour, lines: int) -> tuple[float, float]:
    """The shares of red and blue in luma, guessed from the height where untagged."""
    check_matrix(colour)
    if colour.matrix in (None, "gbr"):
        return _WEIGHTS["bt709" if lines >= HD_LINES else "smpte170m"]
    return _WEIGHTS[colour.matrix or ""]


def _rgb_to_yuv(weights: tuple[float, float], full: bool, bits: int, deep: bool) -> Matrix:
    """3×4: RGB in 0…1 to codes of Y, Cb, Cr (ITU-R BT.601 and its kin), as 8 bits or in the upper `bits` of 16."""
    red, blue = weights
    luma = np.array([red, 1 - red - blue, blue])
    rows = np.stack([luma, (np.eye(3)[2] - luma) / (2 * (1 - blue)), (np.eye(3)[0] - luma) / (2 * (1 - red))])
    step, most = (256.0, _most(bits)) if deep else (1.0, 255.0)
    scale = np.full(3, most) if full else np.array([219.0, 224.0, 224.0]) * step
    offset = np.array([0.0 if full else 16.0, 128.0, 128.0]) * step
    return np.column_stack([rows * scale[:, None], offset])


def _most(bits: int) -> float:
    """The largest code of `bits` bits standing in the upper ones of 16."""
    return float((2**bits - 1) << (16 - bits))


def _transformed(planes: Floats, matrix: Matrix) -> Floats:
    import cv2

    return np.asarray(cv2.transform(np.ascontiguousarray(planes), matrix.astype(np.float32)), np.float32)


def _seen(alpha: Floats) -> Floats | None:
    """Alpha, or None where nothing is transparent (libswscale leaves 10-bit alpha a hair under 1)."""
    alpha = np.ascontiguousarray(np.clip(alpha, 0, 1), np.float32)
    return alpha if float(alpha.min()) < 1 - 1 / 4096 else None


def _code(names: dict[int, str], name: str | None, unspecified: int) -> int:
    return next((code for code, known in names.items() if known == name), unspecified)
