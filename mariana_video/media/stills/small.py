"""Still pictures as small 8-bit arrays, read many thousand at a time: the reader of pictures, in a hurry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mariana_video.errors import SourceError
from mariana_video.media.stills.deep import to_grey, white_of
from mariana_video.media.stills.headers import opened
from mariana_video.media.stills.heif import is_heif
from mariana_video.media.stills.hush import unlogged
from mariana_video.media.stills.pictures import eight_bit, read_picture, to_bytes, upright

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 1 << 27
"""Larger pictures are refused, for one is decoded whole: about 1 GB here, 2 GB with transparency."""

_STRIP = 1 << 22  # pixels of deep grey that are converted at once, for floats take eight times the room


def read_small(path: Path, short: int, long: int) -> NDArray[np.uint8]:
    """A still picture as uint8 RGB, H×W×3: upright, in sRGB, transparency on white, shrunk, its middle.

    It is shrunk until its shorter side is `short` (never enlarged), then no side is longer than `long`: the middle is
    kept. JPEGs are decoded at a fraction of their size where that is enough. Of an animation the first frame is taken.
    Whatever libraries warn of is not shown: either the picture can be read, or this raises.

    Raises:
        SourceError: one line; it can't be read, is damaged, or claims more than `MOST_PIXELS`.
    """
    try:
        with unlogged("PIL"):
            return _read(path, short, long)
    except SourceError as error:
        raise _plainer(path, error) from error
    except Exception as error:  # Pillow's conversions raise anything on damaged files; MemoryError too
        raise SourceError(f"{path} is damaged, or too large for the memory ({type(error).__name__})") from error


def _read(path: Path, short: int, long: int) -> NDArray[np.uint8]:
    if is_heif(path):
        return np.asarray(_middle(_shrunk(_whole(path), short), long), dtype=np.uint8)
    with opened(path) as image:
        image.draft("RGB", (2 * short, 2 * short))
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise SourceError(f"{path} claims {width}×{height} pixels; at most {MOST_PIXELS} are decoded here")
        return np.asarray(_middle(_shrunk(_plain(upright(image, path)), short), long), dtype=np.uint8)


def _whole(path: Path) -> Image:
    """A picture that Pillow alone can't read, as 8-bit RGB, on white."""
    from PIL import Image as Pillow

    rgb, alpha = read_picture(path)
    if alpha is not None:
        rgb = rgb * alpha[..., None] + (1 - alpha[..., None])
    return Pillow.fromarray(to_bytes(rgb, None))


def _plain(image: Image) -> Image:
    """Any picture as 8-bit RGB, on white."""
    from PIL import Image as Pillow

    if image.mode.startswith(("I", "F")):
        return _grey(image).convert("RGB")
    image = eight_bit(image, image.info.get("icc_profile"))
    if image.mode == "RGBA":
        image = Pillow.alpha_composite(Pillow.new("RGBA", image.size, "white"), image).convert("RGB")
    return image


def _grey(image: Image) -> Image:
    """Deep grey as 8-bit grey, a strip of rows at a time."""
    from PIL import Image as Pillow

    white, rows = white_of(image), max(1, _STRIP // image.width)
    made = Pillow.new("L", image.size)
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(image.height, top + rows)))
        made.paste(Pillow.fromarray(to_bytes(to_grey(strip, white), None)), (0, top))
    return made


def _shrunk(image: Image, short: int) -> Image:
    from PIL import Image as Pillow

    least = min(image.size)
    if least <= short:
        return image
    width, height = (max(short, round(side * short / least)) for side in image.size)
    return image.resize((width, height), Pillow.Resampling.LANCZOS)


def _middle(image: Image, long: int) -> Image:
    width, height = (min(side, long) for side in image.size)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))


def _plainer(path: Path, error: SourceError) -> SourceError:
    """The system's own reason where there is one, such as a permission that is missing."""
    reason = getattr(error.__cause__, "strerror", None)
    return SourceError(f"{path} can't be opened: {str(reason).lower()}") if reason else error
