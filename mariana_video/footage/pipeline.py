"""Everything beside everything: decoding, motion and encoding run in threads of their own, with short queues between.

libav, OpenCV and torch release Python's lock while they work, so threads are enough. Queues are bounded: a film of any
length needs the memory of a few frames.
"""

from __future__ import annotations

import contextlib
import math
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from mariana_video.footage.waiting import waiting_asleep

T = TypeVar("T")
_QUEUED = 3
_LARGE = 1_200_000  # pixels of a frame that takes so much room, and so long to dream, that one waiting is enough
_NICE = 15  # of 19: the least priority
_PATIENCE = 0.1  # seconds between looks whether the other side is still there


@dataclass(frozen=True)
class _Failure:
    error: BaseException


_END = object()


def _stand_back() -> None:
    """Lets this thread, and those it starts, run where the dreaming leaves a core idle.

    A gradient's threads wait for each other after every layer: one that loses its core for a while holds up all. These
    threads have queues to fill and lose nothing by waiting. Only Linux has priorities for single threads.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def most_waiting(size: tuple[int, int]) -> int:
    """How many frames of `size` (width, height) may wait from one thread to the next."""
    return 1 if math.prod(size) > _LARGE else _QUEUED


@contextmanager
def ahead(items: Iterable[T], depth: int) -> Iterator[Iterator[T]]:
    """`items`, computed in a thread of their own up to `depth` ahead of who takes them.

    An error in the thread is raised where the items are taken. On leaving, the thread is stopped and waited for, so
    that no decoder outlives its film.
    """
    channel: queue.Queue[object] = queue.Queue(depth)
    stop = threading.Event()

    def work() -> None:
        _stand_back()
        try:
            for item in items:
                if not _put(channel, item, stop):
                    break
            else:
                _put(channel, _END, stop)
        except BaseException as error:  # handed on, whatever it is: a silent thread would hang the film
            _put(channel, _Failure(error), stop)
        finally:
            close = getattr(items, "close", None)
            if close is not None:
                close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield _taken(channel)
    finally:
        stop.set()
        thread.join()


def _put(channel: queue.Queue[object], item: object, stop: threading.Event) -> bool:
    """Puts `item`, waiting for room; False where the other side has gone."""
    while not stop.is_set():
        try:
            channel.put(item, timeout=_PATIENCE)
            return True
        except queue.Full:
            continue
    return False


def _taken(channel: queue.Queue[object]) -> Iterator[T]:
    while (item := channel.get()) is not _END:
        if isinstance(item, _Failure):
            raise item.error
        yield item  # type: ignore[misc]


@contextmanager
def sink(use: Callable[[T], None], depth: int) -> Iterator[Callable[[T], None]]:
    """A function that hands items to `use` in a thread of its own, at most `depth` behind.

    What `use` raises is raised at the next item or on leaving. On leaving after an error elsewhere, the items that were
    handed over are still used: what is finished is not lost. Torch's threads leave it the cores while they wait.
    """
    channel: queue.Queue[object] = queue.Queue(depth)
    failed: list[BaseException] = []

    def work() -> None:
        _stand_back()
        while (item := channel.get()) is not _END:
            if not failed:
                try:
                    use(item)  # type: ignore[arg-type]  # only items of T are put
                except BaseException as error:  # handed on, whatever it is
                    failed.append(error)

    def put(item: T) -> None:
        if failed:
            raise failed[0]
        channel.put(item)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        with waiting_asleep():
            yield put
    finally:
        channel.put(_END)
        thread.join()
    if failed:
        raise failed[0]
