"""Shots that were made elsewhere, in a job of the same film, and are handed in.

part.json    beside such a job's own files: which shots it has made, and the checksums of their files
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from mariana_video.errors import OutputError
from mariana_video.job import held_frames
from mariana_video.job.conditions import first_difference
from mariana_video.job.job import Job
from mariana_video.job.output_paths import read_conditions
from mariana_video.media.files import put, sync, write_whole
from mariana_video.media.output import cannot_write, discard

FILE = "part.json"


def describe(job: Job, shot: range) -> None:
    """Writes down that a whole shot, at such positions, is made and may be handed in elsewhere. Raises OutputError."""
    noted = _noted(job.folder) if (job.folder / FILE).exists() else {}
    files = {_place(job, path): _checksum(path) for path in job.store.files(shot)}
    noted[f"{shot.start}-{shot.stop}"] = files
    try:
        write_whole(job.folder / FILE, json.dumps(noted, indent=1).encode())
    except OSError as error:
        raise cannot_write(job.output, error) from error


def check(job: Job, made: Path, shots: tuple[range, ...]) -> list[int]:
    """See that the shots which a job's folder `made` holds can be handed in; their numbers from 1.

    `shots` are the positions of all shots of the film. Raises OutputError for what was not made for this very film
    (another recipe, source, network or machine), and for files that are not whole.
    """
    _check_same_film(job, made)
    known = {f"{shot.start}-{shot.stop}": number for number, shot in enumerate(shots)}
    noted, numbers = _noted(made), []
    for name, files in noted.items():
        if name not in known:
            raise OutputError(f"{made} holds frames {name}, and no shot of {job.output} has just these")
        if set(files) != {_place(job, path) for path in job.store.files(shots[known[name]])}:
            raise OutputError(f"{made}: shot {known[name] + 1} was made with another look than {job.output} has")
        numbers.append(known[name] + 1)
        for place, checksum in files.items():
            _check_whole(job, made / place, made / place, job.folder / place, checksum)
    return sorted(numbers)


def parts(made: Path) -> list[str]:
    """The files of the shots that a job's folder `made` holds, by their names in it. Raises OutputError."""
    return [place for files in _noted(made).values() for place in files]


def hand_in(job: Job, made: Path) -> None:
    """Puts the shots that a job's folder `made` holds, which were checked, into their places in a `job` that was begun.

    Raises OutputError for files that are not whole any more.
    """
    for files in _noted(made).values():
        for place, checksum in files.items():
            _take(job, made / place, job.folder / place, checksum)
    held_frames.add(job.folder, held_frames.read(made))


def _check_same_film(job: Job, made: Path) -> None:
    try:
        conditions = read_conditions(made)
    except OutputError:
        raise OutputError(f"{made} can't be read as a folder with shots; hand in what make_shot gave") from None
    if not conditions or not (made / FILE).is_file():
        raise OutputError(f"{made} is no folder with shots that were made to be handed in")
    if made.name != job.folder.name:
        raise OutputError(f"{made} holds shots of another OUTPUT: {job.output} takes those of {job.folder.name}")
    try:
        difference = first_difference(conditions, job.conditions)
    except (AttributeError, TypeError):
        raise OutputError(f"{made} can't be read: its job.toml is not as it was written") from None
    if difference is not None:
        raise OutputError(f"{made} was made {difference}; it does not belong to {job.output}")
    before, now = conditions.get("film", {}), job.conditions["film"]
    for name in {**before, **now}:
        if before.get(name) != now.get(name):
            what = name.replace("_", " ")
            told = f"{before.get(name)}, not {now.get(name)}"
            raise OutputError(f"{made} was made for another film than {job.output}: its {what} is {told}")


def _take(job: Job, made: Path, place: Path, checksum: str) -> None:
    """Copies a file into the job's folder under another name, and gives it its own if it is what it should be."""
    if not made.is_file():
        raise OutputError(f"{made} is missing; hand the whole folder in")
    copy = place.with_name(f".{place.name}.new")
    try:
        shutil.copyfile(made, copy)
        _check_whole(job, made, copy, place, checksum)
        with copy.open("rb") as file:
            sync(file)
        put(copy, place)
    except OSError as error:
        raise cannot_write(job.output, error) from error
    finally:
        discard(copy)


def _check_whole(job: Job, made: Path, copy: Path, place: Path, checksum: str) -> None:
    """See that a `copy` of what was `made` is what was written, and fits into its `place`. Raises OutputError."""
    if not copy.is_file():
        raise OutputError(f"{made} is missing; hand the whole folder in")
    if _checksum(copy) != checksum or not job.store.fits(copy, place):
        raise OutputError(f"{made} is not what was written; hand it in again")


def _noted(folder: Path) -> dict[str, dict[str, str]]:
    try:
        found: Any = json.loads((folder / FILE).read_text("utf-8"))
        return {str(shot): {str(place): str(sum_) for place, sum_ in files.items()} for shot, files in found.items()}
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise OutputError(f"{folder / FILE} can't be read") from error


def _place(job: Job, path: Path) -> str:
    return path.relative_to(job.folder).as_posix()


def _checksum(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise OutputError(f"{path} can't be read: {(error.strerror or 'unreadable').lower()}") from error
