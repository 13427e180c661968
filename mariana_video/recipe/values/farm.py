"""Where many workers are found, as people write it: `auto`, `ray://head:10001`, `local:4`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from mariana_video.errors import UsageError

AUTO = "auto"
_LOCAL = re.compile(r"local:(\d{1,4})")
_HEAD = re.compile(r"ray://([^\s/:]+:\d{1,5})")
_SHOWN = 60  # characters of a text that are quoted
_WAYS = "give auto (the cluster that this machine is part of), ray://HOST:PORT, or local:N"


@dataclass(frozen=True)
class Farm:
    """A farm, kept as the text."""

    text: str

    @classmethod
    def of(cls, value: Any) -> Farm:
        """A farm by its text. Raises UsageError on anything else."""
        if isinstance(value, Farm):
            return value
        text = value.strip() if isinstance(value, str) else repr(value)
        local = _LOCAL.fullmatch(text)
        if (local and int(local[1]) > 0) or text == AUTO or _HEAD.fullmatch(text):
            return cls(text)
        raise UsageError(f"{text[:_SHOWN]!r} is no farm; {_WAYS}")

    def __str__(self) -> str:
        return self.text

    @property
    def workers(self) -> int | None:
        """How many workers are wanted on this machine; None where a cluster is there already."""
        found = _LOCAL.fullmatch(self.text)
        return int(found[1]) if found else None

    @property
    def head(self) -> str | None:
        """HOST:PORT of a cluster's head, where it is said."""
        found = _HEAD.fullmatch(self.text)
        return found[1] if found else None
