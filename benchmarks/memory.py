"""The memory that the command takes, everything included, beside what it foretells.

    python benchmarks/memory.py
    python benchmarks/memory.py --networks vgg16 --widths 1920 3840
    python benchmarks/memory.py --kinds image --widths 8000 --memory 2GB   # on disk, part by part

Each picture and each film of three frames is dreamed with conv4_3, one step an octave, by a process of its own, whose
largest resident memory the system tells.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
SHAPE = 16, 9


def main(words: list[str]) -> None:
    """Runs the benchmark as the command line says; after --one, one command, whose foretold bytes are printed."""
    if words[:1] == ["--one"]:
        one(words[1:])
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--networks", nargs="+", default=["mariana", "vgg16"])
    parser.add_argument("--kinds", nargs="+", default=["image", "video"])
    parser.add_argument("--widths", nargs="+", type=int, default=[640, 1920, 3840])
    parser.add_argument("--memory", help="what each may take")
    options = parser.parse_args(words)
    print("| what | network | size | foretold, GB | taken, GB | taken over foretold |\n|---|---|---|---:|---:|---:|")
    for network in options.networks:
        for width in options.widths:
            for kind in options.kinds:
                print(row(kind, network, width, options.memory), flush=True)


def row(kind: str, network: str, width: int, memory: str | None) -> str:
    """One line of the table."""
    height = width * SHAPE[1] // SHAPE[0]
    more = [] if memory is None else ["--memory", memory]
    with tempfile.TemporaryDirectory() as folder:
        foretold, taken = taking(Path(folder), kind, network, (width, height), more)
    sizes = f"{width}x{height} | {foretold / 1e9:.2f} | {taken / 1e9:.2f}"
    return f"| {kind} | {network} | {sizes} | {taken / foretold:.2f} |"


def taking(folder: Path, kind: str, network: str, size: tuple[int, int], more: Sequence[str] = ()) -> tuple[int, int]:
    """Bytes foretold and taken for a picture or a film of `size` (width, height)."""
    source, output = _source(folder, kind, size), folder / ("out.png" if kind == "image" else "out.mp4")
    dream = ["--network", network, "--layers", "conv4_3", "--first-steps", "1", "--precision", "fp32", "--quiet"]
    words = [sys.executable, __file__, "--one", kind, str(source), str(output), *dream, *more]
    child = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    told = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(told.strip())
    return int(json.loads(told.splitlines()[-1])), usage.ru_maxrss * 1024


def one(words: list[str]) -> None:
    """Runs the command, as it is started in a terminal, and prints what it foretells."""
    from mariana_video.cli.terminal.process import leave, set_up

    set_up()
    from mariana_video.cli.app import run
    from mariana_video.loop import footprint
    from mariana_video.poster import needs

    whole, parted = list[int](), list[int]()

    def noting(needed: Callable[..., int], found: list[int]) -> Callable[..., int]:
        def foretold(*given: Any, **named: Any) -> int:
            found.append(needed(*given, **named))
            return found[-1]

        return foretold

    with (
        patch.object(footprint, "memory_needed", noting(footprint.memory_needed, whole)),
        patch.object(needs, "large_memory_needed", noting(needs.large_memory_needed, parted)),
    ):
        code = run(words)
    print(json.dumps(max(parted or whole)), file=sys.stderr)
    sys.exit(leave(code))


def _source(folder: Path, kind: str, size: tuple[int, int]) -> Path:
    from imageio_ffmpeg import get_ffmpeg_exe

    source, made = (
        (SAMPLES / "chelsea.png", folder / "in.png") if kind == "image" else (SAMPLES / "bunny.mp4", folder / "in.mp4")
    )
    frames = "1" if kind == "image" else "3"
    scale = f"scale={size[0]}:{size[1]}"
    words = [get_ffmpeg_exe(), "-v", "error", "-i", str(source), "-frames:v", frames, "-vf", scale, str(made)]
    subprocess.run(words, check=True)
    return made


if __name__ == "__main__":
    main(sys.argv[1:])
