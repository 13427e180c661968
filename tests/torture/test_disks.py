"""Disks that fill up or can't be written: one line, nothing half-made, and with room again the job goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.job.jobs import part, seen
from tests.torture.children import Moment, run
from tests.torture.conftest import Words
from tests.torture.table import TABLE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no small disk can be made on Windows")

PHASES = {
    "when the job begins": Moment("mariana_video.job.job:write_whole"),
    "in the first frame": Moment("mariana_video.media.write.frame_log:append", 1),
    "in a frame": Moment("mariana_video.media.write.frame_log:append", 12),
    "in a checkpoint": Moment("mariana_video.job.checkpoint:write_whole", 10),
    "in encoding": Moment("mariana_video.media.write.segment:SegmentEncoder.finish", 2),
    "in joining": Moment("mariana_video.media.write.join:_timed"),
    "in the last rename": Moment("mariana_video.job.output_paths:write_whole"),
}


@pytest.mark.long
@pytest.mark.parametrize("phase", PHASES)
def test_a_full_disk(tmp_path: Path, small_disk: Path, words: Words, phase: str) -> None:
    folder, log = small_disk / "films", tmp_path / "log"
    folder.mkdir()
    reference = tmp_path / "whole.mp4"
    assert run(words(reference), log) == 0
    output, moment = folder / "film.mp4", PHASES[phase]
    code = run(words(output), log, Moment(moment.place, moment.call, deed="fill", where=str(small_disk)))
    told = log.read_text()
    (small_disk / "ballast").unlink()
    assert "Traceback" not in told
    if code:  # what a file system has set aside may still be enough for a small last step
        assert code == 1
        assert "the disk is full" in told
        assert not output.exists()
        assert run(words(output), log) == 0, log.read_text()
    assert seen(output) == seen(reference)
    assert list(folder.iterdir()) == [output]
    TABLE.add("Disks", f"disk full {phase}", "one line; with room again, the same film" if code else "the same film")


def test_too_little_room_is_foretold(tmp_path: Path, small_disk: Path, words: Words) -> None:
    log = tmp_path / "log"
    assert run(words(small_disk / "film.mp4", "--size", "2000x1500"), log) == 1
    assert "needs about" in log.read_text()
    assert list(small_disk.iterdir()) == []
    TABLE.add("Disks", "too little room from the start", "one line before the work, nothing written")


def test_a_disk_that_is_read_only(tmp_path: Path, small_disk: Path, words: Words) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    log = tmp_path / "log"
    assert run(words(small_disk / "film.mp4"), log) == 1
    assert "read-only" in log.read_text()
    TABLE.add("Disks", "a read-only disk", "one line before the work")


@pytest.mark.long
def test_a_disk_that_becomes_read_only(tmp_path: Path, small_disk: Path, words: Words) -> None:
    """As disks do when they are about to die."""
    from tests.torture.children import begin, until

    log, output = tmp_path / "log", small_disk / "film.mp4"
    process = begin(words(output), log)
    until(lambda: (part(output) / "000001.frames").exists(), process)
    process.kill()
    process.join()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert run(words(output), log) == 1
    assert "Traceback" not in log.read_text()
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert run(words(output), log) == 0
    TABLE.add("Disks", "a disk that becomes read-only half-way", "one line; writable again, the job goes on")
