"""The same film by the command, from Python, and by worker processes: seconds beside the command's.

    python benchmarks/python_call.py

Nine frames of the sample are dreamed by each in turn, `--times` rounds of it, and the least of each counts: a machine
that others use only ever adds. Loading is part of it, as it is for the command. "torch at work before" is a host that
has loaded torch and computed with it: its threads are there already when the library is called.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "samples" / "bunny.mp4"
_FRAMES = 0.36  # seconds: nine frames
_CALL = "mariana_video.video({source!r}, {output!r}, size={size!r}, duration={seconds}, overwrite=True).run()"
_WORKER = """
import multiprocessing

def work():
    import mariana_video
    {call}

if __name__ == "__main__":
    worker = multiprocessing.get_context({how!r}).Process(target=work)
    worker.start()
    worker.join()
    raise SystemExit(worker.exitcode)
"""
_AT_WORK = "import torch\ntorch.ones(1 << 22).add_(1)\n"


def main(words: list[str]) -> None:
    """Runs the benchmark as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", nargs="?", default=str(SAMPLE))
    parser.add_argument("--size", default="160x")
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        ways = dict(commands(options.source, Path(folder), options.size))
        took = {name: [] for name in ways}  # type: dict[str, list[tuple[float, float]]]
        for _ in range(options.times):
            for name, command in ways.items():
                took[name].append(seconds(command))
        films = {hashlib.sha256(path.read_bytes()).hexdigest() for path in Path(folder).glob("*.mp4")}
    tell(took)
    print(f"\n{len(ways)} films, {'all the same' if len(films) == 1 else f'{len(films)} different ones'}")


def commands(source: str, folder: Path, size: str) -> Iterator[tuple[str, list[str]]]:
    """Each way, by name, as the words that run it."""

    def call(name: str) -> str:
        return _CALL.format(source=source, output=str(folder / f"{name}.mp4"), size=size, seconds=_FRAMES)

    python, shared = [sys.executable, "-c"], ["--size", size, "--duration", str(_FRAMES), "--quiet", "--overwrite"]
    program = [sys.executable, "-m", "mariana_video", "video", source, str(folder / "command.mp4"), *shared]
    yield "the command", program
    yield "from Python", [*python, f"import mariana_video\n{call('python')}"]
    yield "from Python, torch at work before", [*python, f"{_AT_WORK}import mariana_video\n{call('host')}"]
    for how in ("spawn", "fork"):
        script = folder / f"{how}.py"
        script.write_text(_WORKER.format(call=call(how), how=how), encoding="utf-8")
        yield f"by a worker ({how})", [sys.executable, str(script)]


def seconds(command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of a process and its children."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_"))}
    surroundings["PYTHONPATH"] = str(ROOT)
    began, before = time.monotonic(), os.times()
    subprocess.run(command, check=True, env=surroundings, stderr=subprocess.DEVNULL)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.monotonic() - began, cpu


def tell(took: dict[str, list[tuple[float, float]]]) -> None:
    """Prints the table; the first way is what the others are compared with."""
    least = {name: tuple(map(min, zip(*pairs, strict=True))) for name, pairs in took.items()}
    wall, cpu = next(iter(least.values()))
    print("| how | wall, s | × | CPU, s | × |\n|---|---|---|---|---|")
    for name, (walls, cpus) in least.items():
        print(f"| {name} | {walls:.1f} | {walls / wall:.2f} | {cpus:.1f} | {cpus / cpu:.2f} |")


if __name__ == "__main__":
    main(sys.argv[1:])
