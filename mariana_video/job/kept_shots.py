"""What stays of a film made by a list of shots once it stands, so that only what changed is dreamed again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from mariana_video.job import checkpoint, held_frames
from mariana_video.job.output_paths import CONDITIONS, FINISHED
from mariana_video.job.stores.store import Film, Store
from mariana_video.media.output import size_in_words
from mariana_video.recipe.toml import Sections


def forget_others(folder: Path, film: Film, before: Sections) -> None:
    """Removes the states within shots that are now to be made otherwise: no frame may go on from them."""
    keys = set(before.get("shots", {}).values())
    for shot, key in zip(film.shots, film.shot_keys, strict=False):
        if key not in keys:
            checkpoint.forget(folder, shot)


def staying(folder: Path, store: Store, frames: int) -> tuple[Path, ...]:
    """What stays in the job's folder: what it was made with, and the finished parts."""
    return (*(folder / name for name in (CONDITIONS, FINISHED, held_frames.FILE)), *store.files(range(frames)))


def told(folder: Path, files: Iterable[Path]) -> str:
    """What a person should know of it."""
    size = size_in_words(sum(path.stat().st_size for path in files if path.is_file()))
    return (
        f"{folder}{os.sep} keeps the shots ({size}), so that only those that you change are dreamed again; "
        "remove it when the film is done"
    )
