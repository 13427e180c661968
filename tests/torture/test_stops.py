"""Killed, interrupted, terminated at any moment: the same command goes on and gives the same film."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.job.jobs import Seen, part, seen
from tests.torture.children import Moment, begin, killed_after, run, until
from tests.torture.conftest import Words
from tests.torture.table import TABLE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are not killed this way on Windows")

MOMENTS = [
    Moment("mariana_video.footage.plan:make_plan"),
    Moment("mariana_video.job.job:write_whole"),
    Moment("mariana_video.job.job:write_whole", after=True),
    Moment("mariana_video.footage.reading:read", after=True),
    Moment("mariana_video.footage.film:_moment", 5),
    Moment("mariana_video.footage.film:to_array", 11, after=True),
    Moment("mariana_video.media.write.frame_log:append", 13),
    Moment("mariana_video.media.write.frame_log:append", 13, after=True),
    Moment("mariana_video.media.write.segment:SegmentEncoder.add", 12),
    Moment("mariana_video.job.checkpoint:write_whole", 7),
    Moment("mariana_video.media.files:sync", 9),
    Moment("mariana_video.media.files:put", 6),
    Moment("mariana_video.media.files:put", 6, after=True),
    Moment("mariana_video.media.write.segment:SegmentEncoder.finish", 2),
    Moment("mariana_video.job.stores.segments:put", 3),
    Moment("mariana_video.job.stores.segments:put", 3, after=True),
    Moment("mariana_video.job.stores.segments:ending", 9),
    Moment("mariana_video.media.write.join:_timed"),
    Moment("mariana_video.media.write.join:packets", 3),
    Moment("mariana_video.media.write.join:check"),
    Moment("mariana_video.job.output_paths:commit"),
    Moment("mariana_video.job.output_paths:commit", after=True),
    Moment("mariana_video.job.job:clear"),
]


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, words: Words) -> tuple[Seen, float]:
    """The film made in one go, and how many seconds that took."""
    folder = tmp_path_factory.mktemp("whole")
    assert run(words(folder / "warm.mp4"), folder / "log") == 0, (folder / "log").read_text()
    began = time.monotonic()
    assert run(words(folder / "film.mp4"), folder / "log") == 0
    return seen(folder / "film.mp4"), time.monotonic() - began


def finished(output: Path, command: list[str], log: Path) -> str:
    """Runs the same command to the end; what it said."""
    assert run(command, log) == 0, log.read_text()
    assert sorted(path.name for path in output.parent.iterdir()) == sorted([output.name, log.name])
    return log.read_text()


def stopped_often(tmp_path: Path, words: Words, whole: tuple[Seen, float], times: int, number: int, seed: int) -> int:
    """One film, stopped at `times` random moments, or more than one where it is sooner done; how many films it was."""
    output, log = tmp_path / "film.mp4", tmp_path / "log"
    chance = random.Random(seed)
    count, films = 0, 1
    while count < times:
        code = killed_after(chance.uniform(0, 1.3 * whole[1]) / (1 + times / 8), words(output), log, number)
        if code == 0:
            assert seen(output) == whole[0]
            output.unlink()
            films += 1
            continue
        assert code in (-number, 130), log.read_text()  # a signal before the command's first line kills outright
        assert not output.exists() or part(output).exists()
        count += 1
    finished(output, words(output), log) if not output.exists() else None
    assert seen(output) == whole[0]
    return films


@pytest.mark.long
def test_killed_at_three_random_moments(tmp_path: Path, words: Words, whole: tuple[Seen, float]) -> None:
    stopped_often(tmp_path, words, whole, 3, signal.SIGKILL, seed=1)


@pytest.mark.long
@pytest.mark.parametrize(
    ("number", "seed"),
    [(signal.SIGKILL, 0), (signal.SIGKILL, 1), (signal.SIGINT, 2), (signal.SIGTERM, 3)],
    ids=["SIGKILL", "SIGKILL again", "SIGINT", "SIGTERM"],
)
def test_stopped_at_random_moments(
    tmp_path: Path, words: Words, whole: tuple[Seen, float], number: signal.Signals, seed: int
) -> None:
    films = stopped_often(tmp_path, words, whole, 20, number, seed)
    TABLE.add(
        "Stopped",
        f"{number.name} at random moments: one job" + ("" if films == 1 else ", and another when it was done"),
        "the same film",
        20,
    )


@pytest.mark.long
@pytest.mark.parametrize("moment", [MOMENTS[11]], ids=str)
def test_killed_at_a_bad_moment(tmp_path: Path, words: Words, whole: tuple[Seen, float], moment: Moment) -> None:
    output, log = tmp_path / "film.mp4", tmp_path / "log"
    assert run(words(output), log, moment) == -signal.SIGKILL, log.read_text()
    finished(output, words(output), log)
    assert seen(output) == whole[0]


@pytest.mark.long
@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_killed_at_every_bad_moment(tmp_path: Path, words: Words, whole: tuple[Seen, float], moment: Moment) -> None:
    test_killed_at_a_bad_moment(tmp_path, words, whole, moment)
    TABLE.add("Stopped", f"killed {moment}", "the same film")


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)], ids=["SIGTERM", "SIGINT"]
)
def test_a_stop_is_told_and_loses_nothing(
    tmp_path: Path, words: Words, whole: tuple[Seen, float], number: signal.Signals
) -> None:
    output, log = tmp_path / "film.mp4", tmp_path / "log"
    process = begin(words(output), log)
    until(lambda: (part(output) / "000001.packets").exists(), process)
    assert process.pid
    os.kill(process.pid, number)
    process.join(60)
    assert process.exitcode == 130
    assert "the same command goes on" in log.read_text()
    assert "continuing from frame" in finished(output, words(output), log)
    assert seen(output) == whole[0]


def test_a_dead_process_keeps_no_lock_and_a_living_one_does(tmp_path: Path, words: Words) -> None:
    output, log, second = tmp_path / "film.mp4", tmp_path / "log", tmp_path / "second"
    process = begin(words(output), log)
    until(lambda: (part(output) / "000000.frames").exists(), process)
    assert run(words(output), second) == 1
    assert "another run" in second.read_text()
    process.kill()
    process.join()
    second.unlink()
    finished(output, words(output), log)


@pytest.mark.long
def test_two_films_of_one_source_at_once(tmp_path: Path, words: Words, whole: tuple[Seen, float]) -> None:
    outputs = [tmp_path / "one.mp4", tmp_path / "two.mp4"]
    running = [begin(words(output), tmp_path / f"{output.stem}.log") for output in outputs]
    for process in running:
        process.join(120)
        assert process.exitcode == 0
    assert [seen(output) for output in outputs] == [whole[0]] * 2
    TABLE.add("Stopped", "two films of one source at once", "both are the same film")
