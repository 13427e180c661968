"""Who asked a process for a task: gets told how it goes, and may have asked to stop it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from mariana_video.errors import Cancelled

if TYPE_CHECKING:
    from mariana_video.api.making.work import Work


class Asker:
    """Who asked for a task: gets told how it goes, and may have asked to stop it."""

    def __init__(self, out: IO[str], number: int, lock: threading.Lock, task: Mapping[str, Any]) -> None:
        self.number, self._out, self._lock = number, out, lock
        self._folders = _folders_in(task)
        self._stopped = False
        self._work: Work[Any] | None = None

    def tell(self, *notes: str, **said: object) -> None:
        """Says a line. Where files lie on this machine is nobody's business: `notes` tell their names alone."""
        if notes:
            said["note"] = [self._named(note) for note in notes]
        with self._lock:
            self._out.write(json.dumps({"number": self.number, **said}) + "\n")
            self._out.flush()

    def fails(self, words: str, **said: object) -> None:
        """Says what went wrong."""
        self.tell(error=self._named(words), **said)

    def _named(self, words: str) -> str:
        for folder in self._folders:
            words = words.replace(folder, "")
        return words

    def running(self, work: Work[Any]) -> None:
        """From here on it is this work that is to be stopped. Raises Cancelled where that was asked before."""
        self._work = work
        self.check()

    def check(self) -> None:
        """Raises Cancelled where it is to stop."""
        if self._stopped:
            raise Cancelled("stopped")

    def stop(self) -> None:
        """Stops it."""
        self._stopped = True
        if self._work is not None:
            self._work.cancel()


def _folders_in(task: Mapping[str, Any]) -> list[str]:
    """The folders of all files that a task names, each with the separator at its end, the deepest first."""
    words = [word for word in (*task.values(), *task.get("options", {}).values()) if isinstance(word, str)]
    return sorted({f"{Path(word).parent}{os.sep}" for word in words if Path(word).is_absolute()}, key=len, reverse=True)
