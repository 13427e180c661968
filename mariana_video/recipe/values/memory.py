"""An amount of memory, as people write it: `4GB`, `800MB`, `1.5 GiB`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Self

from mariana_video.errors import UsageError

_UNITS = {"kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30}
_WRITTEN = re.compile(r"([0-9]{1,9}(?:\.[0-9]{0,9})?)\s*([kmgt]i?b)", re.IGNORECASE)
_LONGEST = 40  # characters that are quoted


@dataclass(frozen=True)
class Memory:
    """So many `bytes`."""

    bytes: int

    @classmethod
    def of(cls, value: Any) -> Self:
        """An amount from its text. Raises UsageError, with examples, on anything else."""
        if isinstance(value, cls):
            return value
        found = _WRITTEN.fullmatch(value.strip()) if isinstance(value, str) else None
        amount = 0 if found is None else round(float(found[1]) * _UNITS.get(found[2].lower(), 0))
        if not amount:
            shown = value[:_LONGEST] if isinstance(value, str) else repr(value)
            raise UsageError(f"--memory {shown!r}: give an amount with its unit, such as 4GB or 800MB")
        return cls(amount)

    def __str__(self) -> str:
        for unit in ("GB", "MB", "kB"):
            size = _UNITS[unit.lower()]
            if self.bytes % (size // 1000) == 0 and self.bytes >= size:
                return f"{self.bytes / size:.10g}{unit}"
        return f"{self.bytes / 1000:.10g}kB"
