"""A playable film of what a job has finished so far; and clearing up after one that is through."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from mariana_video.errors import OutputError
from mariana_video.job.beside_output import name_for, note, take_away
from mariana_video.job.output_paths import clear, folder_for, is_finished, read_conditions, read_recipe
from mariana_video.job.stores.animation import lossless, write_animation
from mariana_video.job.stores.choice import encoding_of, is_animation
from mariana_video.job.stores.png_folder import FRAMES, is_whole, picture_path
from mariana_video.job.stores.store import Film, OnNote
from mariana_video.media.containers import keeps_hdr
from mariana_video.media.lock import locked
from mariana_video.media.output import cannot_write, commit, part_name, real
from mariana_video.media.read.opening import open_clip
from mariana_video.media.sound.soundtrack import lay_under
from mariana_video.media.write.encoding import Encoding
from mariana_video.media.write.frame_log import logged_frames
from mariana_video.media.write.join import Beside, join
from mariana_video.media.write.segment import Ending, SegmentEncoder, ending, pictures
from mariana_video.recipe.toml import Sections

_TRIES = 5  # looks at a running job: a part may be finished just between two looks


def finish_so_far(output: str, on_note: OnNote) -> tuple[Path, int, int]:
    """Makes NAME.part.mp4 (or the like) of what is done of OUTPUT: its path, its frames, the frames there will be.

    Raises OutputError where there is no unfinished job or not one finished frame, SourceError where the source is gone.
    """
    folder, path = folder_for(output), Path(output)
    conditions = read_conditions(folder)
    if not conditions:
        raise OutputError(f"{output} has no unfinished job beside it ({folder.name}/ is not there)")
    if is_finished(output) and not any(folder.glob("*.frames")) and not any(folder.glob("state-*")):
        raise OutputError(f"{output} is finished; {folder.name}/ only keeps its parts for a changed list of shots")
    total = int(conditions["film"]["frames"])
    if (folder / FRAMES).is_dir():
        return *_pages(folder, real(path), conditions), total
    with tempfile.TemporaryDirectory(prefix=".", dir=folder.parent) as scratch:
        film = replace(_film(output, conditions), recipe=read_recipe(folder))
        animation = is_animation(path)
        threads = int(conditions["film"]["encoder_threads"])
        encoding = lossless(film, threads) if animation else encoding_of(path, film, conditions, on_note)
        names = [str(name) for name in conditions.get("parts", {}).values()] or _numbers(total)
        parts = _parts(folder, names, Path(scratch), encoding)
        if not parts:
            raise OutputError(f"no frame of {output} is finished yet")
        result, made = name_for(folder, part_name(real(path))), Path(scratch) / path.name
        if animation:
            frames = _animation(parts, film, encoding, made, on_note)
        else:
            silent = made if film.under is None else Path(scratch) / f"silent{path.suffix}"
            frames = _joined(parts, film, encoding, bool(conditions["storage"].get("sound", True)), silent, on_note)
            if film.under is not None:
                lay_under(silent, film.under, made)
        commit(made, result)
        _note(folder, result)
    return result, frames, total


def _note(folder: Path, result: Path) -> None:
    """Remembers that `result` is the job's; one that has just ended has no folder any more."""
    with contextlib.suppress(OSError):
        note(folder, result)


def clear_up(output: str) -> None:
    """Removes what a job has left beside an OUTPUT that stands. Raises OutputError if a process works on it."""
    folder = folder_for(output)
    with locked(folder, output):
        take_away(folder)
        clear(folder, output)


def _film(output: str, conditions: Sections) -> Film:
    """What the job makes, as it was written down when it began; only the first frame's time is needed here."""
    section = conditions["film"]
    rate, begins = Fraction(str(section["rate"])), Fraction(str(section["begins"]))
    start, duration = (Fraction(str(section[name])) if name in section else None for name in ("start", "duration"))
    size = int(section["width"]), int(section["height"])
    codec = conditions["storage"].get("codec")
    deep = keeps_hdr(output, None if codec is None else str(codec))
    clip = open_clip(str(conditions["source"]["path"]), rate, keep_hdr=deep) if section["clip"] else None
    under = Path(str(conditions["sound_file"]["path"])) if "sound_file" in conditions else None
    endless = not conditions.get("begins", {}).get("play_once", False)
    return Film(clip, size, rate, (begins,), start, duration, under, endless)


def _numbers(parts: int) -> list[str]:
    return [f"{number:06d}" for number in range(parts)]


def _parts(folder: Path, names: Sequence[str], scratch: Path, encoding: Encoding) -> list[tuple[Path, Ending]]:
    """The complete parts from the beginning on, under names of their own, then what is finished of the next."""
    parts: list[tuple[Path, Ending]] = []
    position = 0
    for _ in range(_TRIES):
        while len(parts) < len(names) and (path := folder / f"{names[len(parts)]}.packets").exists():
            copy = _held(path, scratch)
            found = ending(copy)
            if found is None:
                return parts
            parts.append((copy, found))
            position += len(found.ticks)
        if len(parts) == len(names):
            break
        rest = _open_part(folder / f"{names[len(parts)]}.frames", position, scratch, encoding)
        if rest is not None:
            return [*parts, rest]
        if not path.exists():
            break
    return parts


def _held(path: Path, scratch: Path) -> Path:
    """A file under a second name, so that it stays when a running job ends and clears up."""
    name = scratch / path.name
    try:
        os.link(path, name)
    except OSError:  # a file system without such links
        shutil.copy(path, name)
    return name


def _open_part(path: Path, first: int, scratch: Path, encoding: Encoding) -> tuple[Path, Ending] | None:
    """The finished frames of an open part, encoded; None if there are none."""
    made = scratch / "open.packets"
    with made.open("wb") as file:
        encoder, last = SegmentEncoder(encoding, file), None
        for last, _ in logged_frames(path, first):
            encoder.add(last.frame, last.tick)
        if last is None:
            return None
        encoder.finish(last.length)
    found = ending(made)
    return None if found is None else (made, found)


def _joined(
    parts: list[tuple[Path, Ending]], film: Film, encoding: Encoding, sound: bool, made: Path, on_note: OnNote
) -> int:
    ticks = tuple(tick for _, found in parts for tick in found.ticks)
    length = parts[-1][1].length or 1 / film.rate
    last = max(1, round(length / encoding.time_base))
    end = (ticks[-1] + last) * encoding.time_base
    join(
        [path for path, _ in parts],
        ticks,
        last,
        encoding,
        Beside(film.clip, film.clock(encoding.time_base).zero, end, sound, film.recipe),
        made,
        on_note,
    )
    return len(ticks)


def _animation(parts: list[tuple[Path, Ending]], film: Film, encoding: Encoding, made: Path, on_note: OnNote) -> int:
    ticks = [tick for _, found in parts for tick in found.ticks]
    times = tuple(film.times[0] + (tick - ticks[0]) * encoding.time_base for tick in ticks)
    so_far = replace(film, times=times, under=None)
    write_animation(made, so_far, (both for path, _ in parts for both in pictures(path, encoding)), None, on_note)
    return len(ticks)


def _pages(folder: Path, output: Path, conditions: Sections) -> tuple[Path, int]:
    """Copies the pictures from the first on, as far as they follow each other, into a folder beside OUTPUT."""
    result = name_for(folder, output.with_name(f"{output.name}-so-far"))
    found = list(_whole(folder, {int(begin): str(key) for begin, key in conditions.get("shots", {}).items()}))
    if not found:
        raise OutputError(f"no frame of {output} is finished yet")
    try:
        result.mkdir(exist_ok=True)
        _note(folder, result)
        for path in found:
            shutil.copy(path, result)
    except OSError as error:
        raise cannot_write(result, error) from error
    return result, len(found)


def _whole(folder: Path, shots: Mapping[int, str]) -> Iterator[Path]:
    position = 0
    while is_whole(path := picture_path(folder, position, shots)):
        yield path
        position += 1
