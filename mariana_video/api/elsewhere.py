"""Shots of a film made one by one, in any order, in other processes or on other machines, and put together here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mariana_video.api.video import asked, planned, prepared
from mariana_video.errors import UsageError
from mariana_video.job import hand_in as handing
from mariana_video.job.stores.store import OnNote
from mariana_video.media.output import cannot_write


def make_shot(
    source: str | Path,
    output: str | Path,
    shot: int,
    into: str | Path,
    on_note: OnNote = lambda note: None,
    **options: Any,
) -> Path:
    """Makes one shot (counted from 1) of the film that `video(source, output, **options)` makes.

    It goes into the folder `into`, and what is given back is the folder there to be handed in. Broken off, the same
    call goes on. OUTPUT gives only its name. Raises MarianaError, in one line.
    """
    folder = Path(into)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    target = f"{folder / Path(output).name}{'/' if str(output).endswith('/') else ''}"
    with asked(source, target, options) as (job, recipe, machine):
        ready = prepared(job, *planned(job, recipe, machine, lambda frames: None), on_note)
        shots = ready.plan.shots
        if not 1 <= shot <= len(shots):
            raise UsageError(f"there is no shot {shot}: {source} has {len(shots)}, counted from 1")
        job.make(ready.frames, lambda done: None, job.storage.preview, only=shots[shot - 1])
        handing.describe(job, shots[shot - 1])
        return job.folder


def hand_in(
    source: str | Path,
    output: str | Path,
    made: Sequence[str | Path],
    on_note: OnNote = lambda note: None,
    **options: Any,
) -> list[int]:
    """Puts shots that `make_shot` made, with the same options, into the job of `output`, and gives their numbers.

    `video(source, output, **options)` then makes what is missing, and the film: the same, bit for bit, as in one go.
    Raises OutputError for what does not belong to this film or is not whole.
    """
    with asked(source, output, options) as (job, recipe, machine):
        ready = prepared(job, *planned(job, recipe, machine, lambda frames: None), on_note)
        shots = ready.plan.shots
        job.begin()
        return sorted({number for folder in made for number in handing.hand_in(job, Path(folder), shots)})
