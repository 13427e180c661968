"""What the command says reaches whoever listens, and nothing breaks where nobody does.

A service, a window without a console or a closed terminal leave no stderr; a full disk or a reader that went away take
nothing; an old terminal knows few letters. None of that may cost a film.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mariana_video.errors import OutputError


@contextmanager
def streams() -> Iterator[None]:
    """For its time, stdout and stderr bear whatever they are: missing, closed, full, or without some letters."""
    before = sys.stdout, sys.stderr
    out: Any = Printed(before[0])
    err: Any = Remarks(before[1])
    sys.stdout, sys.stderr = out, err
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


class _Stream:
    """A text stream or None, with every letter it lacks written as its code; a missing or closed one takes all."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.encoding = getattr(stream, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        """Writes `text` as far as it can be."""
        if not self._gone():
            try:
                self._stream.write(text)
            except UnicodeEncodeError:
                self._stream.write(text.encode(self.encoding, "backslashreplace").decode(self.encoding))
        return len(text)

    def flush(self) -> None:
        """Hands on what is kept back."""
        if not self._gone():
            self._stream.flush()

    def isatty(self) -> bool:
        """Whether a person looks on."""
        return not self._gone() and bool(self._stream.isatty())

    def _gone(self) -> bool:
        return self._stream is None or bool(getattr(self._stream, "closed", False))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Printed(_Stream):
    """What was asked for: where it can't be written, that is told. Raises OutputError, BrokenPipeError."""

    def write(self, text: str) -> int:
        with _told():
            return super().write(text)

    def flush(self) -> None:
        with _told():
            super().flush()


class Remarks(_Stream):
    """What is said beside the work, which never fails for it."""

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError):
            return super().write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().flush()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # who reads has enough
        raise
    except OSError as error:
        raise OutputError(f"it can't be printed: {(error.strerror or str(error)).lower()}") from error
