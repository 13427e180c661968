"""How fast it is: `python benchmarks/speed.py [CLIP …]`, with nothing else running; about two minutes a clip.

For each clip (default: samples/bunny.mp4), at 640 pixels wide: a gradient step, flow, decoding and encoding, each
alone, in wall and CPU seconds; the whole program at its defaults; its peak memory; and how near the whole comes to its
parts, all of them beside each other on all cores: wall time a frame over (CPU seconds of the parts / cores). Parts and
whole are measured in turn, ROUNDS times, and the round with the middle ratio is shown: machines that are shared with
others change their speed from one minute to the next.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command does it, before torch is loaded

import numpy as np
import torch
from numpy.typing import NDArray

from mariana_video.dream.arrays import to_tensor
from mariana_video.dream.ascent import shifted_gradient
from mariana_video.footage.film import film
from mariana_video.footage.plan import Plan, make_plan
from mariana_video.job.stores.choice import film_section
from mariana_video.job.stores.segments import Segments
from mariana_video.job.stores.store import Film
from mariana_video.loop.dreamer import Dreamer, make_dreamer
from mariana_video.loop.state import Finished
from mariana_video.media.read.reader import read
from mariana_video.media.write.encoding import Encoding
from mariana_video.motion.flow import Estimator
from mariana_video.motion.view import View
from mariana_video.recipe.job import Machine, Storage
from mariana_video.recipe.options import recipe

Picture = NDArray[np.float32]
ROOT = Path(__file__).parents[1]
FRAMES = 50
ROUNDS = 5


@dataclass
class Spent:
    """Wall and CPU seconds."""

    wall: float = 0.0
    cpu: float = 0.0

    def each(self, count: int) -> Spent:
        return Spent(self.wall / count, self.cpu / count)

    def __str__(self) -> str:
        return f"{1000 * self.wall:.0f} ms | {1000 * self.cpu:.0f} ms"


@contextmanager
def spending() -> Iterator[Spent]:
    spent, wall, cpu = Spent(), time.perf_counter(), time.process_time()
    yield spent
    spent.wall, spent.cpu = time.perf_counter() - wall, time.process_time() - cpu


def timed(work: Callable[[], object], count: int) -> Spent:
    """Of one call, after a first one that is not counted."""
    work()
    with spending() as spent:
        for _ in range(count):
            work()
    return spent.each(count)


def cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        import platform

        return platform.processor() or platform.machine()
    name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    flags = next((line for line in lines if line.startswith("flags")), "")
    special = [flag for flag in ("amx_bf16", "avx512_bf16", "avx512f", "avx2") if f" {flag}" in flags]
    return f"{name}, {os.cpu_count()} cores, {' '.join(special) or 'plain'}"


def parts(plan: Plan, dreamer: Dreamer) -> dict[str, Spent]:
    """The parts of a carried frame, each alone."""
    first, second = islice(read(plan.clip, size=plan.size), 2)
    picture, score = to_tensor(first.rgb), dreamer.score()
    estimator = Estimator()
    views = View(second.grey, second.rgb), View(first.grey, first.rgb)
    with spending() as decoding:
        frames = list(islice(read(plan.clip, size=plan.size), FRAMES))
    return {
        "a gradient step at full size": timed(lambda: shifted_gradient(score, picture, (3, 5), 16), 10),
        "flow, both directions, with visibility": timed(lambda: estimator.between(*views), 10),
        "decoding": decoding.each(len(frames)),
    }


def encoding(plan: Plan, done: list[Finished]) -> Spent:
    """Of one frame of the dream: kept losslessly, encoded, joined and read back, as a job does it."""
    times = plan.times[: len(done)]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "out.mp4")
        made, usual = Film(plan.clip, plan.size, plan.clip.rate, times), Storage()
        threads = int(film_section(made, str(output))["encoder_threads"])
        codec, crf = usual.codec, usual.crf
        encoded = Encoding(
            output, plan.clip, size=plan.size, rate=plan.clip.rate, codec=codec, crf=crf, threads=threads
        )
        store = Segments(Path(folder), output, made, encoded, sound=False)
        with spending() as spent:
            for position, frame in enumerate(done):
                store.add(position, frame)
            store.assemble(lambda note: None)
    return spent.each(len(done))


def passes_of(plan: Plan, dreamer: Dreamer) -> tuple[float, list[Finished]]:
    """Full-size passes a carried frame at the defaults, and the finished frames."""
    with film(plan, dreamer) as frames:
        done = list(islice(frames, FRAMES))
    carried = [frame.rendered.passes for frame in done[1:]]
    return sum(carried) / len(carried), done


FEW = 5


def whole(clip: Path, frames: int) -> tuple[float, float]:
    """The installed command on a clip: seconds a carried frame, frames a second in all.

    Two runs, of few and of many frames: their difference leaves out starting up and the first frame.
    """
    few, many = seconds_of(clip, FEW), seconds_of(clip, frames)
    return (many - few) / (frames - FEW), frames / many


def seconds_of(clip: Path, frames: int) -> float:
    """The installed command's, of so many frames of a clip."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "mariana_video", "video", str(clip), f"{folder}/out.mp4", "--quiet"]
        began = time.perf_counter()
        subprocess.run([*command, "--size", "640x", "--duration", str(frames / 25)], cwd=ROOT, check=True)
        return time.perf_counter() - began


def memory_of(clip: Path) -> float:
    """MiB that the command takes; asked before this process has grown, for a child begins with its parent's."""
    seconds_of(clip, FRAMES)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


@dataclass(frozen=True)
class Round:
    """Parts and whole, measured one after the other; `frame` is seconds a carried frame, all in all."""

    parts: dict[str, Spent]
    passes: float
    frame: float
    rate: float

    @property
    def ratio(self) -> float:
        step, *others = self.parts.values()
        spent = self.passes * step.cpu + sum(other.cpu for other in others)
        return self.frame / (spent / (os.cpu_count() or 1))


def main(clips: list[str]) -> None:
    print(f"CPU: {cpu_name()}; torch {torch.__version__}\n")
    for name in clips or [str(ROOT / "samples" / "bunny.mp4")]:
        memory = memory_of(Path(name))
        made = recipe(size="640x")
        dreamer = make_dreamer(made, Machine())
        plan = make_plan(Path(name), made.span)
        passes, finished = passes_of(plan, dreamer)
        rounds = []
        for _ in range(ROUNDS):
            found = {**parts(plan, dreamer), "encoding": encoding(plan, finished)}
            rounds.append(Round(found, passes, *whole(Path(name), min(FRAMES, len(plan.times)))))
        print(told(name, plan, dreamer, sorted(rounds, key=lambda each: each.ratio), memory))


def told(name: str, plan: Plan, dreamer: Dreamer, rounds: list[Round], memory: float) -> str:
    """The middle one of `rounds`, which are sorted by ratio, and between which ratios they lie."""
    middle, (width, height) = rounds[len(rounds) // 2], plan.size
    return "\n".join(
        (
            f"## {Path(name).name} at {width}×{height}, {dreamer.precision}\n\n| part | wall | CPU |\n|---|---|---|",
            *(f"| {part} | {spent} |" for part, spent in middle.parts.items()),
            f"\n- {middle.passes:.2f} full-size passes a carried frame",
            f"- {1000 * middle.frame:.0f} ms a carried frame, all in all: {middle.ratio:.2f} × its parts on "
            f"{os.cpu_count()} cores ({rounds[0].ratio:.2f} to {rounds[-1].ratio:.2f} in {len(rounds)} rounds)",
            f"- {middle.rate:.2f} frames a second, start and first frame included; peak memory {memory:.0f} MiB\n",
        )
    )


if __name__ == "__main__":
    main(sys.argv[1:])
