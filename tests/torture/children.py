"""The command in processes of its own, which die as told. They are forked off a server that has everything loaded."""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

_SERVER = multiprocessing.get_context("forkserver") if sys.platform != "win32" else None


@dataclass(frozen=True)
class Moment:
    """The `call`-th call of a function named `module:name`, before or `after` which something happens.

    `deed`: "die" (SIGKILL), "fill" (a file takes all the room that the disk of `where` has left).
    """

    place: str
    call: int = 1
    after: bool = False
    deed: str = "die"
    where: str = ""

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} {self.place.split(':')[1].lstrip('_')} {self.call}"


def begin(words: list[str], log: Path, moment: Moment | None = None) -> BaseProcess:
    """Starts `mariana WORDS`; what it says goes to `log`. Parts have 8 frames, every frame is a checkpoint."""
    assert _SERVER is not None
    _SERVER.set_forkserver_preload(["tests.torture.loaded"])
    process = _SERVER.Process(target=_child, args=(words, str(log), moment), daemon=True)
    process.start()
    return process


def run(words: list[str], log: Path, moment: Moment | None = None, *, patience: float = 120) -> int:
    """Runs it to its end: the exit code, negative for the signal that ended it."""
    process = begin(words, log, moment)
    process.join(patience)
    if process.is_alive():
        process.kill()
        raise AssertionError(f"mariana {' '.join(words)} hangs; it said: {log.read_text()}")
    code = process.exitcode
    assert code is not None
    return code


def killed_after(seconds: float, words: list[str], log: Path, number: int = signal.SIGKILL) -> int:
    """Sends a signal after some seconds; the exit code (0 if it had finished by then)."""
    process = begin(words, log)
    process.join(seconds)
    if process.pid is not None and process.is_alive():
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
    process.join(60)
    code = process.exitcode
    if code is None:
        process.kill()
        raise AssertionError(f"mariana {' '.join(words)} hangs {seconds:.2f} s after its start; {log.read_text()}")
    return code


def until(there: Callable[[], bool], process: BaseProcess, patience: float = 60) -> None:
    """Waits for something, or for the process to end."""
    end = time.monotonic() + patience
    while not there() and process.is_alive() and time.monotonic() < end:
        time.sleep(0.01)


def _child(words: list[str], log: str, moment: Moment | None) -> None:
    from mariana_video.cli.app import run as command
    from mariana_video.job import job
    from mariana_video.job.stores import segments

    stops = (signal.SIGINT, signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)  # until the command itself has begun
    signal.signal(signal.SIGINT, signal.default_int_handler)
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.fsync = lambda _: None  # a killed process loses nothing that it wrote; only the power's failing would
    segments.LONGEST = 8
    job._EVERY = 0.0
    if moment is not None:
        _arm(moment)
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)
        code = command(words)
    except KeyboardInterrupt:  # just before its first line
        code = 130
    sys.stderr.flush()
    os._exit(code)


def _arm(moment: Moment) -> None:
    """Replaces the function by one that counts its calls and does the deed at the right one."""
    module, name = moment.place.split(":")
    *owners, last = name.split(".")
    owner: Any = importlib.import_module(module)
    for inner in owners:
        owner = getattr(owner, inner)
    true = getattr(owner, last)
    calls = 0

    def counted(*args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == moment.call and not moment.after:
            _do(moment)
        result = true(*args, **more)
        if calls == moment.call and moment.after:
            _do(moment)
        return result

    setattr(owner, last, counted)


def _do(moment: Moment) -> None:
    if moment.deed == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    with (Path(moment.where) / "ballast").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (1 << 16, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
