"""A command that is stopped ends, whatever it hangs in."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

HANGING = """
import threading
from mariana_video.cli import app

app._GRACE = 0.3

def hang() -> None:
    lock = threading.Lock()
    lock.acquire()
    try:
        print("on", flush=True)
        threading.Event().wait()
    finally:
        lock.acquire()

app.app.command(hang)
app.run(["hang"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_hangs_while_it_tidies_up_is_ended(number: signal.Signals) -> None:
    command = subprocess.Popen([sys.executable, "-c", HANGING], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert command.stdout is not None
    assert command.stdout.readline() == b"on\n"
    command.send_signal(number)
    try:
        _, told = command.communicate(timeout=20)
    finally:
        command.kill()
    assert command.returncode == 130
    assert told.decode().splitlines() == ["mariana: stopped; the same command goes on"]
