"""Still pictures in and out: as float RGB, upright, in sRGB."""

import os
import re
import secrets
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from mariana_video.errors import SourceError, UsageError
from mariana_video.media.colour import Bytes, Colour, Floats, to_rgb
from mariana_video.media.containers import ENDINGS_IN
from mariana_video.media.libav import open_input, reason
from mariana_video.media.output import cannot_write
from mariana_video.media.shape import turned
from mariana_video.media.stills.carried import options_with
from mariana_video.media.stills.deep import to_grey, white_of
from mariana_video.media.stills.headers import opened, turn_of
from mariana_video.media.stills.heif import is_heif, read_heif
from mariana_video.media.stills.hush import hushed

if TYPE_CHECKING:
    from PIL.Image import Image

ENDINGS_OUT = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}


def read_picture(path: str | Path) -> tuple[Floats, Floats | None]:
    """A still picture as float RGB (H×W×3, 0…1, sRGB), upright, and its alpha (H×W) or None.

    16-bit, grey, palette and CMYK pictures are converted, embedded colour profiles too; of an animation the
    first frame is taken. Raises SourceError in one line for what can't be read and for pictures that claim
    more than 2^28 pixels.
    """
    path = Path(path)
    if is_heif(path):
        made, profile = read_heif(path)
        return made if isinstance(made, tuple) else _floats(made, path, profile)
    deep = _read_deep(path)
    if deep is not None:
        return deep
    with opened(path) as image:
        made = upright(image, path)
        return _floats(made, path, made.info.get("icc_profile"))


def write_picture(path: str | Path, rgb: Floats, alpha: Floats | None = None, text: str | None = None) -> None:
    """Write float RGB (H×W×3, 0…1) as 8-bit sRGB: PNG, JPEG, WebP or TIFF by the name's ending; it carries `text`.

    The file appears under its name only when it is complete. JPEG has no transparency: alpha is left out
    there. Raises UsageError for another ending, OutputError if it can't be written.
    """
    path = Path(path)
    kind = _kind_of(path)
    save_picture(path, rgb, alpha, kind, **({} if text is None else options_with(kind, text)))


def write_bytes(path: Path, pixels: Bytes, text: str | None = None) -> None:
    """The same of 8-bit RGB or RGBA (H×W×3 or ×4)."""
    kind = _kind_of(path)
    options = {} if text is None else options_with(kind, text)
    pixels = pixels[..., :3] if kind == "JPEG" else pixels
    _save(path, lambda file: _encode(file, pixels, kind, **options))


def _kind_of(path: Path) -> str:
    kind = ENDINGS_OUT.get(path.suffix.lower())
    if kind is None:
        raise UsageError(f"{path.name} has no ending of a picture; these work: {', '.join(ENDINGS_OUT)}")
    return kind


def encode_picture(file: BinaryIO, rgb: Floats, alpha: Floats | None, kind: str, **options: Any) -> None:
    """A picture of a given Pillow format, as it is written, into an open file."""
    _encode(file, to_bytes(rgb, None if kind == "JPEG" else alpha), kind, **options)


def _encode(file: BinaryIO, pixels: Bytes, kind: str, **options: Any) -> None:
    import imageio.v3 as iio

    options = {"JPEG": {"quality": 95}, "WEBP": {"quality": 95}, "PNG": {"compress_level": 3}}.get(kind, {}) | options
    iio.imwrite(file, pixels, plugin="pillow", extension="." + kind.lower(), **options)


def save_picture(path: Path, rgb: Floats, alpha: Floats | None, kind: str, **options: Any) -> None:
    """Write a picture of a given Pillow format by way of a temporary file beside it."""
    _save(path, lambda file: encode_picture(file, rgb, alpha, kind, **options))


def _save(path: Path, encode: Callable[[BinaryIO], None]) -> None:
    made = path.parent / f".{secrets.token_hex(8)}.tmp"
    try:
        file = made.open("xb")  # a new file has the rights that the process gives its files; mkstemp's would be private
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        with file:
            encode(file)
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
    except BaseException as error:  # whatever stops it, Ctrl-C too: nothing half-made stays, and the stop goes on
        made.unlink(missing_ok=True)
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


def _floats(image: "Image", path: Path, profile: bytes | None) -> tuple[Floats, Floats | None]:
    if image.mode.startswith(("I", "F")):
        return np.repeat(to_grey(image, white_of(image))[..., None], 3, axis=2), None
    pixels = np.asarray(eight_bit(image, profile)).astype(np.float32) / np.float32(255)
    if pixels.ndim != 3:
        raise SourceError(f"{path} can't be read as a picture: it is damaged or of another kind")
    alpha = pixels[..., 3].copy() if pixels.shape[2] == 4 and float(pixels[..., 3].min()) < 1 else None
    return np.ascontiguousarray(pixels[..., :3]), alpha


def eight_bit(image: "Image", profile: bytes | None) -> "Image":
    """A picture of 8-bit channels (grey, palette, CMYK …) as sRGB, of Pillow's mode RGB or RGBA.

    `profile` is what its colours are told in, None for sRGB.
    """
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
    """A PNG or TIFF of 16 bits with colour, read by libav, for Pillow cuts it to 8; None for all other pictures."""
    import av

    with opened(path) as image:
        if not is_deep(path, image):
            return None
        tiff = _deep_tiff(image)
        turn = turn_of(image)
    try:
        with open_input(path) as container:
            frame = next(container.decode(video=0))
            rgb, alpha = to_rgb(frame, Colour("gbr", "full"), (frame.width, frame.height))
    except (av.FFmpegError, StopIteration, SourceError) as error:
        if tiff:  # of a kind that libav does not know: Pillow's 8 bits are better than none
            return None
        raise SourceError(f"{path} is damaged: its pixels can't be decoded") from error
    return turned(rgb, turn), None if alpha is None else turned(alpha, turn)


def is_deep(path: Path, image: "Image") -> bool:
    """Whether a picture that was opened has 16 bits and colour."""
    return _deep_png(path) or _deep_tiff(image)


def _deep_png(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(26)
    return head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) == 26 and head[24] == 16 and head[25] in (2, 6)


def _deep_tiff(image: "Image") -> bool:
    """Whether it holds RGB of 16 bits (tags 258 BitsPerSample, 262 PhotometricInterpretation)."""
    tags: Any = getattr(image, "tag_v2", None)
    if image.format != "TIFF" or not tags:
        return False
    bits = tags.get(258)
    return isinstance(bits, tuple) and len(bits) in (3, 4) and set(bits) == {16} and tags.get(262) == 2
