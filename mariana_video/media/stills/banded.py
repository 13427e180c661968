"""Still pictures in and out, some of it at a time: of a large one only its bytes are ever held as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mariana_video.errors import SourceError
from mariana_video.media.colour import Bytes, Floats
from mariana_video.media.shape import resized
from mariana_video.media.stills.headers import opened
from mariana_video.media.stills.heif import is_heif
from mariana_video.media.stills.pictures import eight_bit, is_deep, to_bytes, upright

if TYPE_CHECKING:
    from PIL.Image import Image


def comes_in_bands(path: Path) -> bool:
    """Whether a picture can be read so: it has 8 bits a channel. Raises SourceError for what is no picture."""
    if is_heif(path):
        return False
    with opened(path) as image:
        return not image.mode.startswith(("I", "F")) and not is_deep(path, image)


def held(path: Path) -> Image:
    """Such a picture, upright, in sRGB, its pixels decoded: of mode RGBA where any of it is transparent, else RGB.

    Raises SourceError where it is damaged.
    """
    with opened(path) as image:
        made = upright(image, path)
        made = eight_bit(made, made.info.get("icc_profile"))
        made.load()
    if made.mode == "RGBA" and made.getchannel("A").getextrema()[0] == 255:
        return made.convert("RGB")
    return made


def rows_of(image: Image, rows: slice) -> tuple[Floats, Floats | None]:
    """Some of its rows, as `read_picture` gives the whole."""
    pixels = np.asarray(image.crop((0, rows.start, image.width, rows.stop))).astype(np.float32) / np.float32(255)
    if pixels.ndim != 3:
        raise SourceError("it can't be read as a picture: it is damaged or of another kind")
    return np.ascontiguousarray(pixels[..., :3]), pixels[..., 3].copy() if pixels.shape[2] == 4 else None


def enlarged(
    image: Image, size: tuple[int, int], parts: Iterable[slice]
) -> Iterator[tuple[slice, Floats, Floats | None]]:
    """`image` at a `size` (width, height) that is no smaller, some columns at a time, as `resized` gives the whole."""
    rgb, alpha = rows_of(image, slice(0, image.height))
    wide = resized(rgb, (size[0], image.height), clip=False)
    wide_alpha = None if alpha is None else resized(alpha, (size[0], image.height), clip=False)
    del rgb, alpha
    for columns in parts:
        seen = None if wide_alpha is None else _tall(wide_alpha[:, columns], size[1])
        yield columns, _tall(wide[:, columns], size[1]), seen


def _tall(part: Floats, height: int) -> Floats:
    return resized(np.ascontiguousarray(part), (part.shape[1], height))


def bytes_of(shape: tuple[int, int, int], parts: Iterator[tuple[slice, Floats, Floats | None]]) -> Bytes:
    """A picture of `shape` (height, width, 3 or with transparency 4) as it is written, of rows that come in parts."""
    made: Bytes = np.empty(shape, np.uint8)
    for rows, rgb, alpha in parts:
        made[rows] = to_bytes(rgb, alpha)
    return made
