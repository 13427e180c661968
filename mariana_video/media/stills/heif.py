"""HEIC and HEIF, as phones store photos: often in tiles, which only together are the picture.

libav would give the first tile. libheif (by way of pi-heif) puts them together, and turns the picture upright.
"""

from pathlib import Path
from typing import Any

import numpy as np

from mariana_video.errors import SourceError
from mariana_video.media.colour import Floats
from mariana_video.media.shape import MOST_PIXELS

_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2"}
_OTHERS = {b"avif", b"avis", b"avio"}  # AV1 in the same kind of file: Pillow reads that


def is_heif(path: Path) -> bool:
    """Whether a file says that it is a HEIF picture (one that moves is a film) and not AVIF; no file says nothing."""
    if not path.is_file():  # opening a pipe would wait for its writer
        return False
    try:
        with path.open("rb") as file:
            head = file.read(256)
    except OSError:
        return False
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[at : at + 4] for at in (8, *range(16, size - 3, 4))}
    return head[4:8] == b"ftyp" and head[8:12] in _BRANDS and not brands & _OTHERS


def heif_shape(path: Path) -> tuple[tuple[int, int], bool]:
    """(width, height) as shown, and whether there is transparency. Raises SourceError."""
    image = _opened(path, eight=True)
    return image.size, bool(image.has_alpha)


def read_heif(path: Path) -> tuple[Any, bytes | None] | tuple[tuple[Floats, Floats | None], None]:
    """The whole picture, upright: a Pillow image of 8 bits and its colour profile, or float RGB and alpha (H×W×3, H×W,
    0…1) where it has more bits and no profile. Raises SourceError.
    """
    image = _opened(path, eight=False)
    profile = image.info.get("icc_profile")
    if profile or ";" not in image.mode:
        image = _opened(path, eight=True)
        try:
            return image.to_pillow(), profile
        except Exception as error:  # libheif raises anything on damaged files
            raise _unreadable(path) from error
    try:
        codes = np.asarray(image).astype(np.float32)
    except Exception as error:  # as above
        raise _unreadable(path) from error
    bits = int(image.info["bit_depth"])
    pixels = np.clip(codes / np.float32((2**bits - 1) << (16 - bits)), 0, 1)
    alpha = np.ascontiguousarray(pixels[..., 3]) if image.has_alpha else None
    return (np.ascontiguousarray(pixels[..., :3]), alpha), None


def _opened(path: Path, eight: bool) -> Any:
    try:
        import pi_heif
    except ImportError as error:
        raise SourceError(f"{path} is a HEIC picture: pip install pi-heif to read it, or save it as JPEG") from error
    try:
        image: Any = pi_heif.open_heif(path, convert_hdr_to_8bit=eight)
        width, height = image.size
    except Exception as error:  # libheif raises anything on damaged files
        raise _unreadable(path) from error
    if width * height > MOST_PIXELS:
        raise SourceError(f"{path} claims {width}×{height} pixels; at most {MOST_PIXELS} can be held")
    return image


def _unreadable(path: Path) -> SourceError:
    return SourceError(f"{path} can't be read: it is a damaged HEIC picture, or of a kind that can't be read here")
