"""One render at a time: the others wait in the order in which they were asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mariana_video.errors import Cancelled, MarianaError, OutputError, UsageError
from mariana_video.studio.folders import Visitor, visitors
from mariana_video.studio.hand import Answer, Hand
from mariana_video.studio.limits import WAITING as MOST
from mariana_video.studio.limits import check_room
from mariana_video.studio.works import (
    DONE,
    FAILED,
    RUNNING,
    STOPPED,
    WAITING,
    Work,
    all_of,
    begin,
    keep,
    read,
    task_of,
    throw_away,
)

_BETWEEN = 2.0  # seconds between two looks at how much of the disk a work has taken
_CLOSED = "the page's program was ended meanwhile; nothing is lost"


class Turns:
    """The works of all visitors that wait, and the one that runs."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._waiting: list[tuple[Visitor, str]] = []
        self._now: tuple[Visitor, str, Answer] | None = None
        self._hand: Hand | None = None
        self._changed, self._ended = threading.Condition(), False
        self._take_up()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _take_up(self) -> None:
        """Finds the works that were broken off when the program was ended, however that was."""
        for visitor in visitors(self._root):
            for work in all_of(visitor):
                if work.lives:
                    work.state, work.error, work.left = STOPPED, _CLOSED, None
                    keep(visitor, work)

    def begin(self, visitor: Visitor, work: Work, look: str, shots: str = "") -> None:
        """Writes a new work down, and lets it wait; where it can't, nothing stays of it. Raises as `add` does."""
        try:
            self.add(visitor, begin(visitor, work, look, shots))
        except MarianaError:
            throw_away(visitor, work)
            raise

    def add(self, visitor: Visitor, work: Work) -> None:
        """Lets a work wait for its turn, again or for the first time.

        Raises UsageError where too many of his wait, OutputError where there is no room.
        """
        if sum(one.lives for one in all_of(visitor) if one.id != work.id) >= MOST:
            raise UsageError(f"{MOST} works of yours wait already; let one of them finish")
        check_room(visitor)
        with self._changed:
            if (visitor, work.id) in self._waiting or self._is_now(visitor, work.id):
                return
            work.state, work.error = WAITING, ""
            keep(visitor, work)
            self._waiting.append((visitor, work.id))
            self._changed.notify()

    def stop(self, visitor: Visitor, name: str) -> None:
        """Stops a work that runs or waits; what is made of it is kept."""
        with self._changed:
            if (visitor, name) in self._waiting:
                self._waiting.remove((visitor, name))
                self._put(visitor, name, state=STOPPED)
            elif self._now is not None and self._is_now(visitor, name):
                self._now[2].stop()

    def remove(self, visitor: Visitor, name: str) -> None:
        """Throws a work away that neither runs nor waits. Raises UsageError for one that does."""
        work = read(visitor, name)
        if work is None:
            return
        with self._changed:
            if (visitor, name) in self._waiting or self._is_now(visitor, name):
                raise UsageError("it is being made: stop it first")
            throw_away(visitor, work)

    def before(self, visitor: Visitor, name: str) -> int | None:
        """How many works are made before one that waits; None for any other."""
        with self._changed:
            if (visitor, name) not in self._waiting:
                return None
            return self._waiting.index((visitor, name)) + (self._now is not None)

    def busy(self) -> set[Visitor]:
        """Those whose works run or wait."""
        with self._changed:
            return {visitor for visitor, _ in self._waiting} | ({self._now[0]} if self._now else set())

    def close(self) -> None:
        """Stops what runs, in good order."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        if self._hand is not None:
            self._hand.close()
        self._thread.join(30)

    def _is_now(self, visitor: Visitor, name: str) -> bool:
        return self._now is not None and self._now[:2] == (visitor, name)

    def _put(self, visitor: Visitor, name: str, **state: Any) -> None:
        work = read(visitor, name)
        if work is not None:
            for key, value in state.items():
                setattr(work, key, value)
            keep(visitor, work)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._ended:
                    self._changed.wait()
                if self._ended:
                    return
                visitor, name = self._waiting.pop(0)
                work = read(visitor, name)
                if work is None:
                    continue
                self._hand = Hand(kind=5)  # previews go first
                watched = _Watched(visitor, work)
                answer = self._hand.ask(task_of(visitor, work), watched.told)
                watched.answer = answer
                self._now = visitor, name, answer
            self._finish(visitor, work, answer, watched)

    def _finish(self, visitor: Visitor, work: Work, answer: Answer, watched: _Watched) -> None:
        work.state = RUNNING
        began = time.monotonic()
        try:
            with watched.writing:
                keep(visitor, work)
            answer.wait()
            work.state, work.left = DONE, None
        except Cancelled:
            work.state, work.left, work.error = STOPPED, None, watched.why
        except MarianaError as error:
            work.state, work.left, work.error = FAILED, None, str(error)
        work.took += time.monotonic() - began
        assert self._hand is not None
        self._hand.close()
        with self._changed:
            self._now = None
            while not self._ended:
                try:
                    keep(visitor, work)
                    return
                except OutputError:  # the others wait, too, until there is room for a few bytes
                    self._changed.wait(_BETWEEN)


class _Watched:
    """Writes down how far a work is, and stops it where it takes too much of the disk."""

    def __init__(self, visitor: Visitor, work: Work) -> None:
        self._visitor, self._work = visitor, work
        self._next = time.monotonic() + _BETWEEN
        self.answer: Answer | None = None
        self.why = ""
        self.writing = threading.Lock()  # two threads write a work down: what is older must not come last

    def told(self, said: Mapping[str, Any]) -> None:
        """Takes what the process says."""
        work = self._work
        work.notes = [*work.notes, *said.get("note", [])][-6:]
        work.total, work.unit = said.get("total", work.total), said.get("unit", work.unit)
        work.made = said.get("made", said.get("finished", work.made))
        work.left = said.get("left", work.left)
        work.seen += bool(said.get("seen"))
        if said.get("seen") or "note" in said:
            with self.writing:
                keep(self._visitor, work)
        if time.monotonic() >= self._next and self.answer is not None:
            self._next = time.monotonic() + _BETWEEN
            try:
                check_room(self._visitor)
            except OutputError as full:
                self.why = str(full)
                self.answer.stop()
