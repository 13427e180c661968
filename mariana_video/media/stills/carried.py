"""The text that a picture or an animation carries: in a PNG's text, a JPEG's or GIF's comment, EXIF's UserComment of a
WebP, a TIFF's description."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from mariana_video.media.comments import text_in
from mariana_video.media.stills.headers import opened

_PNG_KEY = "Comment"
_TIFF_TAG = 270  # ImageDescription
_EXIF_TAG, _USER_COMMENT, _CODE = 0x8769, 0x9286, b"ASCII\0\0\0"
_MOST = 1 << 20  # bytes of a comment that are read
_COMMENT, _EXTENSION, _IMAGE, _END = 0xFE, 0x21, 0x2C, b";"


def options_with(kind: str, text: str) -> dict[str, Any]:
    """What Pillow is told so that a picture of a format carries `text` (ASCII)."""
    if kind == "PNG":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_text(_PNG_KEY, text)
        return {"pnginfo": info}
    if kind == "WEBP":
        return {"exif": _exif(text)}
    return {"comment": text.encode()} if kind == "JPEG" else {"tiffinfo": {_TIFF_TAG: text}}


def add_to_gif(path: Path, text: str) -> None:
    """Puts `text` (ASCII) as a comment (GIF89a, 24) before a GIF's end."""
    content = text.encode()
    blocks = (content[at : at + 255] for at in range(0, len(content), 255))
    comment = b"".join(bytes([len(block)]) + block for block in blocks)
    with path.open("r+b") as file:
        file.seek(-len(_END), io.SEEK_END)
        file.write(bytes([_EXTENSION, _COMMENT]) + comment + b"\0" + _END)


def exif_of(text: str) -> bytes:
    """EXIF data with `text` (ASCII) as the user's comment, as a WebP file's chunk holds them."""
    return _exif(text).removeprefix(b"Exif\0\0")


def picture_text(path: Path) -> str | None:
    """The text that a picture carries; None where it carries none. Raises SourceError for what is no picture."""
    with opened(path) as image:
        if image.format == "GIF":
            return _first(_gif_comments(path))
        info: Any = image.info
        found = [info.get(_PNG_KEY), info.get("comment"), _user_comment(image)]
        tags: Any = getattr(image, "tag_v2", None)
        found.append(tags.get(_TIFF_TAG) if tags else None)
    return _first(one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in found)


def _first(comments: Any) -> str | None:
    found = (text_in(one) for one in comments if isinstance(one, str))
    return next((one for one in found if one is not None), None)


def _exif(text: str) -> bytes:
    from PIL.Image import Exif

    exif = Exif()
    exif.get_ifd(_EXIF_TAG)[_USER_COMMENT] = _CODE + text.encode()
    made: bytes = exif.tobytes()
    return made


def _user_comment(image: Any) -> str | None:
    try:
        found = image.getexif().get_ifd(_EXIF_TAG).get(_USER_COMMENT)
    except Exception:  # damaged EXIF data say nothing
        return None
    return found.removeprefix(_CODE).decode("utf-8", "replace") if isinstance(found, bytes) else None


def _gif_comments(path: Path) -> Iterator[str]:
    """The comments among a GIF's blocks; one that breaks off has no more."""
    with path.open("rb") as file:
        file.seek(10)
        file.seek(13 + _table(_byte(file)))
        while (kind := _byte(file)) in (_EXTENSION, _IMAGE):
            comment = kind == _EXTENSION and _byte(file) == _COMMENT
            if kind == _IMAGE:
                file.seek(8, io.SEEK_CUR)
                file.seek(_table(_byte(file)) + 1, io.SEEK_CUR)
            found = b""
            while size := _byte(file):
                if comment and len(found) < _MOST:
                    found += file.read(size)
                else:
                    file.seek(size, io.SEEK_CUR)
            if comment:
                yield found.decode("utf-8", "replace")


def _table(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _byte(file: BinaryIO) -> int:
    return (file.read(1) or b"\0")[0]
