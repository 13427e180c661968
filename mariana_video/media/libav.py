"""Opening files through libav without letting a file make it open others.

A playlist (HLS, DASH, ffconcat …) names further files or addresses, and libav would follow it; a path with
`%d`, a colon or a leading dash has a meaning of its own there. So paths always carry the `file:` protocol,
no other protocol is allowed, and formats that refer to other files are refused.
"""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mariana_video.errors import SourceError

if TYPE_CHECKING:
    from av.container import InputContainer

# Formats that name other files, devices or addresses, and those that "recognise" plain text.
_REFUSED = {
    "hls", "applehttp", "concat", "dash", "imf", "sdp", "rtsp", "rtp", "sap", "image2", "lavfi", "tty", "ansi",
    "webm_dash_manifest", "avisynth", "vapoursynth", "ffmetadata", "rcwt", "vobsub", "libgme", "libopenmpt",
    "svg_pipe", "bintext", "xbin", "adf", "idf", "sbg", "codec2raw", "dvdvideo", "tedcaptions",
}  # fmt: skip

UNKNOWN = "unknown"
"""What a stream's codec is called where libav knows none."""

_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"v=0", b"[playlist]", b"<?xml", b"<svg", b"<MPD")


def address(path: Path) -> str:
    """The path as libav must be given it: its own protocol, so that nothing in the name is interpreted."""
    return "file:" + str(path.absolute())


@contextmanager
def open_input(path: Path) -> Iterator["InputContainer"]:
    """Open a media file for reading; closes it at the end.

    Raises SourceError in one line for whatever can't be opened or is refused.
    """
    import av

    options = {"protocol_whitelist": "file", "format_whitelist": _allowed(), "max_streams": "200"}
    try:
        os.fsencode(path).decode()
        container = av.open(address(path), "r", options=options, metadata_errors="replace")
    except UnicodeDecodeError as error:
        raise SourceError(f"the name of {str(path)!a} is not valid UTF-8; rename it first") from error
    except (av.FFmpegError, ValueError, OverflowError) as error:
        raise SourceError(f"{path} can't be read: {_why(path, error)}") from error
    with container:
        yield container


def reason(error: BaseException) -> str:
    """libav's own words for an error, without its file name and number."""
    words = getattr(error, "strerror", None) or str(error)
    return str(words).strip().rstrip(".").lower()


def _why(path: Path, error: BaseException) -> str:
    """What a person can do with libav's error about a file that can't be opened."""
    import av

    with contextlib.suppress(OSError), path.open("rb") as file:
        head = file.read(64)
        if head.lstrip().startswith(_PLAYLISTS):
            return "it is a list that names other files, and those are not followed; give the film itself"
        if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
            return "its index is missing or damaged: the recording was cut off, or never finished"
    if isinstance(error, av.InvalidDataError | av.EOFError | av.ArgumentError) or type(error) is ValueError:
        return "it is no film, animation or picture, or its beginning is damaged"
    return reason(error)


@cache
def _allowed() -> str:
    import av

    return ",".join(sorted(name for name in av.formats_available if not _REFUSED & set(name.split(","))))
