"""Key-frame text, as people know it from Deforum: `0:(1.2), 60:(1.5)`, a key being a frame number or a time (`2s`).

Only the frame of the notation is read here: what stands between the brackets is given back as text, with its place
in the whole, for `schedule` (numbers) and `objective` (layers) to read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from mariana_video.errors import UsageError
from mariana_video.recipe.values.timeline import Instant, Timeline

T = TypeVar("T")

_KEY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s?)\s*:\s*\(")
_QUOTED = 200  # characters of a text that are quoted
_KEYED = re.compile(r"\s*\d+(?:\.\d+)?\s*s?\s*:")


@dataclass(frozen=True)
class Key:
    """What holds from a moment on: `at` in frames, or in seconds where `seconds`; `place` is where `text` begins."""

    at: float
    seconds: bool
    text: str
    place: int

    def moment(self, timeline: Timeline, in_seconds: bool) -> float:
        """When it holds from, in seconds or as a frame number; `in_seconds` unless all keys beside it are frames."""
        return self.at if self.seconds or not in_seconds else timeline.seconds(round(self.at))


def mixed(keyed: Sequence[tuple[Key, T]]) -> bool:
    """Whether some keys are frames and others seconds, so that only a film's whole clock can put them in order."""
    return len({key.seconds for key, _ in keyed}) > 1


def ordered(keyed: Sequence[tuple[Key, T]], timeline: Timeline) -> list[tuple[float, T]]:
    """Keys in order of their moments: of frames where all are frames, of seconds on the film's clock otherwise."""
    in_seconds = any(key.seconds for key, _ in keyed)
    return sorted(((key.moment(timeline, in_seconds), value) for key, value in keyed), key=lambda pair: pair[0])


def around(keyed: Sequence[tuple[Key, T]], instant: Instant) -> tuple[T, T, float]:
    """The keys between which `instant` lies, and how far it is from the one to the other (0 to below 1).

    Before the first key, at a key and past the last one, both are the same key, and it is 0.
    """
    now = instant.seconds if any(key.seconds for key, _ in keyed) else instant.frame
    (at, value), *later = ordered(keyed, instant.timeline)
    for next_at, following in later:
        if now < next_at:
            return (value, value, 0.0) if now <= at else (value, following, (now - at) / (next_at - at))
        at, value = next_at, following
    return value, value, 0.0


def unreadable(text: str, place: int, why: str) -> UsageError:
    """The error for a text that doesn't parse: quotes it and points at the place (counted from 1)."""
    shown = text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
    return UsageError(f"can't read {shown!r} at character {place + 1} ({text[place : place + 12]!r}): {why}")


def read_keys(text: str) -> tuple[Key, ...]:
    """The keys of `text` in order of writing; a text without keys is one key at frame 0.

    Raises UsageError, with the place, on an unclosed bracket, an empty key or anything between two keys but a comma.
    """
    if not _KEYED.match(text):
        return (Key(0.0, False, text, 0),)
    keys: list[Key] = []
    place = 0
    while True:
        opened = _KEY.match(text, place)
        if opened is None:
            raise unreadable(text, place, "expected a key such as 60:(1.5) or 2s:(1.5)")
        at, unit = opened.groups()
        if not unit and "." in at:
            raise unreadable(text, place, "a frame number is whole; for a time write 1.5s:(…)")
        end = _closing(text, opened.end())
        keys.append(Key(float(at), bool(unit), text[opened.end() : end], opened.end()))
        if not keys[-1].text.strip():
            raise unreadable(text, opened.end(), "nothing stands between the brackets")
        rest = text[end + 1 :]
        if not rest.strip():
            return tuple(keys)
        if not rest.lstrip().startswith(","):
            raise unreadable(text, end + 1, "expected a comma before the next key")
        place = text.index(",", end + 1) + 1


def _closing(text: str, place: int) -> int:
    """The index of the bracket that closes the one opened just before `place`."""
    depth = 1
    for index in range(place, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index
    raise unreadable(text, place - 1, "this bracket is never closed")
