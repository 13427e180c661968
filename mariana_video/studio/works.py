"""A render, as it lies in its visitor's folder: what was asked, how far it is, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from mariana_video.studio.folders import Visitor, is_id, new_id, read_json, remove, write_json, write_text

WAITING, RUNNING, STOPPED, DONE, FAILED = "waiting", "running", "stopped", "done", "failed"

_STATE, _LOOK, _SHOTS = "work.json", "look.toml", "shots.toml"
SEEN, LOOKS = "seen.jpg", "looks"


@dataclass
class Work:
    """One render. `name` is what its result is called for its maker, `output` where it lies in its folder.

    `source` is a path below the visitor's folder. `made` of `total` things stand; `left` are the seconds that the rest
    is expected to take, `took` those that it took. `words` is the command line that does the same.
    """

    command: str
    name: str
    source: str
    output: str
    options: dict[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=new_id)
    words: str = ""
    state: str = WAITING
    asked: float = field(default_factory=time.time)
    made: int = 0
    total: int | None = None
    unit: str = ""
    left: float | None = None
    took: float = 0.0
    seen: int = 0
    error: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def lives(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (WAITING, RUNNING)


def folder_of(visitor: Visitor, work: str) -> Path:
    """The folder of a work."""
    return visitor.folder / "work" / work


def begin(visitor: Visitor, work: Work, look: str, shots: str = "") -> Work:
    """Writes down a new work, that goes by the texts of a look and, where there is one, of a list of shots."""
    folder = visitor.made("work", work.id)
    write_text(folder / _LOOK, look)
    if shots:
        write_text(folder / _SHOTS, shots)
    keep(visitor, work)
    return work


def keep(visitor: Visitor, work: Work) -> None:
    """Writes down how a work stands."""
    folder = folder_of(visitor, work.id)
    if folder.is_dir():
        write_json(folder / _STATE, asdict(work))


def read(visitor: Visitor, name: str) -> Work | None:
    """A work of a visitor's, by its name; None for any other word."""
    if not is_id(name):
        return None
    state: dict[str, Any] = read_json(folder_of(visitor, name) / _STATE, {})
    known = {one.name for one in fields(Work)}
    try:
        return Work(**{key: value for key, value in state.items() if key in known}) if state else None
    except TypeError:  # written by another version
        return None


def all_of(visitor: Visitor) -> list[Work]:
    """All works of a visitor, the latest first."""
    works = [work for name in visitor.works() if (work := read(visitor, name)) is not None]
    return sorted(works, key=lambda work: -work.asked)


def throw_away(visitor: Visitor, work: Work) -> None:
    """Removes a work."""
    remove(folder_of(visitor, work.id))


def clear_sources(visitor: Visitor, kept: Collection[str]) -> None:
    """Removes the sources that no work goes by, but for those in the folders that are to be `kept`."""
    used = {Path(work.source).parent.name for work in all_of(visitor)}
    for folder in visitor.made("source").iterdir():
        if folder.name not in used and folder.name not in kept:
            remove(folder)


def task_of(visitor: Visitor, work: Work) -> dict[str, Any]:
    """What its process is asked for."""
    folder = folder_of(visitor, work.id)
    options = dict(work.options)
    if (folder / _SHOTS).is_file():
        options["shots"] = str(folder / _SHOTS)
    if "like" in options:
        options["like"] = str(visitor.folder / options["like"])
    return {
        "do": "make",
        "command": work.command,
        "source": str(visitor.folder / work.source),
        "output": str(folder / work.output),
        "recipe": str(folder / _LOOK),
        "options": options,
        "seen": str(folder / SEEN),
    }


def result_of(visitor: Visitor, work: Work) -> Path | None:
    """The file that came of it, if it stands."""
    path = folder_of(visitor, work.id) / work.output
    return path if work.state == DONE and path.exists() else None


def shown(visitor: Visitor, work: Work, before: int | None = None) -> dict[str, Any]:
    """A work as the page shows it; `before` is how many others are made first, where it waits."""
    result = result_of(visitor, work)
    told = {key: getattr(work, key) for key in ("id", "command", "name", "state", "made", "total", "unit", "left")}
    told |= {key: getattr(work, key) for key in ("took", "seen", "error", "words", "notes")}
    where, wall = f"work/{work.id}", work.command == "explore"
    return {
        **told,
        "before": before,
        "picture": f"{where}/{SEEN}" if (folder_of(visitor, work.id) / SEEN).is_file() else "",
        "result": f"{where}/{result.name}" if result and result.is_file() else "",
        "file": f"{work.name}{result.suffix}" if result else "",
        "bytes": result.stat().st_size if result else 0,
        "look": f"{where}/{_LOOK}",
        "looks": [f"{where}/{LOOKS}/{number:04d}.png" for number in range(1, work.made + 1)] if wall else [],
    }
