"""Dives, progressions and animations are jobs like films: killed, they go on to the same result."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mariana_video.media.ffmpeg import program
from mariana_video.media.stills.pictures import write_picture
from tests.conftest import texture
from tests.job.jobs import seen
from tests.torture.children import killed_after, run
from tests.torture.conftest import Words
from tests.torture.table import TABLE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are not killed this way on Windows")

KILLED = 10
COMMANDS = {
    "zoom": ["--duration", "2", "--rate", "12", "--zoom", "1.5", "--rotate", "10"],
    "zoom, a loop": ["--duration", "2", "--rate", "12", "--zoom", "2", "--loop", "source"],
    "progress": ["--steps", "12", "--every", "1", "--rate", "12", "--label"],
    "progress, side by side": ["--steps", "8", "--every", "1", "--columns", "seed=1,2", "--plot", "plot.csv"],
}


@pytest.mark.long
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("ending", [".mp4", ".gif"])
def test_killed_at_random_moments(
    tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch, name: str, ending: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_picture(tmp_path / "picture.png", texture(48, 64))
    log = tmp_path / "log"

    def command(output: Path) -> list[str]:
        shared = ["--network", str(weights), "--precision", "fp32", "--overwrite"]
        return [name.split(",")[0], str(tmp_path / "picture.png"), str(output), *COMMANDS[name], *shared]

    began = time.monotonic()
    assert run(command(tmp_path / f"whole{ending}"), log) == 0, log.read_text()
    seconds, chance, count = time.monotonic() - began, random.Random(5), 0
    plot = (tmp_path / "plot.csv").read_bytes() if "--plot" in COMMANDS[name] else b""
    output, film = tmp_path / f"film{ending}", seen(tmp_path / f"whole{ending}")
    while count < KILLED:
        if killed_after(chance.uniform(0, 0.6 * seconds), command(output), log, signal.SIGKILL) == 0:
            assert seen(output) == film  # it was quicker, in spite of what came before: another one
            output.unlink()
        else:
            count += 1
    assert run(command(output), log) == 0, log.read_text()
    assert seen(output) == film
    if plot:
        assert run(command(output), log) == 0
        assert (tmp_path / "plot.csv").read_bytes() == plot
    TABLE.add("Stopped", f"SIGKILL at random moments: {name}, to {ending}", "the same film", count)


@pytest.mark.long
def test_a_sheet_is_killed_at_random_moments(tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_picture(tmp_path / "picture.png", texture(96, 128))
    log = tmp_path / "log"

    def command(output: Path) -> list[str]:
        return ["layers", str(weights), str(output), "--sheet", "picture.png", "--precision", "fp32", "--overwrite"]

    began = time.monotonic()
    whole, output = tmp_path / "whole.png", tmp_path / "sheet.png"
    assert run(command(whole), log) == 0, log.read_text()
    seconds, chance, count = time.monotonic() - began, random.Random(6), 0
    while count < KILLED:
        if killed_after(chance.uniform(0, 0.6 * seconds), command(output), log, signal.SIGKILL) == 0:
            assert output.read_bytes() == whole.read_bytes()  # it was quicker, in spite of what came before
            output.unlink()
        else:
            count += 1
    assert run(command(output), log) == 0, log.read_text()
    assert output.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "picture.png", "sheet.png", "whole.png"]
    TABLE.add("Stopped", "SIGKILL at random moments: layers, a sheet", "the same sheet", count)


@pytest.mark.long
@pytest.mark.parametrize("ending", [".gif", ".webp"])
def test_the_ffmpeg_program_is_killed(tmp_path: Path, words: Words, ending: str) -> None:
    output, whole = tmp_path / f"film{ending}", tmp_path / f"whole{ending}"
    mortal, dead = tmp_path / "ffmpeg", tmp_path / "dead"
    # It is itself but once: where it is to write the animation, it is killed.
    mortal.write_text(
        f'#!/bin/sh\ncase "$*" in *{ending}) test -e "{dead}" || {{ touch "{dead}"; kill -9 $$; }};; esac\n'
        f'exec "{program()}" "$@"\n'
    )
    mortal.chmod(0o755)

    def made(output: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mariana_video", *words(output)]
        environment = {**os.environ, "IMAGEIO_FFMPEG_EXE": str(mortal)}
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    done = made(output)
    assert (done.returncode, dead.exists(), output.exists()) == (1, True, False)
    assert "ffmpeg was ended by signal 9" in done.stderr
    assert "Traceback" not in done.stderr
    for path in (output, whole):
        done = made(path)
        assert done.returncode == 0, done.stderr
    assert output.read_bytes() == whole.read_bytes()
    TABLE.add("Stopped", f"the ffmpeg program killed as it writes a {ending[1:].upper()}", "told; then the same film")
