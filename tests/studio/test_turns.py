"""One render at a time; the others wait in order; whatever was broken off is found again."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mariana_video.errors import Cancelled, MarianaError, OutputError, UsageError
from mariana_video.studio import limits, turns
from mariana_video.studio.folders import Visitor, new_secret
from mariana_video.studio.turns import Turns
from mariana_video.studio.works import DONE, FAILED, RUNNING, STOPPED, WAITING, Work, all_of, begin, keep, read


class Played:
    """A process that does what the test says, in place of one that dreams."""

    asked: queue.Queue[Played]

    def __init__(self, kind: int = 0) -> None:
        self.kind, self._end = kind, queue.Queue[BaseException | None]()

    def ask(self, task: Mapping[str, Any], told: Callable[[Mapping[str, Any]], None]) -> Played:
        self.task, self.told = task, told
        Played.asked.put(self)
        return self

    def wait(self) -> None:
        ended = self._end.get()
        if ended is not None:
            raise ended

    def stop(self) -> None:
        self._end.put(Cancelled("stopped"))

    def through(self, error: str = "") -> None:
        self._end.put(MarianaError(error) if error else None)

    def close(self) -> None: ...


@pytest.fixture
def taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Turns]:
    Played.asked = queue.Queue()
    monkeypatch.setattr(turns, "Hand", Played)
    made = Turns(tmp_path)
    yield made
    threading.Thread(target=made.close, daemon=True).start()


def somebody(root: Path) -> Visitor:
    return Visitor.of(root, new_secret())


def asks(taken: Turns, visitor: Visitor, name: str = "film") -> Work:
    work = Work("video", name, "source/x/film.mp4", "dream.mp4")
    taken.begin(visitor, work, "")
    return work


def becomes(visitor: Visitor, work: Work, state: str) -> Work:
    for _ in range(200):
        found = read(visitor, work.id)
        if found is not None and found.state == state:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{read(visitor, work.id)} never became {state}")


def test_one_at_a_time_in_order(taken: Turns, tmp_path: Path) -> None:
    one, other = somebody(tmp_path), somebody(tmp_path)
    first, second, third = asks(taken, one), asks(taken, other), asks(taken, one)
    playing = Played.asked.get(timeout=5)
    becomes(one, first, RUNNING)
    assert (taken.before(other, second.id), taken.before(one, third.id)) == (1, 2)
    assert Played.asked.empty()
    playing.through()
    assert becomes(one, first, DONE).left is None
    Played.asked.get(timeout=5).through("the disk is full")
    assert becomes(other, second, FAILED).error == "the disk is full"
    Played.asked.get(timeout=5).through()
    becomes(one, third, DONE)


def test_what_is_made_is_written_down(taken: Turns, tmp_path: Path) -> None:
    one = somebody(tmp_path)
    work = asks(taken, one)
    playing = Played.asked.get(timeout=5)
    playing.told({"note": ["50 frames"], "total": 50, "unit": "frames", "finished": 10})
    playing.told({"made": 11, "total": 50, "left": 3.5, "seen": True})
    found = read(one, work.id)
    assert found is not None
    assert (found.made, found.total, found.unit, found.left, found.seen) == (11, 50, "frames", 3.5, 1)
    playing.through()


def test_stop_and_go_on(taken: Turns, tmp_path: Path) -> None:
    one = somebody(tmp_path)
    running, waiting = asks(taken, one), asks(taken, one)
    Played.asked.get(timeout=5)
    becomes(one, running, RUNNING)
    taken.stop(one, waiting.id)
    assert becomes(one, waiting, STOPPED)
    with pytest.raises(UsageError, match="stop it first"):
        taken.remove(one, running.id)
    taken.stop(one, running.id)
    stopped = becomes(one, running, STOPPED)
    taken.add(one, stopped)
    again = Played.asked.get(timeout=5)
    assert again.task["output"].endswith(f"{running.id}/dream.mp4")
    again.through()
    becomes(one, running, DONE)
    taken.remove(one, running.id)
    assert [work.id for work in all_of(one)] == [waiting.id]


def test_nobody_touches_anothers_work(taken: Turns, tmp_path: Path) -> None:
    one, other = somebody(tmp_path), somebody(tmp_path)
    work = asks(taken, one)
    playing = Played.asked.get(timeout=5)
    becomes(one, work, RUNNING)
    taken.stop(other, work.id)
    taken.remove(other, work.id)
    assert read(other, work.id) is None
    playing.through()
    becomes(one, work, DONE)


@pytest.mark.parametrize("state", [WAITING, RUNNING])
def test_after_a_kill_everything_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    monkeypatch.setattr(turns, "Hand", Played)
    one = somebody(tmp_path)
    work = begin(one, Work("video", "film", "source/x/film.mp4", "dream.mp4", state=state, made=7, total=50), "")
    Turns(tmp_path).close()
    found = read(one, work.id)
    assert found is not None
    assert (found.state, found.made) == (STOPPED, 7)
    assert "nothing is lost" in found.error


def test_nobody_fills_the_row_or_the_disk(taken: Turns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = somebody(tmp_path)
    works = [asks(taken, one) for _ in range(limits.WAITING)]
    with pytest.raises(UsageError, match="wait already"):
        asks(taken, one)
    assert len(all_of(one)) == limits.WAITING
    playing = Played.asked.get(timeout=5)
    becomes(one, works[0], RUNNING)
    monkeypatch.setattr(limits, "QUOTA", 10)
    monkeypatch.setattr(turns, "_BETWEEN", 0)
    playing.told({"made": 1})
    time.sleep(0.01)
    watched: Any = playing.told.__self__  # type: ignore[attr-defined]  # a bound method
    watched._next = 0
    playing.told({"made": 2})
    assert "remove a work" in becomes(one, works[0], STOPPED).error


def test_a_full_disk_does_not_end_the_row(taken: Turns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = somebody(tmp_path)
    first, second = asks(taken, one), asks(taken, one)
    playing = Played.asked.get(timeout=5)
    becomes(one, first, RUNNING)
    full = threading.Event()
    full.set()

    def full_disk(visitor: Visitor, work: Work) -> None:
        if full.is_set():
            raise OutputError("the disk is full")
        keep(visitor, work)

    monkeypatch.setattr(turns, "_BETWEEN", 0.02)
    monkeypatch.setattr(turns, "keep", full_disk)
    playing.through()
    time.sleep(0.1)
    assert Played.asked.empty()
    full.clear()
    becomes(one, first, DONE)
    Played.asked.get(timeout=5).through()
    becomes(one, second, DONE)
