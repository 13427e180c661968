"""Does a dream of a still picture keep its strength, its detail and its colours, and does it live on?

    python benchmarks/still.py samples/chelsea.png holiday.mp4@12.5 --frames 300 --carry 0.8 0.85 1

The picture, or a clip's frame at @SECONDS, is held for so many frames, 25 a second, dreamed as a film, and measured
as `mariana measure` does.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command does it, before torch is loaded

from methods import Job, ours

from mariana_video.footage.plan import make_plan
from mariana_video.judging.coherence import Coherence
from mariana_video.judging.figures import Figures
from mariana_video.judging.judge import Judge
from mariana_video.loop.dreamer import make_dreamer
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.stills.pictures import write_picture
from mariana_video.recipe.job import Machine
from mariana_video.recipe.options import Carry, Recipe, Span
from mariana_video.recipe.values.schedule import Schedule
from mariana_video.recipe.values.size import Size

SAMPLE = Path(__file__).parent.parent / "samples" / "chelsea.png"
_RATE = 25.0


def main(words: list[str]) -> None:
    """Runs the benchmark as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pictures", nargs="*", default=[str(SAMPLE)], metavar="PICTURE|CLIP[@SECONDS]")
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--width", type=int, default=320, help="pixels that are dreamed on")
    parser.add_argument("--carry", nargs="+", type=Schedule, default=[Carry().carry])
    options = parser.parse_args(words)
    print("| picture | carry | incoherence | 20 frames | RMS, end / start | sharpness, end / start | drift in 1/255 |")
    print("|" + "---|" * 7)
    for name in options.pictures:
        with tempfile.TemporaryDirectory() as folder:
            held(name, Path(folder), options.frames)
            for carry in options.carry:
                print(row(Path(name.partition("@")[0]).stem, carry, dreamed(Path(folder), carry, options.width)))


def held(name: str, folder: Path, frames: int) -> None:
    """Writes a picture, or a clip's frame, so many times into `folder`."""
    path, _, start = name.partition("@")
    frame = next(iter(read(open_clip(Path(path)), start=Fraction(start) if start else None)))
    first = folder / "00000.png"
    write_picture(first, frame.rgb)
    for number in range(1, frames):
        os.link(first, folder / f"{number:05}.png")


def dreamed(folder: Path, carry: Schedule, width: int) -> Figures:
    """The figures of the dream of a folder of pictures."""
    plan = make_plan(folder, Span(size=Size.of(f"{width}x"), rate=_RATE))
    job = Job(plan, make_dreamer(Recipe(carry=Carry(carry=carry)), Machine()))
    coherence, judge, before = Coherence(), Judge(None), None
    for frame, (dream, _) in zip(job.frames(), ours(job), strict=True):
        judgement = None if before is None else judge.between(frame.rgb, before)
        coherence.add(frame.rgb, dream, float(frame.pts), judgement)
        before = frame.rgb
    return coherence.figures()


def row(name: str, carry: Schedule, figures: Figures) -> str:
    """A line of the table."""
    alive, drift = figures.alive, figures.drift or ()
    values = (
        figures.incoherence,
        alive.incoherence_20,
        alive.rms,
        figures.sharpness,
        max(map(abs, drift), default=None),
    )
    cells = ("–" if value is None else f"{value:.3f}" for value in values)
    return f"| {name} | {carry} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main(sys.argv[1:])
