"""A process of its own that opens films, dreams and renders: what breaks there doesn't take the page along.

It is asked by lines of JSON on its standard input, `{"number": 1, "do": "dream", …}`, and stopped by `{"stop": 1}` or
by the end of it; what it says are lines of JSON, too: `made`, `note`, then `done` or `error`. The page alone asks:
paths stand in it that no visitor names.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from typing import IO, Any

from mariana_video.errors import Cancelled, MarianaError
from mariana_video.studio.asker import Asker


class Child:
    """Does one task after the other, and stops them when it is told to."""

    def __init__(self, out: IO[str]) -> None:
        self._out, self._lock = out, threading.Lock()
        self._asked: queue.Queue[tuple[Asker, dict[str, Any]] | None] = queue.Queue()
        self._all: dict[int, Asker] = {}

    def listen(self, lines: IO[str]) -> None:
        """Takes what is asked, until nobody is there any more."""
        for line in lines:
            said: dict[str, Any] = json.loads(line)
            if "stop" in said:
                asker = self._all.get(said["stop"])
                if asker is not None:
                    asker.stop()
                continue
            asker = self._all[said["number"]] = Asker(self._out, said["number"], self._lock, said)
            self._asked.put((asker, said))
        for asker in list(self._all.values()):
            asker.stop()
        self._asked.put(None)

    def work(self) -> None:
        """Does what is asked, until there is nothing more to come."""
        while (asked := self._asked.get()) is not None:
            asker, task = asked
            _do(asker, task)
            self._all.pop(asker.number, None)


def _do(asker: Asker, task: dict[str, Any]) -> None:
    from mariana_video.studio.tasks import TASKS

    try:
        asker.check()
        asker.tell(begun=True)
        asker.tell(done=TASKS[task["do"]](task, asker))
    except Cancelled as told:
        asker.fails(str(told), stopped=True)
    except MarianaError as error:
        asker.fails(str(error))
    except MemoryError:
        asker.fails("not enough memory: try a smaller size")
    except RuntimeError as error:
        full = "allocate memory" in str(error) or "out of memory" in str(error)  # torch's words for it
        asker.fails("not enough memory: try a smaller size" if full else f"it broke down: {error}")
    except Exception as error:  # told, for the process lives on
        asker.fails(f"it broke down: {type(error).__name__}: {error}")


def main() -> None:
    """Runs until its standard input ends. What libraries print goes to standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    child = Child(out)
    threading.Thread(target=child.listen, args=(sys.stdin,), daemon=True).start()
    child.work()


if __name__ == "__main__":
    main()
