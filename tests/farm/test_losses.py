"""Whatever is lost on the way, a farm's film is the one made on one machine, byte for byte; or it is told in a line."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import pytest

from tests.farm.conftest import CHAPTER, TABLE, look
from tests.farm.grounds import Grounds, dreaming, ended, kill, until

pytestmark = pytest.mark.farm
SLOW = look(12)
SAME = "the same film, byte for byte"


@pytest.fixture(scope="module")
def slow(grounds: Grounds) -> bytes:
    """The film that the tests make, by this machine alone; two machines then join."""
    code, told = grounds.run("video", "clip.mp4", "slow.mp4", *SLOW)
    assert code == 0, told
    for name in ("first", "second"):
        grounds.node(name)
    return (grounds.folder / "slow.mp4").read_bytes()


def parts(folder: Path) -> dict[str, int]:
    """The finished parts in a job's folder, with their inodes."""
    return {path.name: path.stat().st_ino for path in folder.glob("*.packets")}


def at_work(grounds: Grounds, job: str, item: str) -> int:
    """The process that makes an item of a job, by its lock; 0 where none does."""
    locks = grounds.folder.glob(f"*/mariana-farm-*/*/items/{item}/{job}/lock")
    return int(next((lock.read_text() for lock in locks), "") or 0)


def check(grounds: Grounds, name: str, slow: bytes, done: str) -> None:
    assert (grounds.folder / name).read_bytes() == slow
    assert not (grounds.folder / f"{name}.mariana").exists()
    TABLE.add(CHAPTER, done, SAME)


def test_a_worker_killed_in_mid_shot(grounds: Grounds, slow: bytes) -> None:
    running = grounds.begin("video", "clip.mp4", "killed.mp4", *SLOW, "--farm", "auto")
    until(lambda: list(grounds.folder.glob("*/mariana-farm-*/*/items/*/*/*.frames")), "a shot under way", running)
    kill(dreaming(grounds.folder)[0])
    code, told = ended(running)
    assert code == 0, told
    assert "raylet" not in told
    check(grounds, "killed.mp4", slow, "a worker killed in mid-shot")


def test_a_node_lost(grounds: Grounds, slow: bytes) -> None:
    third = grounds.node("third")
    running = grounds.begin("video", "clip.mp4", "lost.mp4", *SLOW, "--farm", "auto")
    until(lambda: list(grounds.folder.glob("third/mariana-farm-*/*/items/*/*/*.frames")), "a shot under way", running)
    grounds.cluster.remove_node(third, allow_graceful=False)
    code, told = ended(running)
    assert code == 0, told
    check(grounds, "lost.mp4", slow, "a machine lost in mid-shot")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_the_command_stopped_and_started_again(grounds: Grounds, slow: bytes, how: signal.Signals) -> None:
    name = f"stopped-{how.name}.mp4"
    folder = grounds.folder / f"{name}.mariana"
    running = grounds.begin("video", "clip.mp4", name, *SLOW, "--farm", "auto")
    until(lambda: parts(folder), "a shot that has come in", running)
    running.send_signal(how)
    code, told = ended(running)
    until(lambda: not dreaming(grounds.folder), "no worker goes on")
    kept = parts(folder)
    assert kept
    if how is signal.SIGINT:
        assert code == 130
        assert "nothing is lost: the same command goes on" in told
        TABLE.add(CHAPTER, "Ctrl-C", "one line; no worker goes on, no shot is lost")
    again = grounds.begin("video", "clip.mp4", name, *SLOW, "--farm", "auto")
    until(lambda: len(parts(folder)) > len(kept) or again.poll() is not None, "a further shot")
    assert kept.items() <= parts(folder).items() or again.poll() == 0
    assert ended(again)[0] == 0
    check(grounds, name, slow, f"the command ended by {how.name} and started again: finished shots stay")


def test_begun_by_a_farm_and_ended_by_one_machine(grounds: Grounds, slow: bytes) -> None:
    folder = grounds.folder / "both.mp4.mariana"
    running = grounds.begin("video", "clip.mp4", "both.mp4", *SLOW, "--farm", "auto")
    until(lambda: parts(folder), "a shot that has come in", running)
    running.send_signal(signal.SIGINT)
    ended(running)
    assert grounds.run("video", "clip.mp4", "both.mp4", *SLOW)[0] == 0
    check(grounds, "both.mp4", slow, "begun by a farm, ended by one machine")


def test_the_head_gone(grounds: Grounds, slow: bytes) -> None:
    """The last test of this farm. Who makes the longest shot is held, so that the film isn't through before."""
    folder = grounds.folder / "gone.mp4.mariana"
    running = grounds.begin("video", "clip.mp4", "gone.mp4", *SLOW, "--farm", "auto")
    until(lambda: at_work(grounds, folder.name, "shot 1"), "the longest shot under way", running)
    held = at_work(grounds, folder.name, "shot 1")
    os.kill(held, signal.SIGSTOP)
    until(lambda: parts(folder), "a shot that has come in", running)
    grounds.cluster.head_node.kill_gcs_server()
    code, told = ended(running)
    with contextlib.suppress(ProcessLookupError):  # Ray may have ended it
        kill(held)
    assert code == 1
    line = told.strip().splitlines()[-1]
    assert line == "mariana: the head of --farm auto is gone; what has come in is kept, and the same command goes on"
    assert parts(folder)
    assert grounds.run("video", "clip.mp4", "gone.mp4", *SLOW, "--farm", "local:2")[0] == 0
    TABLE.add(CHAPTER, "the head gone", "one line within half a minute; no shot is lost")
    check(grounds, "gone.mp4", slow, "the head gone, and the film ended by another farm")
