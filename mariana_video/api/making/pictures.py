"""A folder of pictures, dreamed one by one: what each result is called, and what is made of them."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mariana_video.api.foreseen.foretelling import Foretelling
from mariana_video.api.making.work import Watch, Work
from mariana_video.dream.arrays import to_array
from mariana_video.errors import DreamError, MarianaError, OutputError, SourceError, UsageError
from mariana_video.footage.film import dream_picture
from mariana_video.footage.kaleidoscope import folded_alpha
from mariana_video.footage.still import Still, read_still
from mariana_video.job.record import WORK, Record, open_record
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.footprint import check_memory
from mariana_video.media.output import cannot_write, check_apart, check_output
from mariana_video.media.read.opening import open_clip
from mariana_video.media.stills.pictures import ENDINGS_OUT, picture_files, write_picture
from mariana_video.recipe.toml import Sections
from mariana_video.recipe.values.size import Size

_ENDING = ".png"  # of what comes of a picture whose own kind isn't written


class Elsewhere(Protocol):
    """Who makes pictures in place of this machine."""

    def foretold(self, weights: Sequence[float]) -> Foretelling:
        """The time that pictures of such weights will take."""
        ...

    def made(
        self, left: Mapping[int, float], conditions: Sections, folder: Path, watch: Watch, work: Work[Path]
    ) -> Iterator[tuple[int, Path | MarianaError]]:
        """The pictures of these numbers (with their weights), as they come in; each lies in `folder` until the next.

        One that could not be dreamed comes as its error.
        """
        ...


@dataclass(frozen=True)
class Pair:
    """A picture of SOURCE, and what its dream is to be called."""

    source: Path
    target: Path


def pairs_of(source: Path, output: Path) -> tuple[Pair, ...]:
    """The pictures of a folder with the names of their dreams in the folder `output`, no two alike.

    Raises SourceError where there is no picture, OutputError where `output` can't be such a folder.
    """
    files = picture_files(source)
    if output.exists() and not output.is_dir():
        raise OutputError(f"{output} is a file, and {source} is a folder of pictures: name a folder")
    if output.exists() and output.samefile(source):
        raise OutputError(f"{output} is the source itself; give another folder")
    if not output.exists():
        check_output(output, source, overwrite=False)
    return tuple(Pair(file, output / name) for file, name in zip(files, names_of(files), strict=True))


def names_of(files: Sequence[Path]) -> list[str]:
    """What the dreams of `files` are called: as the file, with .png where its own kind can't be written.

    Where two would be called alike, also for a system that takes A.png and a.png for one, a.bmp becomes a.bmp.png.
    """
    own = [file.suffix.lower() in ENDINGS_OUT for file in files]
    plain = [file.name if kept else file.stem + _ENDING for file, kept in zip(files, own, strict=True)]
    alike = [_folded(name) for name in plain]
    names: dict[int, str] = {}
    taken: set[str] = set()
    for number in sorted(range(len(files)), key=lambda number: not own[number]):  # those that keep their names first
        free = own[number] or alike.count(alike[number]) == 1
        for name in _proposed(files[number], plain[number] if free else None):
            if _folded(name) not in taken:
                break
        names[number] = name
        taken.add(_folded(name))
    return [names[number] for number in range(len(files))]


def _proposed(file: Path, plain: str | None) -> Iterator[str]:
    if plain is not None:
        yield plain
    yield file.name + _ENDING
    yield from (f"{file.name}-{number}{_ENDING}" for number in count(2))


def _folded(name: str) -> str:
    """A name as the least careful file systems see it: without case, letters and their accents as one."""
    from unicodedata import normalize

    return normalize("NFC", normalize("NFC", name).casefold())


def check_largest(pairs: Sequence[Pair], dreamer: Dreamer, size: Size | None) -> None:
    """See that the largest picture's dream fits into memory. Raises DreamError, with its name and a size that would."""
    sizes: dict[tuple[int, int], Path] = {}
    for pair in pairs:
        with contextlib.suppress(MarianaError):  # what can't be read is told when its turn comes
            own = open_clip(pair.source).size
            sizes[own if size is None else size.fit(own)] = pair.source
    if not sizes:
        return
    largest = max(sizes, key=lambda found: found[0] * found[1])
    try:
        check_memory(dreamer, dreamer.score(), largest)
    except DreamError as error:
        raise DreamError(f"{sizes[largest]}: {error}") from None


def make_folder(output: Path) -> bool:
    """Makes the folder `output` where it isn't there, and says whether it did. Raises OutputError."""
    try:
        output.mkdir()
    except FileExistsError:
        return False
    except OSError as error:
        raise cannot_write(output, error) from error
    return True


@contextmanager
def made_in(output: Path, conditions: Sections, overwrite: bool, names: Collection[str]) -> Iterator[Record]:
    """The record of a batch in the folder `output`, which is made, and goes again where nothing comes to lie in it."""
    begun = make_folder(output)
    try:
        with open_record(output, conditions, overwrite, set(names)) as record:
            yield record
    finally:
        if begun and not any(output.iterdir()):
            output.rmdir()


def left_to_make(pairs: Sequence[Pair], record: Record, overwrite: bool, read: Collection[Path] = ()) -> list[Pair]:
    """The pairs whose dreams don't stand yet, as `record` knows.

    Raises OutputError for a stranger's picture, and for one that is read: a source, or a file that is `read` beside it.
    """
    left = [pair for pair in pairs if not record.holds(pair.source, pair.target)]
    for pair in left:
        check_output(pair.target, pair.source, overwrite)
        check_apart(pair.target, read)
    return left


def dream_each(
    pairs: Sequence[Pair],
    dreamer: Dreamer,
    size: Size | None,
    record: Record,
    text_for: Callable[[Path], str | None] = lambda source: None,
) -> Iterator[MarianaError | None]:
    """Dreams what `pairs` ask for, one by one, and gives None for each, or what went wrong with it: the rest goes on.

    `text_for` a source is what its dream carries. Raises OutputError where results can't be written: that would hold
    for all.
    """
    for pair in pairs:
        try:
            still, picture = dreamed(pair, dreamer, size)
        except (SourceError, UsageError, DreamError) as error:
            yield error
        else:
            made = pair.target.parent / WORK / pair.target.name
            with record.adding(pair.source, pair.target, made):
                write(made, still, picture, dreamer, text_for(pair.source))
            yield None


def fetch_each(
    pairs: Sequence[Pair],
    left: Collection[Pair],
    record: Record,
    coming: Callable[[Mapping[int, float]], Iterator[tuple[int, Path | MarianaError]]],
) -> Iterator[MarianaError | None]:
    """As `dream_each`, of what is `left` of `pairs`; `coming` has the pictures of such numbers made elsewhere."""
    wanted = {number: float(pair.source.stat().st_size) for number, pair in enumerate(pairs) if pair in left}
    for number, made in coming(wanted):
        if isinstance(made, MarianaError):
            yield made
            continue
        pair = pairs[number]
        place = pair.target.parent / WORK / pair.target.name
        with record.adding(pair.source, pair.target, place):
            shutil.copyfile(made, place)
        yield None


def dreamed(pair: Pair, dreamer: Dreamer, size: Size | None) -> tuple[Still, NDArray[np.float32]]:
    """A picture and its dream. Raises SourceError, UsageError and DreamError, which name it."""
    try:
        still = read_still(pair.source, size=size)
        return still, to_array(dream_picture(dreamer, still.rgb, still.alpha).picture)
    except (SourceError, UsageError, DreamError) as error:
        told = str(error)
        raise error if pair.source.name in told else type(error)(f"{pair.source}: {told}") from None


def write(made: Path, still: Still, picture: NDArray[np.float32], dreamer: Dreamer, text: str | None) -> None:
    """Writes a dream with what it carries. Raises OSError."""
    write_picture(made, picture, folded_alpha(still.alpha, dreamer.values()), text)
