"""Which store keeps a job's frames, and what of the film's clock is written down with the job."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path

from mariana_video.errors import SourceError, UsageError
from mariana_video.job.stores.animation import Animation, lossless
from mariana_video.job.stores.png_folder import PngFolder
from mariana_video.job.stores.segments import Segments, frames_each, parts_of
from mariana_video.job.stores.store import Film, OnNote, Store
from mariana_video.media.containers import (
    ANIMATIONS,
    CONTAINERS,
    check_quality,
    codec_for,
    container_for,
    time_base_for,
)
from mariana_video.media.write.encoding import Encoding
from mariana_video.recipe.job import Output
from mariana_video.recipe.toml import Plain, Sections

_THREADS = 8  # more gain an encoder little at these sizes


def film_section(film: Film, output: str) -> dict[str, Plain]:
    """What of a film is fixed when its job begins."""
    seconds = {"start": film.start, "duration": film.duration}
    parts = () if film.shot_keys or is_folder(output) or len(film.shots) == 1 else parts_of(film)
    if not is_folder(output) and not is_animation(Path(output)):
        seconds["clock"] = time_base_for(container_for(Path(output)), film.clip, film.rate, film.own_times)
    return {
        "width": film.size[0],
        "height": film.size[1],
        "rate": str(film.rate),
        "frames": len(film.times),
        "clip": film.clip is not None,
        "begins": str(film.times[0]),
        **{name: str(value) for name, value in seconds.items() if value is not None},
        "stays": film.stays,
        "encoder_threads": min(os.cpu_count() or 1, _THREADS),
        # Without cuts, parts end where they always did.
        **({"parts": _checksum(part.positions.start for part in parts)} if parts else {}),
    }


def agreed_film(film: Film, output: str, before: Sections, source: Path | None) -> Mapping[str, Plain]:
    """What is fixed of the film: as it was when its job began, or as it is now.

    Raises SourceError where the source gives other frames by now, UsageError where its parts end elsewhere by now.
    """
    now, then = film_section(film, output), before.get("film")
    if then is None:
        return now
    if not film.shot_keys and then.get("parts") != now.get("parts"):
        raise UsageError(f"{output} was begun by a version that parts its films elsewhere; --restart begins it anew")
    if any(then.get(name, value) != value for name, value in now.items() if name != "encoder_threads"):
        raise SourceError(f"{source} gives other frames than when {output} was begun; use --restart")
    return then


def shot_sections(film: Film, output: str) -> Sections:
    """Of a film made by a list of shots: each shot's key by its first position, and its parts in order."""
    if not film.shot_keys:
        return {}
    keys = zip(film.shots, film.shot_keys, strict=True)
    parts = () if is_folder(output) else parts_of(film)
    return {
        "shots": {f"{shot.start:06d}": key for shot, key in keys},
        "parts": {f"{number:06d}": part.name for number, part in enumerate(parts)},
    }


def _checksum(numbers: Iterable[int]) -> str:
    return hashlib.sha256(",".join(map(str, numbers)).encode()).hexdigest()[:16]


def bytes_needed(film: Film, output: str, storage: Output) -> int:
    """About how much disk the whole job takes at the most: measured, a dream at crf 17 takes 0.35 bytes a pixel."""
    pixels = film.size[0] * film.size[1]
    each = 3.0 if storage.codec == "ffv1" or is_animation(Path(output)) else 0.35
    return round(2 * pixels * len(film.times) * each) + bytes_beside(film)


def bytes_beside(film: Film) -> int:
    """How much disk a job takes at the most beside its film: the open part's frames, and states."""
    pixels = film.size[0] * film.size[1]
    bits = film.clip.bits if film.clip else 8
    open_part = pixels * 3 * (2 if bits > 8 else 1) * min(len(film.times), frames_each(film.size, bits))
    dreamed = pixels if film.dreamed is None else film.dreamed[0] * film.dreamed[1]
    # Each has about four float pictures at the size dreamed at (source, dream, momentum, the dream before), and two of
    # detail at the film's size where that is larger; two states are kept while a third is written.
    states = 3 * 12 * (4 * dreamed + (2 * pixels if pixels > dreamed else 0))
    return round(open_part + states)


def check_storage(output: str, storage: Output) -> None:
    """Raises UsageError for a codec that OUTPUT can't hold and for a quality that the codec does not have."""
    path = Path(output)
    if path.suffix.lower() in CONTAINERS and not is_folder(output):
        check_quality(codec_for(path, storage.codec), storage.crf)


def open_store(folder: Path, output: str, film: Film, conditions: Sections, on_note: OnNote) -> Store:
    """The store for OUTPUT's kind, with what is there already."""
    path, threads = Path(output), int(conditions["film"]["encoder_threads"])
    if is_folder(output):
        return PngFolder(folder, path, film, on_note)
    if is_animation(path):
        return Animation(folder, path, film, lossless(film, threads), sound=False)
    sound = bool(conditions["storage"].get("sound", True))
    return Segments(folder, path, film, encoding_of(path, film, conditions, on_note), sound)


def is_folder(output: str) -> bool:
    """Whether OUTPUT is to be a folder of pictures."""
    return output.endswith("/") or Path(output).is_dir()


def is_animation(output: Path) -> bool:
    """Whether OUTPUT is to be a GIF or WebP."""
    return output.suffix.lower() in ANIMATIONS


def encoding_of(output: Path, film: Film, conditions: Sections, on_note: OnNote) -> Encoding:
    """How the film's pictures are encoded, as fixed when the job began."""
    stored, fixed = conditions["storage"], conditions["film"]
    codec = stored.get("codec")
    encoding = Encoding(
        output,
        film.clip,
        size=film.size,
        rate=film.rate,
        codec=None if codec is None else str(codec),
        crf=int(stored["crf"]),
        threads=int(fixed["encoder_threads"]),
        time_base=Fraction(str(fixed["clock"])) if "clock" in fixed else None,
        in_order=bool(fixed.get("stays", False)),
        notes=on_note,
    )
    encoding.tell_what_is_lost(bool(stored.get("sound", True)))
    return encoding
