"""Still pictures and folders of numbered pictures, in and out.

imageio reads and writes them, with Pillow behind it. Only formats that Pillow itself decodes are let in:
none that starts another program (EPS would).
"""

import os
import re
import tempfile
from contextlib import nullcontext
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mariana_video.errors import SourceError, UsageError

from .clip import Clip
from .colour import Colour, Floats, to_rgb
from .deep import to_grey, white_of
from .hush import hushed
from .libav import open_input, reason
from .output import cannot_write
from .shape import MOST_PIXELS

if TYPE_CHECKING:
    from PIL.Image import Image

ENDINGS_IN = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".ppm", ".pgm", ".avif", ".jp2")
ENDINGS_OUT = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}

_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "AVIF", "JPEG2000")


def read_picture(path: str | Path) -> tuple[Floats, Floats | None]:
    """A still picture as float RGB (H×W×3, 0…1, sRGB), upright, and its alpha (H×W) or None.

    16-bit, grey, palette and CMYK pictures are converted, embedded colour profiles too; of an animation the
    first frame is taken. Raises SourceError in one line for what can't be read and for pictures that claim
    more than 2^28 pixels.
    """
    path = Path(path)
    deep = _read_deep(path)
    if deep is not None:
        return deep
    with opened(path) as image:
        return _floats(upright(image, path), path)


def write_picture(path: str | Path, rgb: Floats, alpha: Floats | None = None) -> None:
    """Write float RGB (H×W×3, 0…1) as 8-bit sRGB: PNG, JPEG, WebP or TIFF by the name's ending.

    The file appears under its name only when it is complete. JPEG has no transparency: alpha is left out
    there. Raises UsageError for another ending, OutputError if it can't be written.
    """
    path = Path(path)
    kind = ENDINGS_OUT.get(path.suffix.lower())
    if kind is None:
        raise UsageError(f"{path.name} has no ending of a picture; these work: {', '.join(ENDINGS_OUT)}")
    save_picture(path, rgb, alpha, kind)


def save_picture(path: Path, rgb: Floats, alpha: Floats | None, kind: str, **options: Any) -> None:
    """Write a picture of a given Pillow format by way of a temporary file beside it."""
    import imageio.v3 as iio

    options = {"JPEG": {"quality": 95}, "WEBP": {"quality": 95}, "PNG": {"compress_level": 3}}.get(kind, {}) | options
    pixels = to_bytes(rgb, None if kind == "JPEG" else alpha)
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            iio.imwrite(file, pixels, plugin="pillow", extension="." + kind.lower(), **options)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError | ValueError):
            raise cannot_write(path, error) from error
        raise


def to_bytes(rgb: Floats, alpha: Floats | None) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    """Float RGB (and alpha) in 0…1 as uint8 H×W×3 (or ×4), rounded to the nearest."""
    pixels = np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8)
    if alpha is None:
        return pixels
    return np.dstack([pixels, np.rint(np.clip(alpha, 0, 1) * 255).astype(np.uint8)])


def picture_files(folder: str | Path) -> list[Path]:
    """The pictures in a folder as people count: frame2 before frame10. Raises SourceError if there is none."""
    folder = Path(folder)
    try:
        found = [p for p in folder.iterdir() if p.suffix.lower() in ENDINGS_IN and not p.name.startswith(".")]
    except OSError as error:
        raise SourceError(f"{folder} can't be opened: {reason(error)}") from error
    files = sorted((path for path in found if path.is_file()), key=natural)
    if not files:
        raise SourceError(f"{folder} is a folder without pictures; these endings are read: {', '.join(ENDINGS_IN)}")
    return files


def natural(path: Path) -> tuple[Any, ...]:
    """Sorting key: digits by their number, the rest by its letters whatever their case."""
    parts = re.split(r"([0-9]+)", path.name.casefold())
    return (*((int(part), "") if part.isdigit() else (-1, part) for part in parts), path.name)


def open_folder(folder: Path, rate: Fraction) -> Clip:
    """A folder of numbered pictures as a clip. Raises SourceError if they differ in size or can't be read."""
    files = picture_files(folder)
    first = open_still(files[0], rate)
    for file in files[1:]:
        size = _shown(file)
        if size != first.size:
            raise SourceError(
                f"the pictures in {folder} differ in size: {files[0].name} is {first.size[0]}×{first.size[1]}, "
                f"{file.name} {size[0]}×{size[1]}; make them one size"
            )
    return replace(
        first,
        path=folder,
        kind="folder",
        duration=len(files) / rate,
        frames=len(files),
        files=tuple(files),
        notes=tuple(_gaps(files)),
    )


def open_still(path: Path, rate: Fraction) -> Clip:
    """A single picture as a clip of one frame."""
    with opened(path) as image:
        size, coded = _turned(image), image.size
        alpha = image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info
        bits = 16 if image.mode.startswith(("I", "F")) else 8
        codec = (image.format or "").lower()
    return Clip(
        path=path,
        kind="picture",
        size=size,
        coded_size=coded,
        rate=rate,
        duration=1 / rate,
        frames=1,
        alpha=alpha,
        bits=bits,
        colour=Colour("gbr", "full"),
        time_base=1 / rate,
        codec=codec,
        container=codec,
        files=(path,),
    )


def is_still(path: Path) -> bool:
    """Whether a file is a still picture by its content (an animation or a video is not)."""
    try:
        with opened(path) as image:
            return image.format in {"MPO", "TIFF"} or getattr(image, "n_frames", 1) == 1
    except (SourceError, EOFError, OSError, SyntaxError, ValueError):
        return path.suffix.lower() in ENDINGS_IN and _signed(path)


def _signed(path: Path) -> bool:
    """Whether a damaged file begins like a picture all the same, so that its error speaks of a picture."""
    with path.open("rb") as file:
        return file.read(8).startswith((b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"BM"))


def opened(path: Path) -> "Image":
    """The picture's header, size checked; pixels are decoded later. Raises SourceError."""
    from PIL import Image

    Image.init()
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        image = Image.open(path, formats=_FORMATS)
    except FileNotFoundError as error:
        raise SourceError(f"{path} does not exist") from error
    except Exception as error:  # Pillow's readers raise anything on damaged files
        raise SourceError(f"{path} can't be read as a picture: it is damaged or of another kind") from error
    finally:
        Image.MAX_IMAGE_PIXELS = limit
    width, height = image.size
    if width * height > MOST_PIXELS:
        image.close()
        raise SourceError(f"{path} claims {width}×{height} pixels; at most {MOST_PIXELS} can be held")
    return image


def _shown(path: Path) -> tuple[int, int]:
    with opened(path) as image:
        return _turned(image)


def _turned(image: "Image") -> tuple[int, int]:
    try:
        sideways = image.getexif().get(0x0112, 1) in {5, 6, 7, 8}
    except Exception:  # damaged EXIF data: shown as stored
        sideways = False
    width, height = image.size
    return (height, width) if sideways else (width, height)


def upright(image: "Image", path: Path) -> "Image":
    """The picture decoded and turned as its EXIF data say. Raises SourceError if its pixels are damaged."""
    from PIL import ImageOps

    try:
        with hushed() if image.format == "TIFF" else nullcontext():
            image.load()
    except Exception as error:  # Pillow's decoders raise anything on damaged files
        raise SourceError(f"{path} is damaged: its pixels can't be decoded") from error
    try:
        return ImageOps.exif_transpose(image) or image
    except Exception:  # as above
        return image


def _floats(image: "Image", path: Path) -> tuple[Floats, Floats | None]:
    if image.mode.startswith(("I", "F")):
        return np.repeat(to_grey(image, white_of(image))[..., None], 3, axis=2), None
    pixels = np.asarray(eight_bit(image)).astype(np.float32) / np.float32(255)
    if pixels.ndim != 3:
        raise SourceError(f"{path} can't be read as a picture: it is damaged or of another kind")
    alpha = pixels[..., 3].copy() if pixels.shape[2] == 4 and float(pixels[..., 3].min()) < 1 else None
    return np.ascontiguousarray(pixels[..., :3]), alpha


def eight_bit(image: "Image") -> "Image":
    """A picture of 8-bit channels (grey, palette, CMYK …) as sRGB, of Pillow's mode RGB or RGBA."""
    profile = image.info.get("icc_profile")
    if image.mode in {"P", "PA", "LA", "La", "RGBa"} or "transparency" in image.info:
        image = image.convert("RGBA")
    image = _in_srgb(image, profile)
    return image if image.mode in {"RGB", "RGBA"} else image.convert("RGB")


def _in_srgb(image: "Image", profile: bytes | None) -> "Image":
    """The picture in sRGB if it carries a colour profile that can be used, else as it is."""
    import io

    from PIL import ImageCms

    if not profile or image.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        made = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return made or image


def _read_deep(path: Path) -> tuple[Floats, Floats | None] | None:
    """A PNG of 16 bits with colour, read by libav, for Pillow cuts it to 8; None for all other pictures."""
    import av

    head = path.open("rb").read(26) if path.is_file() else b""
    if not head.startswith(b"\x89PNG\r\n\x1a\n") or len(head) < 26 or head[24] != 16 or head[25] not in (2, 6):
        return None
    with opened(path):  # its size is checked there
        pass
    try:
        with open_input(path) as container:
            frame = next(container.decode(video=0))
            return to_rgb(frame, Colour("gbr", "full"), (frame.width, frame.height))
    except (av.FFmpegError, StopIteration) as error:
        raise SourceError(f"{path} is damaged: its pixels can't be decoded") from error


def _gaps(files: list[Path]) -> list[str]:
    """A sentence about numbers that are missing in a numbered sequence."""
    numbers = [int(found[-1]) for file in files if (found := re.findall(r"[0-9]+", file.stem))]
    if len(numbers) != len(files) or len(set(numbers)) != len(numbers):
        return []
    missing = numbers[-1] - numbers[0] + 1 - len(numbers)
    if missing <= 0 or sorted(numbers) != numbers:
        return []
    return [f"its numbers run from {numbers[0]} to {numbers[-1]} with {missing} missing; the gaps are closed up"]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
