"""The page's end of a process of its own: started when it is needed, asked, stopped, begun anew where it broke down."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from mariana_video.errors import Cancelled, DreamError, MarianaError

Told = Callable[[Mapping[str, Any]], None]
_GRACE = 20.0  # seconds for what is being written when it is closed


class Hand:
    """A process that does one task after the other. `kind` is how much it stands back for others (0 to 19)."""

    def __init__(self, kind: int = 0) -> None:
        self._kind, self._numbers = kind, count(1)
        self._process: subprocess.Popen[str] | None = None
        self._answers: dict[int, queue.Queue[dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def ask(self, task: Mapping[str, Any], told: Told = lambda said: None, seconds: float | None = None) -> Answer:
        """Asks for a task, and gives what will come of it; `told` is called with what is said meanwhile."""
        with self._lock:
            process = self._running()
            number = next(self._numbers)
            answers = self._answers[number] = queue.Queue()
            self._say({"number": number, **task})
        return Answer(self, number, answers, told, seconds, process.pid)

    def stop(self, number: int) -> None:
        """Stops a task, if it is not done yet."""
        with self._lock:
            if self._process is not None:
                self._say({"stop": number})

    def close(self) -> None:
        """Stops everything, and waits for it to be written."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            try:
                process.stdin.close()
                process.wait(_GRACE)
            except (OSError, subprocess.TimeoutExpired):
                process.kill()

    def kill(self) -> None:
        """Ends a process that doesn't answer."""
        if self._process is not None:
            self._process.kill()

    def _say(self, line: Mapping[str, Any]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(line) + "\n")
            self._process.stdin.flush()
        except OSError:  # it ended; whoever waits is told so by its reader
            pass

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            words = [sys.executable, "-W", "ignore", "-m", "mariana_video.studio.child"]
            self._answers = {}  # whoever waits for the former one is told by its own reader
            root = str(Path(__file__).parents[2])
            path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
            usual = {"OMP_WAIT_POLICY": "PASSIVE", "TORCH_CPP_LOG_LEVEL": "ERROR", "SVT_LOG": "1"}
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                env={**usual, **os.environ, "PYTHONPATH": path},
                start_new_session=True,  # Ctrl-C is for the page, which then stops it in good order
            )
            if self._kind and hasattr(os, "setpriority"):
                os.setpriority(os.PRIO_PROCESS, self._process.pid, self._kind)
            threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()
        return self._process

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        mine = self._answers
        for line in process.stdout:
            said = json.loads(line)
            answers = mine.get(said["number"])
            if answers is not None:
                answers.put(said)
        process.wait()
        with self._lock:
            waiting = list(mine.values())
        for answers in waiting:
            answers.put({"error": "its process ended before it was done (not enough memory?); try again"})

    def forget(self, number: int) -> None:
        """What is said of a task is of no interest any more."""
        self._answers.pop(number, None)


def ask_alone(task: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """What comes of a task in a process of its own, which stands back and ends with it. Raises MarianaError."""
    hand = Hand(kind=5)
    try:
        return hand.ask(task, seconds=seconds).wait()
    finally:
        hand.close()


class Answer:
    """What comes of a task that was asked for."""

    def __init__(
        self, hand: Hand, number: int, answers: queue.Queue[dict[str, Any]], told: Told, seconds: float | None, pid: int
    ) -> None:
        self._hand, self._number, self._answers, self._told, self._seconds = hand, number, answers, told, seconds
        self.pid, self._begun = pid, False

    def stop(self) -> None:
        """Asks it to stop: `wait` then raises Cancelled."""
        self._hand.stop(self._number)

    def wait(self) -> dict[str, Any]:
        """What it comes to. Raises MarianaError with the command line's sentence, Cancelled after `stop`.

        A task that says nothing for longer than it may, from when it was begun, is ended, and its process with it.
        """
        try:
            while True:
                said = self._next()
                if "error" in said:
                    raise Cancelled(said["error"]) if said.get("stopped") else MarianaError(said["error"])
                if "done" in said:
                    done: dict[str, Any] = said["done"]
                    return done
                self._told(said)
        finally:
            self._hand.forget(self._number)

    def _next(self) -> dict[str, Any]:
        try:
            said = self._answers.get(timeout=self._seconds if self._begun else None)
            self._begun = True
            return said
        except queue.Empty:
            self._hand.kill()
            raise DreamError(f"it took longer than {self._seconds:g} seconds, and was ended") from None
