"""What it costs that nothing is lost: the seconds of a job that go into keeping, flushing and reading back.

    python benchmarks/safety.py samples/bunny.mp4 --size 640x

The whole job runs once. Everything in it that is there for safety alone is timed: frames kept losslessly until their
part is encoded, checkpoints, flushes to the disk, checksums, and reading back what was written.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mariana_video.api.video import video
from mariana_video.job import checkpoint, job
from mariana_video.job import conditions as conditions
from mariana_video.job.stores import segments
from mariana_video.media.write import join

SAMPLE = Path(__file__).parent.parent / "samples" / "bunny.mp4"
SAFETY: list[tuple[str, Any, str]] = [
    ("frames kept losslessly", segments, "log_frame"),
    ("checkpoints", checkpoint, "save"),
    ("flushes to the disk", segments, "sync"),
    ("parts read back", segments, "ending"),
    ("the film read back", join, "check"),
    ("the source's checksum", conditions, "content_of"),
]


def main(words: list[str]) -> None:
    """Runs the benchmark as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--size", default="640x")
    parser.add_argument("--every", type=float, default=job._EVERY, help="seconds between checkpoints")
    options = parser.parse_args(words)
    job._EVERY = options.every
    spent: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for name, module, function in SAFETY:
        setattr(module, function, _timed(getattr(module, function), spent[name]))
    began, computing = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        video(options.clip, Path(folder) / "out.mp4", size=options.size)
    wall, cpu = time.perf_counter() - began, time.process_time() - computing
    print("| what | times | CPU seconds | share of the job's CPU |\n|---|---:|---:|---:|")
    for name, (count, busy, _) in spent.items():
        print(f"| {name} | {count:.0f} | {busy:.2f} | {busy / cpu:.2%} |")
    total, waited = (sum(row[column] for row in spent.values()) for column in (1, 2))
    print(f"| all of it | | {total:.2f} | {total / cpu:.2%} |")
    print(f"\n{wall:.1f} s, {cpu:.1f} CPU seconds; {waited:.2f} s from begin to end of these, beside the dreaming")


def _timed(function: Callable[..., Any], row: list[float]) -> Callable[..., Any]:
    lock = threading.Lock()

    def timed(*given: Any, **named: Any) -> Any:
        began, busy = time.perf_counter(), time.thread_time()
        try:
            return function(*given, **named)
        finally:
            with lock:
                row[0] += 1
                row[1] += time.thread_time() - busy
                row[2] += time.perf_counter() - began

    return timed


if __name__ == "__main__":
    main(sys.argv[1:])
