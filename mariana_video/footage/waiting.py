"""How torch's threads wait while a film is made: asleep, so that decoding, flow and encoding have the cores.

OpenMP's threads spin while they wait for work, and each film's other threads then wait for them: nine frames took five
times as long. The command says OMP_WAIT_POLICY=PASSIVE before torch is loaded; a host that calls the library has loaded
it long since, and its environment is its own. So it is said here for as long as a film is made, and taken back.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from mariana_video.errors import DreamError

_PARALLEL = 1 << 17  # numbers that torch shares out among its threads, rather than adding them up in one
_mine = threading.local()  # `used`: torch has threads that wait for this one; `lost`: they were left behind by a fork


@contextmanager
def waiting_asleep() -> Iterator[None]:
    """For its time, threads that torch has started for this one sleep while they wait.

    Raises DreamError in a process forked off one that has dreamed: its threads are gone, and torch would wait for them
    without end.
    """
    if getattr(_mine, "lost", False):
        raise DreamError(
            "this process was forked off one that had dreamed already, and torch's threads don't come along: "
            'start it by multiprocessing.get_context("spawn")'
        )
    _mine.used = True
    openmp = _openmp()
    if openmp is not None and hasattr(openmp, "kmp_set_blocktime"):
        with _at_once(openmp):
            yield
    elif openmp is not None and hasattr(openmp, "omp_set_num_threads") and torch.get_num_threads() > 1:
        with _crowded(openmp):
            yield
    else:
        yield


@contextmanager
def _at_once(openmp: ctypes.CDLL) -> Iterator[None]:
    """Intel's and LLVM's OpenMP (torch's for Windows and macOS) are asked: a setting of the thread that computes."""
    before = openmp.kmp_get_blocktime()
    openmp.kmp_set_blocktime(0)
    try:
        yield
    finally:
        openmp.kmp_set_blocktime(before)


@contextmanager
def _crowded(openmp: ctypes.CDLL) -> Iterator[None]:
    """GNU's OpenMP (torch's for Linux) reads its settings once, as it is loaded.

    But it all but stops spinning while there are more OpenMP threads than cores (GOMP_SPINCOUNT in its manual). So one
    thread more than there are cores is kept, which does nothing.
    """
    there, over = threading.Event(), threading.Event()
    missing = max(1, openmp.omp_get_num_procs() + 1 - torch.get_num_threads())

    def crowd() -> None:
        try:
            torch.get_num_threads()  # torch first: asked in a new thread, it sets that thread's number
            openmp.omp_set_num_threads(missing + 1)  # of this thread alone, itself included
            torch.zeros(_PARALLEL, device="cpu").add_(1)
        finally:
            there.set()
        over.wait()

    thread = threading.Thread(target=crowd, daemon=True)
    thread.start()
    there.wait()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _openmp() -> ctypes.CDLL | None:
    """The OpenMP that torch has loaded with itself, if it is one that can be spoken to."""
    try:
        return ctypes.CDLL("libiomp5md" if sys.platform == "win32" else None)
    except OSError:
        return None


def _after_fork() -> None:
    if getattr(_mine, "used", False):
        _mine.lost = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
