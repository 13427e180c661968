"""How steadily, and how lively, this program and other methods dream a film: one table, one plot, one run.

    python benchmarks/coherence.py samples/bunny.mp4 holiday.mp4@12.5 --frames 60 --plot coherence.png

Each clip (from @SECONDS on) is dreamed by every method with the same network, layers, octaves and step rule, and judged
as `mariana measure` does. Cost is counted in passes: pixels pushed through the network over pixels of the film.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command does it, before torch is loaded

from methods import METHODS, Job

from mariana_video.footage.plan import Plan, make_plan
from mariana_video.judging.coherence import Coherence
from mariana_video.judging.figures import HALF, Figures
from mariana_video.judging.judge import Judge, Judgement
from mariana_video.judging.measuring import score_of
from mariana_video.loop.dreamer import Dreamer, make_dreamer
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.stills.pictures import write_picture
from mariana_video.recipe.job import Machine
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Carry, Recipe, Span
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.size import Size
from mariana_video.recipe.values.time import Time

DEFAULT = Path(__file__).parent.parent / "samples" / "bunny.mp4"
MOTIF_SIZE = 0.511  # what the others' dreams, which hang on the pixels, have at 320×180: ours are to be no smaller
_SHEET = 6  # frames of each method on its contact sheet


@dataclass(frozen=True)
class Result:
    """One method on one clip."""

    clip: str
    method: str
    figures: Figures
    passes: float
    seconds: float


@dataclass(frozen=True)
class Scene:
    """A clip's frames with what a judge knows of them, worked out once for all methods."""

    job: Job
    frames: list[Any]
    times: list[float]
    judgements: list[Judgement | None]
    scores: list[float]


def main(words: Sequence[str]) -> None:
    """Runs the benchmark as the command line says."""
    options = _options(words)
    dream = Dream(network=options.network, layers=options.layers, motif_size=options.motif_size, seed=options.seed)
    recipe = Recipe(dream, Carry(carry=options.carry))
    dreamer = make_dreamer(recipe, Machine(precision=options.precision))
    judge = Judge(options.flow_weights)
    results: list[Result] = []
    for clip in options.clips or [str(DEFAULT)]:
        scene = prepared(clip, dreamer, judge, options)
        rows: list[NDArray[np.float32]] = []
        for letter in options.methods:
            result, row = run(scene, letter)
            results.append(result)
            rows.append(row)
            print(_row(results[-1], results), file=sys.stderr, flush=True)
        if options.pictures is not None:
            options.pictures.mkdir(exist_ok=True)
            side_by_side(options.pictures / f"{scene.job.plan.clip.path.stem}-methods.jpg", rows, options.methods)
    print(table(results))
    if options.plot is not None:
        plot(options.plot, results)


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("clips", nargs="*", metavar="CLIP[@SECONDS]", help="default: the sample")
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--width", type=int, default=320, help="pixels that are dreamed on")
    parser.add_argument("--network", default="mariana")
    parser.add_argument("--motif-size", type=float, default=MOTIF_SIZE, help="default: as the others' at 320 pixels")
    parser.add_argument("--layers", type=Objective, help="default: what suits the network")
    parser.add_argument("--carry", default=Carry().carry, type=type(Carry().carry), help="of the program's own method")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--later", type=int, default=1, help="steps an octave of (b)'s and (c)'s later frames")
    parser.add_argument("--weight", type=float, default=5.0, help="λ of the temporal losses")
    parser.add_argument(
        "--methods", default="abcdef", help="; ".join(f"{k}: {name}" for k, (name, _) in METHODS.items())
    )
    parser.add_argument("--flow-weights", type=Path, help="RAFT's weights, to judge with RAFT")
    parser.add_argument("--plot", type=Path, help="draw incoherence against gain to this picture")
    parser.add_argument("--pictures", type=Path, help="write a contact sheet of the methods to this folder")
    return parser.parse_args(words)


def prepared(clip: str, dreamer: Dreamer, judge: Judge, options: argparse.Namespace) -> Scene:
    """Reads a clip's frames and judges their motion."""
    plan = _plan(clip, options)
    job = Job(plan, dreamer, options.later, options.weight)
    frames = list(read(plan.clip, start=plan.start, duration=plan.duration, size=plan.size))
    judgements: list[Judgement | None] = [
        None if number == 0 or number in plan.cuts else judge.between(frame.rgb, frames[number - 1].rgb)
        for number, frame in enumerate(frames)
    ]
    scores = [score_of(job.score, frame.rgb) for frame in frames]
    return Scene(job, [frame.rgb for frame in frames], [float(frame.pts) for frame in frames], judgements, scores)


def _plan(clip: str, options: argparse.Namespace) -> Plan:
    path, _, start = clip.partition("@")
    rate = open_clip(path).rate
    length = float(Fraction(options.frames * 2 - 1, 2) / rate)  # half a frame short: exactly so many frames
    span = Span(start=Time.of(start) if start else None, duration=Time.of(length), size=Size.of(f"{options.width}x"))
    return make_plan(Path(path), span)


def side_by_side(path: Path, rows: list[NDArray[np.float32]], letters: str) -> None:
    """Some frames of each method in a row of its own, with its name."""
    from mariana_video.media.stills.sheet import labelled

    named = [labelled(row, METHODS[letter][0]) for row, letter in zip(rows, letters, strict=True)]
    write_picture(path, np.concatenate(named, 0))


def run(scene: Scene, letter: str) -> tuple[Result, NDArray[np.float32]]:
    """Dreams a clip by one method and measures it; also some of the frames, side by side."""
    coherence, name = Coherence(), METHODS[letter][0]
    pushed, sheet = 0, []
    wanted = set(np.linspace(1, len(scene.frames) - 1, _SHEET).astype(int).tolist())
    began = time.perf_counter()
    spent = 0.0
    for number, (dream, pixels) in enumerate(METHODS[letter][1](scene.job)):
        spent += time.perf_counter() - began
        pushed += pixels
        scores = (score_of(scene.job.score, dream), scene.scores[number])
        coherence.add(scene.frames[number], dream, scene.times[number], scene.judgements[number], scores)
        if number in wanted:
            sheet.append(dream)
        began = time.perf_counter()
    clip = scene.job.plan.clip.path.stem
    size = len(scene.frames) * scene.job.plan.size[0] * scene.job.plan.size[1]
    result = Result(clip, f"({letter}) {name}", coherence.figures(), pushed / size, spent / len(scene.frames))
    return result, np.concatenate(sheet, 1)


HEADINGS = (
    "clip",
    "method",
    "passes a frame",
    "gain",
    "incoherence",
    "moving",
    "10 frames",
    "20 frames",
    "gain, end / start",
    "RMS, end / start",
    "ghost",
    "RMS of r",
    "Laplacian energy of r over (a)'s",
    "warping error (source's)",
    "flashes",
)


def table(results: Sequence[Result]) -> str:
    """The results as a Markdown table."""
    lines = [f"| {' | '.join(HEADINGS)} |", "|" + "---|" * len(HEADINGS), *(_row(one, results) for one in results)]
    judged = {r.clip: f"{_share(r.figures.judged)} ({_share(r.figures.judged_moving)})" for r in results}
    told = ", ".join(f"{clip} {share}" for clip, share in judged.items())
    return "\n".join((*lines, "", f"Judged, of all (of the moving) pixels: {told}. In brackets: under half of them."))


def _row(one: Result, results: Sequence[Result]) -> str:
    figures, alive = one.figures, one.figures.alive
    reference = next((r.figures.laplacian for r in results if r.clip == one.clip and r.method.startswith("(a)")), None)
    energy = figures.laplacian / reference if figures.laplacian is not None and reference else None
    cells = (
        one.clip,
        one.method,
        _number(one.passes, 2),
        _number(figures.gain, 1),
        _sure(figures.incoherence, figures.judged),
        _sure(figures.incoherence_moving, figures.judged_moving),
        _sure(figures.incoherence_10, figures.judged_10),
        _sure(alive.incoherence_20, figures.judged_20),
        _number(alive.gain, 2),
        _number(alive.rms, 2),
        _number(figures.ghost, 2),
        _number(figures.rms, 3),
        _number(energy, 2),
        f"{_number(figures.e_warp, 5)} ({_number(figures.e_warp_source, 5)})",
        str(figures.flashes),
    )
    return f"| {' | '.join(cells)} |"


def _sure(value: float | None, share: float | None) -> str:
    return _number(value, 3) if (share or 0) >= HALF else f"({_number(value, 3)})"


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def plot(file: Path, results: Sequence[Result]) -> None:
    """Incoherence, over all and over moving pixels, against gain: best is low and far to the right."""
    from matplotlib.figure import Figure

    clips = list(dict.fromkeys(result.clip for result in results))
    figure = Figure(figsize=(4 * len(clips) + 1, 7), layout="constrained")
    panels = figure.subplots(2, len(clips), squeeze=False)
    for column, clip in enumerate(clips):
        for row, name in enumerate(("incoherence", "incoherence_moving")):
            axes = panels[row][column]
            axes.set_title(f"{clip}: {name.replace('_', ', ')}", fontsize=10)
            axes.set_xlabel("gain")
            axes.grid(alpha=0.3)
            for label, gain, value in _points(results, clip, name):
                axes.scatter(gain, value, color="crimson" if label.startswith("(f)") else "steelblue")
                axes.annotate(label, (gain, value), fontsize=8, xytext=(4, 4), textcoords="offset points")
            axes.set_ylim(bottom=0)
            axes.margins(x=0.25)
    figure.savefig(file, dpi=110)


def _points(results: Sequence[Result], clip: str, name: str) -> Iterator[tuple[str, float, float]]:
    for result in results:
        value: Mapping[str, Any] = vars(result.figures)
        if result.clip == clip and value["gain"] is not None and value[name] is not None:
            yield result.method, value["gain"], value[name]


if __name__ == "__main__":
    main(sys.argv[1:])
