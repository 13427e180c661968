"""In which frames flashes were held back, remembered shot by shot until the film stands: a small file of a job's."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from pathlib import Path

from mariana_video.footage.held_flashes import Held, held_in, sentence
from mariana_video.loop.state import State
from mariana_video.media.files import write_whole

FILE = "held.json"


def note(folder: Path, state: State) -> None:
    """Remember what was held back up to the frame of `state`, in its shot. Raises OSError."""
    add(folder, held_in(state.tensors))


def add(folder: Path, found: Iterable[Held]) -> None:
    """Remember frames by their times in seconds. Raises OSError."""
    before = read(folder)
    now = sorted({**dict(before), **dict(found)}.items())
    if now != before:
        write_whole(folder / FILE, json.dumps(now).encode())


def forget(folder: Path, times: Iterable[float]) -> None:
    """Forget frames that are made anew, by their times in seconds. Raises OSError."""
    before, gone = read(folder), set(times)
    now = [(time, by) for time, by in before if time not in gone]
    if now != before:
        write_whole(folder / FILE, json.dumps(now).encode())


def read(folder: Path) -> list[Held]:
    """When something was held back, and by how much, in order; nothing where the file is damaged."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        return [(float(time), float(by)) for time, by in json.loads((folder / FILE).read_text())]
    return []


def told(folder: Path) -> str | None:
    """What a person should know of it, or None where nothing was held back."""
    return sentence(read(folder))
