"""How much of what newly appears in a film dreams: one table, one run.

    python benchmarks/newcomers.py street.jpg cat.jpg flower.jpg --pictures newcomers/

Films are made of real photographs: over one a piece of the next comes in, or a plain thing, small or large, bright or
dark, by and by or at once, and stands or goes on; and one photograph is panned over so fast that all of it is new. What
is new, and since when, is known. Five frames after the last of it came, the dream there is set beside the one that the
same frame has as a film's first: its score (what it has beyond the source's), its RMS and its finest grain of colour.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command does it, before torch is loaded

from rates import dreamed, written

from mariana_video.dream.arrays import to_array
from mariana_video.dream.score import Score
from mariana_video.footage.film import dream_picture
from mariana_video.footage.still import read_still
from mariana_video.judging.measuring import score_of
from mariana_video.loop.dreamer import make_dreamer
from mariana_video.media.stills.pictures import write_picture
from mariana_video.media.stills.sheet import labelled
from mariana_video.meters.specks import grain
from mariana_video.recipe.job import Machine
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Carry, Recipe, Span

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
_RATE = 25
_SETTLED = 6  # frames before anything comes
_FIFTH = 5  # frame in which the last of what is new is judged, counted from 1
_ROOM = 12  # pixels round what is new that its score sees


@dataclass(frozen=True)
class Case:
    """A film: frame n, H×W×3 in 0…1, and where in it is what is new (H×W), for each of its `frames`."""

    name: str
    frames: int
    drawn: Callable[[int], tuple[Array, Mask]]


@dataclass(frozen=True)
class Thing:
    """What comes in: its picture (h×w×3), pixels a frame that it moves, and whether it stands once it is there."""

    picture: Array
    speed: float
    stands: bool = True
    at_once: bool = False

    def left(self, number: int, wide: int) -> int:
        """Where its left edge is in frame `number`, counted from the first in which it is seen."""
        width, there = self.picture.shape[1], wide // 4
        if self.at_once:
            return there
        left: int = round(-width + self.speed * (number + 1))
        return min(left, 0) if self.stands else left

    def arrived(self) -> int:
        """The frames until all of it is seen."""
        return 0 if self.at_once else int(np.ceil(self.picture.shape[1] / self.speed)) - 1


def coming(name: str, ground: Array, thing: Thing) -> Case:
    """A film of `ground`, in which `thing` comes in from the left after a while."""
    high, wide = ground.shape[:2]
    tall = thing.picture.shape[0]
    top = (high - tall) // 2

    def drawn(number: int) -> tuple[Array, Mask]:
        frame, new = ground.copy(), np.zeros((high, wide), bool)
        if number >= _SETTLED:
            left = thing.left(number - _SETTLED, wide)
            begin, end = max(0, left), min(wide, left + thing.picture.shape[1])
            frame[top : top + tall, begin:end] = thing.picture[:, begin - left : end - left]
            new[top : top + tall, begin:end] = True
        return frame, new

    return Case(name, _SETTLED + thing.arrived() + _FIFTH, drawn)


def panned(name: str, picture: Array, size: tuple[int, int], frames: int = 6) -> Case:
    """A film that stands, then pans by a whole width in so many frames, and stands again: all of it is new."""
    width, height = size

    def drawn(number: int) -> tuple[Array, Mask]:
        way = min(max(number - _SETTLED + 1, 0), frames) / frames
        left = round(way * (picture.shape[1] - width))
        return picture[:height, left : left + width], np.ones((height, width), bool)

    return Case(name, _SETTLED + frames - 1 + _FIFTH, drawn)


def cases(pictures: Mapping[str, Array], size: tuple[int, int], seed: int = 0) -> Iterator[Case]:
    """The films of one photograph after the other; the next one is what comes in."""
    width, height = size
    rng = np.random.default_rng(seed)
    small, large = (height // 3, height // 3), (3 * height // 4, height)

    def plain(value: float) -> Array:
        noise = rng.normal(0, 0.01, (*large, 3))
        return np.asarray(np.clip(value + noise, 0, 1), np.float32)

    after = dict(zip(pictures, [*list(pictures.values())[1:], *list(pictures.values())[:1]], strict=True))
    for name, picture in pictures.items():
        ground, other = filled(picture, size), after[name]
        piece = [filled(other, shape[::-1]) for shape in (small, large)]
        yield coming(f"{name}: small, stands", ground, Thing(piece[0], 10))
        yield coming(f"{name}: small, goes on", ground, Thing(piece[0], 10, stands=False))
        yield coming(f"{name}: large, stands", ground, Thing(piece[1], 20))
        yield coming(f"{name}: large, slow", ground, Thing(piece[1], 8, stands=False))
        yield coming(f"{name}: large, at once", ground, Thing(piece[1], 0, at_once=True))
        yield coming(f"{name}: large, dark", ground, Thing(piece[1] * np.float32(0.15), 20))
        yield coming(f"{name}: plain and dark", ground, Thing(plain(0.06), 20))
        yield coming(f"{name}: plain and bright", ground, Thing(plain(0.94), 20))
        yield panned(f"{name}: a fast pan", filled(picture, (2 * width, height)), size)


def filled(picture: Array, size: tuple[int, int]) -> Array:
    """`picture` shrunk or enlarged until it fills `size` (width, height), the middle of it."""
    width, height = size
    scale = max(width / picture.shape[1], height / picture.shape[0])
    shape = max(width, round(picture.shape[1] * scale)), max(height, round(picture.shape[0] * scale))
    whole = cv2.resize(picture, shape, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = (shape[1] - height) // 2, (shape[0] - width) // 2
    return np.asarray(np.clip(whole[top : top + height, left : left + width], 0, 1), np.float32)


@dataclass(frozen=True)
class Found:
    """What is new, in its fifth frame: what it has of what the same frame has as a film's first."""

    score: float
    rms: float
    grain: float


def found(source: Array, dream: Array, first: Array, new: Mask, score: Score) -> Found:
    """`dream` and `first` are of the same `source`, H×W×3 in 0…1."""
    rows, columns = (np.flatnonzero(new.any(axis)) for axis in (1, 0))
    around = tuple(slice(max(0, int(line[0]) - _ROOM), int(line[-1]) + 1 + _ROOM) for line in (rows, columns))

    def gained(picture: Array) -> float:
        return score_of(score, np.ascontiguousarray(picture[around]))

    plain = gained(source)
    inner = cv2.erode(new.astype(np.uint8), np.ones((9, 9), np.uint8), borderValue=1).astype(bool)
    rms = [float(np.sqrt(np.square((one - source)[inner]).mean(dtype=np.float64))) for one in (dream, first)]
    grains = [grain(np.where(inner[..., None], one - source, 0)) for one in (dream, first)]
    return Found((gained(dream) - plain) / (gained(first) - plain), rms[0] / rms[1], grains[0] / grains[1])


def main(words: Sequence[str]) -> None:
    """Runs the benchmark as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pictures_of", nargs="+", metavar="PICTURE")
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--network", default="mariana")
    parser.add_argument("--motif-size", type=float, help="larger ones are dreamed faster; default: what suits")
    parser.add_argument("--cases", help="which, separated by semicolons; default: all")
    parser.add_argument("--pictures", type=Path, help="write the frames side by side to this folder")
    options = parser.parse_args(words)
    recipe = Recipe(Dream(network=options.network, motif_size=options.motif_size), Carry(), Span())
    dreamer = make_dreamer(recipe, Machine())
    score = dreamer.score()
    size = options.width, round(options.width * 9 / 16 / 2) * 2
    pictures = {Path(name).stem: read_still(Path(name)).rgb for name in options.pictures_of}
    print("| what comes | score | RMS | grain | passes a frame |\n|---|---|---|---|---|")
    for case in cases(pictures, size):
        if options.cases and case.name.split(": ")[1] not in options.cases.split(";"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "film.mp4"
            frames = [np.round(case.drawn(n)[0] * 255).astype(np.uint8) for n in range(case.frames)]
            written(path, ((Fraction(n, _RATE), frame) for n, frame in enumerate(frames)), size)
            made = dreamed(path, dreamer)
        first = to_array(dream_picture(dreamer, made.sources[-1]).picture)
        told = found(made.sources[-1], made.dreams[-1], first, case.drawn(case.frames - 1)[1], score)
        passes = made.passes * made.times[-1] / (case.frames - 1)
        print(f"| {case.name} | {told.score:.2f} | {told.rms:.2f} | {told.grain:.2f} | {passes:.2f} |", flush=True)
        if options.pictures:
            options.pictures.mkdir(exist_ok=True)
            shown = np.concatenate([*made.dreams[_SETTLED - 1 :: 2], made.dreams[-1], first], 1)
            name = case.name.replace(": ", "-").replace(", ", "-").replace(" ", "-")
            write_picture(options.pictures / f"{name}.jpg", labelled(shown, case.name))


if __name__ == "__main__":
    main(sys.argv[1:])
