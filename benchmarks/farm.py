"""How a feature film scales on a farm: a simulation of many workers, and real runs of a few that it is checked against.

    python benchmarks/farm.py
    python benchmarks/farm.py --runs 1 2 4

In the runs, all is real but the dream: workers wait for as long as a shot would take them, so that a small machine can
play many. Needs Ray (`pip install "mariana-video[farm]"`) for runs.
"""

from __future__ import annotations

import argparse
import heapq
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mariana_video.farm.errand import Errand, Given, Item, Sent

FRAMES, SHOTS, RATE = 130_000, 1_500, 24  # a feature film of an hour and a half
SPREAD = 0.9  # of the logarithm of shots' lengths: half are shorter than 2.4 s, one in a hundred is longer than 19 s
SECONDS = 2.0  # that a worker dreams at one frame
PIXELS = 1920 * 1080
BYTES = 0.35 * PIXELS  # of a finished frame, at crf 17
LINK = 1.25e9  # bytes a second that reach the command: ten gigabit
TAKING = 4 * 0.52e-9  # seconds a byte that comes in is written, and read and summed up four times (measured)
BEGINNING = 20.0  # seconds until a worker is ready: libraries, network, plan, probe
LOOKING = 0.006  # seconds a frame that the command looks at the source before (measured, 1920×1080, H.264)
JOINING = 0.126 / 8  # seconds a frame that it joins and reads back after (api/foreseen/effort.py), on eight cores
FADE = RATE  # frames of a fade


@dataclass(frozen=True)
class Run:
    """What came of a run: seconds until the last shot is there, and how busy workers were."""

    seconds: float
    busy: float


@dataclass
class _Simulated:
    """The command's side: shots come in over one link, one after the other."""

    bytes_each: float
    link: float
    taking: float
    free: float = 0.0
    waits: list[float] = field(default_factory=list)

    def take(self, now: float, frames: int) -> float:
        """A shot is ready at `now`; when it stands with the command."""
        begin = max(now, self.free)
        self.waits.append(begin - now)
        self.free = begin + frames * self.bytes_each * (1 / self.link + self.taking)
        return self.free


def film(shots: int = SHOTS, frames: int = FRAMES, seed: int = 1) -> list[int]:
    """The lengths of shots in frames: as unequal as those of films are."""
    drawn = np.random.default_rng(seed).lognormal(0, SPREAD, shots)
    lengths = np.maximum(1, np.rint(drawn * frames / drawn.sum())).astype(int)
    lengths[lengths.argmax()] += frames - lengths.sum()
    return [int(length) for length in lengths]


def split(lengths: Sequence[int], longest: int) -> list[int]:
    """The frames that are dreamed for each piece, where none is to be longer: those that fade are dreamed again."""
    pieces: list[int] = []
    for length in lengths:
        number = -(-length // longest)
        each = [length // number + (n < length % number) for n in range(number)]
        pieces += [own + FADE * (n > 0) + FADE * (n < number - 1) for n, own in enumerate(each)]
    return pieces


def simulate(
    lengths: Sequence[int],
    workers: int,
    seconds: float = SECONDS,
    *,
    beginning: float | Sequence[float] = BEGINNING,
    link: float = LINK,
    taking: float = TAKING,
    bytes_each: float = BYTES,
    first: Callable[[Sequence[int]], Sequence[int]] = lambda lengths: sorted(lengths, reverse=True),
) -> Run:
    """Shots dealt out to workers that are free, in the order of `first`; the command takes them in over its link.

    `beginning` are the seconds until workers are ready, of all or of each.
    """
    command = _Simulated(bytes_each, link, taking)
    free = [beginning] * workers if isinstance(beginning, float) else list(beginning)
    heapq.heapify(free)
    ready: list[tuple[float, int]] = []
    for length in first(lengths):
        done = heapq.heappop(free) + length * seconds
        heapq.heappush(free, done)
        ready.append((done, length))
    end = max(command.take(done, length) for done, length in sorted(ready))
    return Run(end, sum(lengths) * seconds / (workers * end))


def in_film_order(lengths: Sequence[int]) -> Sequence[int]:
    """As they stand in the film."""
    return lengths


def table() -> None:
    """The simulation, for more and more workers."""
    lengths = film()
    print(f"{FRAMES} frames in {SHOTS} shots, the longest of {max(lengths)}; {SECONDS:g} s a frame; hours:minutes")
    print("| workers | film order | longest first | busy | --split 20 | busy | --split 5 | busy | parts a second |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for workers in (1, 2, 4, 10, 30, 100, 300, 1000):
        usual, best = simulate(lengths, workers, first=in_film_order), simulate(lengths, workers)
        pieces = [simulate(split(lengths, longest * RATE), workers) for longest in (20, 5)]
        told = [cell for run in (best, *pieces) for cell in (clock(run.seconds), f"{useful(run, workers):.0%}")]
        traffic = f"{FRAMES * BYTES / best.seconds / 1e6:.0f} MB"
        print(f"| {workers} | {clock(usual.seconds)} | {' | '.join(told)} | {traffic} |")
    print(f"\nBefore, the command looks at the film for {clock(FRAMES * LOOKING)};", end=" ")
    print(f"after, it joins and reads back for {clock(FRAMES * JOINING)}.")


def useful(run: Run, workers: int) -> float:
    """How much of all workers' time went into frames of the film."""
    return FRAMES * SECONDS / (workers * run.seconds)


def clock(seconds: float) -> str:
    """7 260 s as 2:01."""
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


@dataclass(frozen=True)
class Waiting:
    """An errand whose items take their time and make a file, and nothing else."""

    token: str
    seconds: float
    lengths: Mapping[str, int]
    sent: tuple[Sent, ...] = ()
    preview: str = ""

    def maker(self, places: Mapping[Path, Path], folder: Path) -> Waiting:  # noqa: ARG002  # as every errand is asked
        """Itself."""
        return self

    def probe(self, folder: Path) -> None:
        """All are alike."""

    def make(self, item: str, folder: Path, on_step: Callable[[], None]) -> Given:
        """Waits as long as the item would take."""
        end = time.monotonic()
        for _ in range(self.lengths[item]):
            end += self.seconds
            time.sleep(max(0.0, end - time.monotonic()))
            on_step()
        (folder / "made").write_bytes(bytes(10_000 * self.lengths[item]))
        return Given(folder, ("made",))


class Quiet:
    """Watches a run, and says nothing; it remembers when items were begun, by the first that was heard of them."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.began: dict[str, float] = {}

    def check(self) -> None:
        """Goes on."""

    def note(self, line: str) -> None:
        """Shows it."""
        print(line)

    def steps(self, told: Mapping[str, int]) -> None:
        """Hears of items."""
        for name, number in told.items():
            self.began.setdefault(name, time.monotonic() - number * self.seconds)

    def workers(self, number: int) -> None:
        """Knows it."""

    def picture(self, content: bytes) -> None:
        """Wants none."""


def run(lengths: Sequence[int], workers: int, seconds: float) -> tuple[list[float], float]:
    """A real run on this machine: seconds until each worker began, and until all was there."""
    from mariana_video.farm.cluster import connected
    from mariana_video.farm.hands import Hands
    from mariana_video.recipe.values.farm import Farm

    farm, watch = Farm.of(f"local:{workers}"), Quiet(seconds)
    items = [Item(f"shot {number}", length, length) for number, length in enumerate(lengths, 1)]
    errand: Errand = Waiting(f"{time.time_ns():024d}", seconds, {item.name: item.steps for item in items})
    with tempfile.TemporaryDirectory() as folder, connected(farm):
        began = time.monotonic()
        for _ in Hands(farm, errand, items, Path(folder), watch).made():
            pass
        return [when - began for when in sorted(watch.began.values())[:workers]], time.monotonic() - began


def runs(several: Sequence[int]) -> None:
    """Real runs of a few workers beside what the simulation says of them."""
    lengths, seconds = film(30, 2_000, seed=2), 0.04
    print("\n| workers | simulated | run | apart |\n|---:|---:|---:|---:|")
    for workers in several:
        beginning, took = run(lengths, workers, seconds)
        said = simulate(lengths, workers, seconds, beginning=beginning, bytes_each=10_000, taking=0.0).seconds
        print(f"| {workers} | {said:.1f} s | {took:.1f} s | {took / said - 1:+.0%} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", nargs="+", type=int, default=[], help="workers of real runs on this machine")
    asked = parser.parse_args()
    table()
    if asked.runs:
        runs(asked.runs)
