"""A film's shots as a text that people edit (TOML): where each begins, and its look; read and written."""

from __future__ import annotations

import datetime
import difflib
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from mariana_video.errors import UsageError
from mariana_video.recipe.job import Machine, Storage
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Carry, Recipe, Span, Where
from mariana_video.recipe.reading import declared
from mariana_video.recipe.toml import text_of
from mariana_video.recipe.values.networks import Networks
from mariana_video.recipe.values.time import Length

_GROUPS = {"dream": Dream, "carry": Carry, "where": Where}
_HOMES = {name: home for home, group in _GROUPS.items() for name in declared(group)}
_WHOLE = frozenset(name for group in (Span, Machine, Storage) for name in declared(group))  # hold for the whole film
_FILES = ("mask", "weights", "flow_weights", "network")
_HEAD = ("clip", "size", "rate", "frames", "content", "cut_threshold", "shot")
_SHOT = ("start", "picture", "dream", "look")
_LARGEST = 4_000_000  # bytes: a list of ten thousand shots has one

_PREFACE = """\
# The shots of {clip}. A shot begins at its `start` and ends where the next one begins.
# A further [[shot]] cuts a shot in two; where one is removed, the shot before it goes on.
# `dream = false` leaves a shot as it was filmed. What stands under [shot.look] holds for the shot above it
# alone: the options of `mariana video` that are about the dream, for example
#
#   [shot.look]
#   strength = 1.5
#   layers = "conv3_3"
"""


@dataclass(frozen=True)
class Listed:
    """A shot of a list: its `number` from 1, its `start` in seconds after the clip's first picture, and its `look`.

    `look` are options of the dream by name. Where it is not to be `dreamed`, the shot stays as it was filmed.
    """

    number: int
    start: Fraction
    look: Mapping[str, Any] = field(default_factory=dict)
    dreamed: bool = True

    def recipe(self, film: Recipe) -> Recipe:
        """The recipe of this shot: the film's, but for its look. Of the dream, only the look counts as said."""
        own = {home: {n: v for n, v in self.look.items() if _HOMES[n] == home} for home in _GROUPS}
        dream, carry = film.dream.but(**own["dream"]), film.carry.but(**own["carry"])
        return Recipe(dream.saying(own["dream"]), carry.saying(own["carry"]), film.span, film.where.but(**own["where"]))


@dataclass(frozen=True)
class ShotList:
    """A list as it was read: its `shots` in order, and, where it says so, the checksum of the clip it was made for."""

    path: Path
    shots: tuple[Listed, ...]
    content: str | None


@dataclass(frozen=True)
class Entry:
    """A shot to be written: its first and one past its last time in seconds, its first frame, and its small picture."""

    start: Fraction
    end: Fraction
    frames: range
    picture: str


def read_list(path: Path) -> ShotList:
    """A list of shots. Everything is checked that can be known without the film.

    Raises UsageError with the shot's number, what was given and what would do.
    """
    head = _read(path)
    try:
        _known(head, _HEAD, "")
        tables = head.get("shot", [])
        if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
            raise UsageError("there is no [[shot]] in it; `mariana shots` makes a list")
        shots = tuple(_shot(number, table, path.parent) for number, table in enumerate(tables, 1))
        _check_order(shots)
        content = head.get("content")
        if content is not None and not isinstance(content, str):
            raise UsageError("content is a checksum in quotes; leave the line as it was made, or remove it")
    except UsageError as error:
        raise UsageError(f"--shots {path}: {error}") from None
    return ShotList(path, shots, content)


def list_text(head: Mapping[str, str | int | float], entries: Sequence[Entry], closest: Fraction) -> str:
    """A list as text; frames follow each other after `closest` seconds or more, so finely are times told."""
    digits = 3 if closest >= Fraction(1, 250) else 6
    lines = [_PREFACE.format(clip=text_of(head["clip"]))]
    lines += [f"{name} = {text_of(value)}" for name, value in head.items()]
    for number, entry in enumerate(entries, 1):
        count, first = len(entry.frames), entry.frames.start
        lines += [
            "",
            f"[[shot]]  # {number}: up to {clock_text(entry.end, digits)}, {count} frames from frame {first} on",
            f'start = "{clock_text(entry.start, digits)}"',
            f"picture = {text_of(entry.picture)}",
        ]
    return "\n".join(lines) + "\n"


def clock_text(seconds: Fraction, digits: int = 3) -> str:
    """A time as people read it: 0:02.169, 1:00:02.169."""
    ticks = round(seconds * 10**digits)
    minutes, rest = divmod(ticks, 60 * 10**digits)
    hours, minutes = divmod(minutes, 60)
    second, part = divmod(rest, 10**digits)
    before = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{before}:{second:02d}.{part:0{digits}d}"


def _read(path: Path) -> dict[str, Any]:
    try:
        size = path.stat().st_size
        if not path.is_file() or size > _LARGEST:
            raise UsageError(f"--shots {path} is no list of shots; `mariana shots` makes one")
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"--shots {path} can't be read: {(error.strerror or 'unreadable').lower()}") from None
    except UnicodeDecodeError:
        raise UsageError(f"--shots {path} is no text; `mariana shots` makes a list") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"--shots {path}: {str(error)[0].lower()}{str(error)[1:]}") from None
    except (ValueError, RecursionError):  # numbers of thousands of digits, brackets without end
        raise UsageError(f"--shots {path} can't be read as a list of shots; `mariana shots` makes one") from None


def _shot(number: int, table: Mapping[str, Any], folder: Path) -> Listed:
    try:
        if "end" in table:
            raise UsageError("a shot ends where the next one begins; leave out its `end`")
        _known(table, _SHOT, "of a shot")
        if not isinstance(table.get("dream", True), bool):
            raise UsageError("dream is true or false")
        if not isinstance(table.get("picture", ""), str):
            raise UsageError("picture is the name of a file")
        look = table.get("look", {})
        if not isinstance(look, dict):
            raise UsageError("its settings stand below [shot.look], one in a line")
        return Listed(number, _start(table), _look(look, folder), table.get("dream", True))
    except UsageError as error:
        raise UsageError(f"shot {number}: {error}") from None


def _start(table: Mapping[str, Any]) -> Fraction:
    if "start" not in table:
        raise UsageError("it has no start; write one such as start = 2.5 or start = '1:02.5'")
    given = table["start"]
    seconds = Length.of(given.isoformat() if isinstance(given, datetime.time) else given).seconds()
    if seconds < 0:
        raise UsageError(f"it starts at {float(seconds):g} s, before the film; 0 is its first picture")
    return seconds


def _look(table: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    look: dict[str, Any] = {}
    for given, value in table.items():
        name = given.replace("-", "_")
        if name in look:
            raise UsageError(f"{name} is there twice")
        if name in _WHOLE:
            raise UsageError(f"{given} holds for the whole film: say it on the command line, not in a look")
        _known([name], _HOMES, "of a look")
        read = declared(_GROUPS[_HOMES[name]])[name].read(value)
        look[name] = _beside(read, folder) if name in _FILES else read
    return look


def _beside(value: Any, folder: Path) -> Any:
    """A file that a list names lies beside the list, unless its whole path is given; a network may be no file."""
    if isinstance(value, Path):
        return folder / value
    return value.beside(folder) if isinstance(value, Networks) else value


def _known(names: Collection[str], known: Collection[str], where: str) -> None:
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            raise UsageError(f"unknown setting {' '.join(filter(None, (name[:60], where)))}: {hint}")


def _check_order(shots: Sequence[Listed]) -> None:
    if shots[0].start != 0:
        raise UsageError("shot 1: the first shot begins with the film; write start = 0")
    for before, shot in pairwise(shots):
        if shot.start <= before.start:
            raise UsageError(
                f"shot {shot.number}: it starts at {clock_text(shot.start)}, and shot {before.number} before it at "
                f"{clock_text(before.start)}; put them in order"
            )
