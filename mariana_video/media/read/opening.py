"""Opening a source: whatever it is, one look says what it holds."""

from fractions import Fraction
from pathlib import Path

from mariana_video.errors import SourceError, UsageError
from mariana_video.media.clip import Clip
from mariana_video.media.containers import ANIMATIONS, container_for
from mariana_video.media.output import check_output
from mariana_video.media.read import animated, probe
from mariana_video.media.read import picture_clips as stills
from mariana_video.media.stills import headers

FOLDER_RATE = Fraction(25)


def check_film(source: Path, output: str, overwrite: bool) -> None:
    """See that SOURCE can be opened and OUTPUT be made of it, before anything is begun.

    Raises UsageError for an ending that says no kind of film, SourceError and OutputError.
    """
    check_output(output, source, overwrite)
    if not (output.endswith("/") or Path(output).is_dir() or Path(output).suffix.lower() in ANIMATIONS):
        container_for(Path(output))
    open_clip(source)


def open_clip(path: str | Path, rate: Fraction | None = None, *, keep_hdr: bool = False) -> Clip:
    """Look at a video, an animation, a picture or a folder of numbered pictures.

    `rate` (frames per second) says how fast a folder's or a single picture's frames follow each other; a
    video has its own. A film of high dynamic range is tone-mapped to BT.709 unless `keep_hdr`. Raises SourceError in
    one line for anything that holds no readable picture, UsageError
    for a rate that is no positive number.
    """
    path = Path(path)
    if rate is not None and rate <= 0:
        raise UsageError(f"a film can't have {rate} frames a second; give a --rate above 0")
    _check_there(path)
    if path.is_dir():
        return stills.open_folder(path, rate or FOLDER_RATE)
    if headers.is_still(path):
        return stills.open_still(path, rate or FOLDER_RATE)
    return animated.open_animated(path) or probe.open_video(path, keep_hdr)


def _check_there(path: Path) -> None:
    try:
        found = path.stat()
        if path.is_file() and found.st_size == 0:
            raise SourceError(f"{path} is empty (0 bytes)")
        if not path.is_dir() and not path.is_file():
            raise SourceError(f"{path} is not a file that can be read again and again; copy it into one first")
        if path.is_file():
            path.open("rb").close()
    except FileNotFoundError as error:
        raise SourceError(f"{path} does not exist") from error
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"{path} can't be opened: {words.lower()}") from error
