"""Key-frame text, as people know it from Deforum: `0:(1.2), 60:(1.5)`, a key being a frame number or a time (`2s`).

Only the frame of the notation is read here: what stands between the brackets is given back as text, with its place
in the whole, for `schedule` (numbers) and `objective` (layers) to read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mariana_video.errors import UsageError

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

    def frame(self, rate: float) -> float:
        """The key's moment as a frame number, at `rate` frames a second."""
        return self.at * rate if self.seconds else self.at


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
