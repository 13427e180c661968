"""Recipes that a work is to go by (--recipe): read from a text or a result, and taken over before anything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from mariana_video import __version__
from mariana_video.api.foreseen.at_hand import lies
from mariana_video.dream.plain.made_up import MadeUp, Source
from mariana_video.errors import SourceError, UsageError
from mariana_video.recipe.kind import Kind
from mariana_video.recipe.toml import read_text
from mariana_video.recipe.travel.fields import travelling
from mariana_video.recipe.travel.looks import shipped_text
from mariana_video.recipe.travel.missing import check_missing
from mariana_video.recipe.travel.reading import Travelled, is_newer, read_travelled
from mariana_video.recipe.travel.taken import is_same, other_files, taken

K = TypeVar("K", bound=Kind)
_PART = ("span", "begins", "still", "dive", "progress", "tiles")  # groups that say which part of a source, how large
_OF_PART = ("at", "start", "size")


def going_by(asked: K, file: Path | None, source: Source, option: str = "--recipe") -> K:
    """`asked`, with what it leaves open as the recipe of `file` has it (None: as it is).

    Raises UsageError, which names the `option` that said so, also for all that the recipe was made with and that is not
    here.
    """
    if file is None:
        return asked
    found, mark = travelled_in(file, type(asked), f"{option} "), mark_of(source)
    try:
        made = taken(asked, found, mark)
        check_missing(asked, made, found, is_same(asked, found, mark), lies)
        return made
    except UsageError as error:
        raise UsageError(f"{option} {file}: {error}") from None


def travelled_in(file: Path, usual: type[Kind] | None = None, said: str = "") -> Travelled:
    """The recipe in a result or a text; one that doesn't say its kind is of the `usual` one.

    Raises UsageError that begins with what was `said`, and the file.
    """
    try:
        text = text_of(file)
    except (SourceError, UsageError) as error:
        raise UsageError(f"{said}{error}") from None
    try:
        return read_travelled(text, usual)
    except UsageError as error:
        raise UsageError(f"{said}{file}: {error}") from None


def checked_text(file: Path) -> str:
    """The text of the recipe that a result carries, whatever version it is of. Raises UsageError."""
    try:
        text = text_of(file)
        read_text(text)  # no letter that would do anything in a terminal is TOML
    except SourceError as error:
        raise UsageError(str(error)) from None
    return text if text.endswith("\n") else f"{text}\n"


def text_of(file: Path) -> str:
    """The text of the recipe that a result carries, or of a look that ships with the program.

    Raises SourceError where it is none, UsageError for no recipe.
    """
    look = shipped_text(file)
    if look is not None:
        return look
    from mariana_video.media.read.carried import carried_text  # loads libraries: not for a work without a recipe

    text = carried_text(file)
    if text is None:
        raise UsageError(
            f"{file} carries no recipe: made without one, lost since, or a sheet of pictures that carry their own"
        )
    return text


def mark_of(source: Source) -> str:
    """What knows a source again in a recipe; "" where it can't be read."""
    from mariana_video.media.read.fingerprint import fingerprint

    if isinstance(source, MadeUp):
        return str(source)
    with suppress(OSError, SourceError):
        return fingerprint(source)
    return ""


def remarks_on(asked: Kind, file: Path, source: str, weights: Mapping[str, str], precision: str) -> Iterator[str]:
    """What is worth knowing of the recipe of `file` that a work goes by.

    `source` is its source's mark, `weights` are the checksums of its networks' weights by name, and `precision` is the
    number format that it will be computed in.
    """
    found = travelled_in(file, type(asked), "--recipe ")
    origin, same = found.origin, is_same(asked, found, source)
    if is_newer(origin.version):
        yield f"{file} was made by mariana {origin.version}, and this is {__version__}: it may come out otherwise"
    for name, checksum in weights.items():
        if origin.weights.get(name, checksum) != checksum:
            yield f"{file} was made with other weights of the network {name}: it may come out otherwise"
    if same and origin.computed and origin.computed != precision:
        yield f"{file} was computed in {origin.computed}, this in {precision}: it will come out a little otherwise"
    for option in other_files(asked, found, same):
        yield f"{file} was made with another file for {option}: it may come out otherwise"
    if same and (part := list(_part(asked, found))):
        yield f"{file} was made of this very source, so its part and size hold, too: {', '.join(part)}"


def _part(asked: Kind, found: Travelled) -> Iterator[str]:
    """What a recipe brings of the part and the size, as one would say it."""
    known = travelling(type(asked))
    for name in (name for name in _PART if name in known):
        theirs, own = getattr(found.recipe, name), getattr(asked, name)
        told = [*_OF_PART, *(["duration"] if name == "span" else [])]
        for option in (option for option in told if option in known[name] and option not in own.said):
            value = getattr(theirs, option)
            if value is not None:
                yield f"--{option} {value}"
