"""Who asked a process for a task: gets told how it goes, and may have asked to stop it."""

from __future__ import annotations

import json
import threading
from typing import IO, TYPE_CHECKING, Any

from mariana_video.errors import Cancelled

if TYPE_CHECKING:
    from mariana_video.api.making.work import Work


class Asker:
    """Who asked for a task: gets told how it goes, and may have asked to stop it."""

    def __init__(self, out: IO[str], number: int, lock: threading.Lock) -> None:
        self.number, self._out, self._lock = number, out, lock
        self._stopped = False
        self._work: Work[Any] | None = None

    def tell(self, **said: object) -> None:
        """Says a line."""
        with self._lock:
            self._out.write(json.dumps({"number": self.number, **said}) + "\n")
            self._out.flush()

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
