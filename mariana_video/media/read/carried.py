"""The text that any result carries: a film, an animation, a picture, or a folder of pictures."""

from pathlib import Path

from mariana_video.errors import MarianaError, SourceError
from mariana_video.media.comments import KEY, RECIPE, text_in
from mariana_video.media.libav import open_input
from mariana_video.media.stills.carried import picture_text
from mariana_video.media.stills.pictures import picture_files

_IN_NO_TEXT = {*range(32), 127} - set(b"\t\n\r")
_LARGEST = 1 << 20  # bytes of a text file


def carried_text(path: Path) -> str | None:
    """The recipe in a result, in a folder's recipe.toml or in a text file; None where there is none.

    Raises SourceError for what isn't there or can't be read.
    """
    if path.is_dir():
        return _folders_text(path)
    if path.exists() and not path.is_file():
        raise SourceError(f"{path} is no ordinary file; give a result, or a text")
    head = _head(path)
    if _is_text(path, head):
        return _text(path)
    try:
        return picture_text(path)
    except SourceError:  # no picture
        pass
    try:
        with open_input(path) as container:
            tags = {key.lower(): value for key, value in container.metadata.items()}
    except MarianaError:
        return None
    return text_in(tags.get(KEY, ""))


def _folders_text(folder: Path) -> str | None:
    """The recipe of a film's pictures; of pictures that were dreamed one by one that of all, whatever their sources.

    Raises SourceError where they have several looks.
    """
    inner = folder / RECIPE
    if inner.is_file():
        return carried_text(inner)
    try:
        texts = [picture_text(path) or "" for path in picture_files(folder)[:2]]
    except SourceError:
        return None
    if len({_without_source(text) for text in texts}) > 1:
        raise SourceError(f"the pictures in {folder} have looks of their own; give one of them")
    return texts[0] or None


def _without_source(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("source = "))


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except FileNotFoundError:
        raise SourceError(f"{path} does not exist") from None
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} can't be read: {(getattr(error, 'strerror', None) or str(error)).lower()}") from None


def _is_text(path: Path, head: bytes) -> bool:
    """Whether a file is a text of TOML: by its ending, or because it begins with no byte that a text hasn't."""
    return path.suffix.lower() == ".toml" or (bool(head) and not set(head) & _IN_NO_TEXT)


def _text(path: Path) -> str:
    if path.stat().st_size > _LARGEST:
        raise SourceError(f"{path} is too large for a recipe")
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError(f"{path} is no text") from None
