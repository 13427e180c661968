"""Whether a film dreams the same at every rate: one table, one run.

    python benchmarks/rates.py samples/bunny.mp4 holiday.jpg --pictures rates/

Of every picture (of a film, its first frame) two films are made, one that stands and one that pans, at many rates, at
rates that vary, and with gaps. Each is dreamed and measured at the frames nearest to 0.4, 1, 2 and 3 seconds, and the
table says by how much, at the worst, it differs from the film of 25 frames a second. `gap` films are measured at the
third frame after the gap, against the same moment of the other.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command does it, before torch is loaded

from mariana_video.dream.score import Score
from mariana_video.footage.film import film
from mariana_video.footage.plan import make_plan
from mariana_video.footage.still import read_still
from mariana_video.judging.coherence import Coherence
from mariana_video.judging.judge import Judge
from mariana_video.judging.measuring import score_of
from mariana_video.loop.dreamer import Dreamer, make_dreamer
from mariana_video.media.read.reader import read
from mariana_video.media.stills.pictures import write_picture
from mariana_video.media.stills.sheet import labelled
from mariana_video.meters.sharpness import laplacian_energy
from mariana_video.meters.specks import grain
from mariana_video.recipe.job import Machine
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Carry, Recipe, Span

Array = NDArray[np.float32]
USUAL = "25"
MOMENTS = (0.4, 1.0, 2.0, 3.0)
_TICK = 90000  # of a second: what an MP4's clock can say


@dataclass(frozen=True)
class Seen:
    """One frame's figures."""

    time: float
    gain: float
    rms: float
    sharpness: float
    saturation: float

    def off(self, other: Seen) -> dict[str, float]:
        """By how much each differs from the `other`'s, as a part of it."""
        names = ("gain", "rms", "sharpness", "saturation")
        return {name: getattr(self, name) / getattr(other, name) - 1 for name in names}


def clocks(seconds: float, seed: int) -> dict[str, list[Fraction]]:
    """The times of each film's frames, by its name."""
    rng = np.random.default_rng(seed)
    steady = {str(rate): _steady(rate, seconds) for rate in (5, 8, 12, 15, 18, 24, 25, 30, 50, 60, 120)}
    usual = steady[USUAL]
    kept = [time for time in usual if time == 0 or rng.random() > 1 / 3]
    wavering = [Fraction(0)]
    while wavering[-1] < seconds:
        step = 0.1 if rng.random() < 0.1 else rng.uniform(0.015, 0.05)
        wavering.append(wavering[-1] + Fraction(round(step * _TICK), _TICK))
    return {
        **steady,
        "dropped": kept,
        "varying": wavering[:-1],
        "one missing": [time for time in usual if time != 1],
        "gap 0.25 s": [time for time in usual if not 1 < time <= Fraction(5, 4)],
        "gap 1 s": [time for time in usual if not 1 < time < 2],
    }


def _steady(rate: int, seconds: float) -> list[Fraction]:
    return [Fraction(n, rate) for n in range(round(seconds * rate) + 1)]


def filmed(
    path: Path, picture: Array, times: Sequence[Fraction], size: tuple[int, int], speed: float, shaken: bool = False
) -> None:
    """Writes a film without loss: a window of `size` going over `picture` at `speed` pixels a second, at `times`."""
    written(path, ((time, _window(picture, size, *_way(speed, float(time), shaken))) for time in times), size)


def written(path: Path, frames: Iterable[tuple[Fraction, NDArray[np.uint8]]], size: tuple[int, int]) -> None:
    """Writes frames (H×W×3) at their times as a film without loss."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"qp": "0", "preset": "ultrafast", "bf": "0"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv444p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, _TICK)
        for time, rgb in frames:
            frame = av.VideoFrame.from_ndarray(rgb, "rgb24")
            frame.pts, frame.time_base = round(time * _TICK), Fraction(1, _TICK)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _way(speed: float, time: float, shaken: bool) -> tuple[float, float]:
    """Where the window lies at a time, pixels from the left and from the top; a hand shakes at 1 to 3 Hz."""
    if not shaken or not speed:
        return speed * time, 0.0
    sway = 0.12 * speed
    across = sway * (np.sin(7.1 * time) + 0.5 * np.sin(17.3 * time + 1))
    return speed * time + across + sway, sway * (1 + np.sin(9.7 * time + 2) + 0.4 * np.sin(19.1 * time))


def _window(picture: Array, size: tuple[int, int], left: float, top: float) -> NDArray[np.uint8]:
    width, height = size
    moved = np.array([[1, 0, -left], [0, 1, -top]], np.float32)
    view = cv2.warpAffine(picture, moved, (width, height), flags=cv2.INTER_CUBIC, borderMode=4)
    return np.round(np.clip(view, 0, 1) * 255).astype(np.uint8)


@dataclass(frozen=True)
class Made:
    """A dreamed film: its frames' times in seconds, sources and dreams, passes a second, and incoherence."""

    times: list[float]
    sources: list[Array]
    dreams: list[Array]
    passes: float
    incoherence: float | None

    def nearest(self, at: float) -> int:
        return min(range(len(self.times)), key=lambda n: abs(self.times[n] - at))

    @property
    def grain(self) -> float:
        """The finest colours of the worst frame over those of the first."""
        found = [grain(dream - source) for source, dream in zip(self.sources, self.dreams, strict=True)]
        return max(found[1:]) / found[0]

    def seen(self, number: int, score: Score) -> Seen:
        return _seen(self.times[number], self.sources[number], self.dreams[number], score)


def dreamed(path: Path, dreamer: Dreamer, judge: Judge | None = None) -> Made:
    """The film at `path`, dreamed; with a judge it is told how incoherent it is."""
    plan = make_plan(path, Span())
    times = [float(time - plan.times[0]) for time in plan.times]
    coherence, sources, dreams, passes = Coherence(), list[Array](), list[Array](), 0.0
    with film(plan, dreamer) as frames:
        for number, (done, frame) in enumerate(zip(frames, read(plan.clip), strict=True)):
            passes += done.rendered.passes if number else 0.0
            if judge is not None:
                known = judge.between(frame.rgb, sources[-1]) if sources else None
                coherence.add(frame.rgb, done.rgb, times[number], known)
            sources.append(frame.rgb)
            dreams.append(done.rgb)
    passes *= _share_of_frame(dreamer, plan.size) / times[-1]
    return Made(times, sources, dreams, passes, None if judge is None else coherence.figures().incoherence)


def _share_of_frame(dreamer: Dreamer, size: tuple[int, int]) -> float:
    """A pass of a frame as passes of what is dreamed on."""
    height, width = dreamer.shape((size[1], size[0]))
    return size[0] * size[1] / (width * height)


def _seen(time: float, source: Array, dream: Array, score: Score) -> Seen:
    change = dream - source
    gain = score_of(score, dream) / score_of(score, source)
    spread = float(np.sqrt(np.square(dream - dream.mean(-1, keepdims=True)).mean(dtype=np.float64)))
    rms = float(np.sqrt(np.square(change).mean(dtype=np.float64)))
    return Seen(time, gain, rms, laplacian_energy(change), spread)


def compared(found: Sequence[Seen], usual: Sequence[Seen]) -> Mapping[str, float]:
    """The largest difference of each figure over the moments."""
    offs = [one.off(other) for one, other in zip(found, usual, strict=True)]
    return {name: max((off[name] for off in offs), key=abs) for name in offs[0]}


def main(words: Sequence[str]) -> None:
    """Runs the benchmark as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pictures_of", nargs="+", metavar="PICTURE")
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--speed", type=float, default=0.1, help="of the pan, in widths a second")
    parser.add_argument("--films", help="which, separated by commas; default: all")
    parser.add_argument("--network", default="mariana")
    parser.add_argument("--motif-size", type=float, help="larger ones are dreamed faster; default: what suits")
    parser.add_argument("--still", action="store_true", help="leave the pans away")
    parser.add_argument("--handheld", action="store_true", help="the pans shake as a hand does")
    parser.add_argument("--judge", action="store_true", help="tell the incoherence, too (see coherence.py)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pictures", type=Path, help="write the frames side by side to this folder")
    options = parser.parse_args(words)
    dreamer = make_dreamer(
        Recipe(Dream(network=options.network, motif_size=options.motif_size), Carry(), Span()), Machine()
    )
    print("| film | " + " | ".join(("gain", "rms", "sharpness", "saturation", "grain", "passes a second")) + " |")
    print("|---|" + "---|" * 6)
    for name in options.pictures_of:
        for speed in (0.0,) if options.still else (0.0, options.speed):
            _films(Path(name), speed, dreamer, options)


def _films(source: Path, speed: float, dreamer: Dreamer, options: argparse.Namespace) -> None:
    width, height = options.width, round(options.width * 9 / 16 / 2) * 2
    picture = read_still(source).rgb
    wide = width + round(options.speed * width * options.seconds) + 8
    scale = max(wide / picture.shape[1], height / picture.shape[0])
    shape = round(picture.shape[1] * scale), round(picture.shape[0] * scale)
    picture = np.asarray(cv2.resize(picture, shape, interpolation=cv2.INTER_AREA), np.float32)
    score = dreamer.score()
    films = clocks(options.seconds, options.seed)
    judge = Judge(None) if options.judge else None
    wanted = options.films.split(",") if options.films else list(films)
    with tempfile.TemporaryDirectory() as folder:
        usual_path = Path(folder) / "usual.mp4"
        filmed(usual_path, picture, films[USUAL], (width, height), speed * width, options.handheld)
        usual = dreamed(usual_path, dreamer)
        for title in wanted:
            path = Path(folder) / "film.mp4"
            times = films[title]
            after = next((n for n, (a, b) in enumerate(pairwise(times), 1) if b - a > 0.06), None)
            gap = title.startswith(("gap", "one")) and after is not None
            filmed(path, picture, times, (width, height), speed * width, options.handheld)
            made = dreamed(path, dreamer, judge)
            if gap and after is not None:
                numbers = [after + 2]
            else:
                numbers = [made.nearest(at) for at in MOMENTS if at <= options.seconds]
            found = [made.seen(number, score) for number in numbers]
            expected = [usual.seen(usual.nearest(one.time), score) for one in found]
            off = {**compared(found, expected), "grain": made.grain}
            shown, passes, incoherence = [made.dreams[n] for n in numbers], made.passes, made.incoherence
            label = f"{source.stem}, {'pan' if speed else 'still'}, {title}"
            row = " | ".join(f"{off[name]:+.0%}" for name in ("gain", "rms", "sharpness", "saturation"))
            told = "" if incoherence is None else f" {incoherence:.3f} |"
            print(f"| {label} | {row} | {off['grain']:.2f} | {passes:.1f} |{told}", flush=True)
            if options.pictures:
                options.pictures.mkdir(exist_ok=True)
                sheet = labelled(np.concatenate(shown, 1), label)
                write_picture(options.pictures / f"{label.replace(', ', '-').replace(' ', '')}.jpg", sheet)


if __name__ == "__main__":
    main(sys.argv[1:])
