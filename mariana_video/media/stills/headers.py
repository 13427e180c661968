"""What stands in a still picture's header. Only formats that Pillow itself decodes are let in: none that starts
another program (EPS would)."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mariana_video.errors import SourceError
from mariana_video.media.containers import ENDINGS_IN
from mariana_video.media.shape import MOST_PIXELS, UPRIGHT, Turn
from mariana_video.media.stills.heif import heif_shape, is_heif

if TYPE_CHECKING:
    from PIL.Image import Image

_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "AVIF", "JPEG2000")
_ORIENTATION = 0x0112
_TIFF_SIDES = 256, 257

# EXIF's orientations as what they do to a stored pixel.
_TURNS: dict[int, Turn] = {
    2: (-1, 0, 0, 1), 3: (-1, 0, 0, -1), 4: (1, 0, 0, -1), 5: (0, 1, 1, 0), 6: (0, 1, -1, 0), 7: (0, -1, -1, 0),
    8: (0, -1, 1, 0),
}  # fmt: skip


@dataclass(frozen=True)
class Header:
    """A picture's `size` (width, height) as shown and as stored, whether it may be transparent, `bits` a channel and
    its format's name."""

    size: tuple[int, int]
    coded_size: tuple[int, int]
    alpha: bool
    bits: int
    codec: str


def read_header(path: Path) -> Header:
    """What a picture's header says. Raises SourceError in one line for what is no picture."""
    if is_heif(path):
        size, alpha = heif_shape(path)
        return Header(size, size, alpha, 8, "heif")
    with opened(path) as image:
        stored = stored_size(image)
        shown = (stored[1], stored[0]) if turn_of(image)[0] == 0 else stored
        alpha = image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info
        return Header(
            shown, stored, alpha, 16 if image.mode.startswith(("I", "F")) else 8, (image.format or "").lower()
        )


def is_still(path: Path) -> bool:
    """Whether a file is a still picture by its content (an animation or a video is not)."""
    if is_heif(path):
        return True
    try:
        with opened(path) as image:
            return image.format in {"MPO", "TIFF"} or getattr(image, "n_frames", 1) == 1
    except (SourceError, EOFError, OSError, SyntaxError, ValueError):
        return path.suffix.lower() in ENDINGS_IN and _signed(path)


def opened(path: Path) -> "Image":
    """A picture as Pillow opens it, its size checked; pixels are decoded later. Raises SourceError."""
    image = _opened(path)
    width, height = image.size
    if width * height > MOST_PIXELS:
        image.close()
        raise SourceError(f"{path} claims {width}×{height} pixels; at most {MOST_PIXELS} can be held")
    return image


def stored_size(image: "Image") -> tuple[int, int]:
    """(width, height) of the pixels as stored: of a TIFF Pillow tells them as shown."""
    tags: Any = getattr(image, "tag_v2", None)
    if image.format == "TIFF" and tags:
        width, height = (tags.get(tag) for tag in _TIFF_SIDES)
        if isinstance(width, int) and isinstance(height, int):
            return width, height
    return image.size


def turn_of(image: "Image") -> Turn:
    """How a picture that was just opened has to be turned to stand upright, by its EXIF data."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1), UPRIGHT)
    except Exception:  # damaged EXIF data: shown as stored
        return UPRIGHT


def _opened(path: Path) -> "Image":
    """Pillow's own `open` warns of large pictures by a limit that all threads share; ours is checked afterwards."""
    from PIL import Image

    Image.init()
    try:
        with path.open("rb") as file:
            head = file.read(16)
        for name in _FORMATS:
            factory, accepts = Image.OPEN.get(name, (None, None))
            if factory is not None and (accepts is None or accepts(head) is True):
                return _unmapped(factory(str(path), str(path)))  # type: ignore[arg-type]
    except FileNotFoundError as error:
        raise SourceError(f"{path} does not exist") from error
    except Exception as error:  # Pillow's readers raise anything on damaged files
        raise SourceError(f"{path} can't be read as a picture: it is damaged or of another kind") from error
    raise SourceError(f"{path} can't be read as a picture: it is damaged or of another kind")


def _unmapped(image: Any) -> "Image":
    """The same picture, its pixels read by decoding only.

    By mapping the file into memory, which it does by name, Pillow lays the rows of a TIFF out as wide as the picture
    is shown, and they are as wide as it is stored.
    """
    image.filename = ""
    made: Image = image
    return made


def _signed(path: Path) -> bool:
    """Whether a damaged file begins like a picture all the same, so that its error speaks of a picture."""
    with path.open("rb") as file:
        return file.read(8).startswith((b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"BM"))
