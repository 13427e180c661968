"""Whether a dream is the same at every size: one table, one run.

    python benchmarks/sizes.py holiday.jpg samples/bunny.mp4 --widths 320,640,1920 --pictures sizes/

Each picture (of a film, its first frame) is dreamed at each width: by itself, as a film that pans (ten frames in), and
as a dive (ten frames in). All are shown at 320 pixels and compared with the one of 640: correlation of what the dream
has changed (in a dive, of the pictures), and its RMS. At full size, `sharp` is the Laplacian energy of the dream over
that of the source, as a part of what 640 pixels have, and `pulse` by how much that moves from frame to frame over three
of them. Passes are those of a carried frame, in frames of its size.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command does it, before torch is loaded

from rates import written

from mariana_video.dive.film import dive, prepare
from mariana_video.dream.arrays import to_array, to_tensor
from mariana_video.footage.film import dream_picture, film
from mariana_video.footage.plan import make_plan
from mariana_video.footage.still import read_still
from mariana_video.loop.dreamer import Dreamer, make_dreamer
from mariana_video.media.read.reader import read
from mariana_video.media.stills.pictures import write_picture
from mariana_video.media.stills.sheet import labelled
from mariana_video.meters.sharpness import laplacian_energy
from mariana_video.recipe.camera import Camera, Dive
from mariana_video.recipe.job import Machine
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Carry, Recipe, Span
from mariana_video.recipe.values.time import Length

Array = NDArray[np.float32]
SHOWN, USUAL = 320, 640
_LARGEST = 3840
_FRAMES = 16
_FROM = 10  # the frame that is compared


@dataclass(frozen=True)
class Dreamed:
    """One dream at one size: its source, the dream, and what it took."""

    source: Array
    dream: Array
    passes: float
    seconds: float
    pulse: float = 0.0
    photograph: Array | None = None

    @property
    def small(self) -> Array:
        """What the dream changed, as it is seen at the width that all are shown at."""
        shape = (SHOWN, SHOWN * 9 // 16)
        return np.asarray(cv2.resize(self.dream - self.source, shape, interpolation=cv2.INTER_AREA), np.float32)

    @property
    def sharpness(self) -> float:
        photograph = self.source if self.photograph is None else self.photograph
        return laplacian_energy(self.dream) / max(1e-12, laplacian_energy(photograph))


def pictured(own: Array, width: int, dreamer: Dreamer) -> Dreamed:
    picture = _at(own, width)
    began = time.perf_counter()
    done = dream_picture(dreamer, picture)
    return Dreamed(picture, to_array(done.picture), done.passes, time.perf_counter() - began)


def panned(own: Array, width: int, dreamer: Dreamer) -> Dreamed:
    """Ten frames into a film that pans over the picture by 1/16 of its width a second."""
    height = round(width * 9 / 16)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        written(path, _pan(own, (width, height)), (width, height))
        plan = make_plan(path, Span())
        energies, costs = [], []
        with film(plan, dreamer) as frames:
            for number, (done, frame) in enumerate(zip(frames, read(plan.clip), strict=True)):
                if number >= _FROM - 4:  # large films are not kept: only the frame that is compared is
                    energies.append(laplacian_energy(done.rgb) / laplacian_energy(frame.rgb))
                if number >= 4:
                    costs.append((done.rendered.passes, done.rendered.seconds))
                if number == _FROM:
                    found = frame.rgb, done.rgb
    passes, seconds = (float(one) for one in np.mean(costs, 0))
    return Dreamed(*found, passes, seconds, _pulse(energies))


def _pulse(energies: Sequence[float]) -> float:
    return float(np.abs(np.diff(energies)).max() / np.mean(energies))


def _pan(picture: Array, size: tuple[int, int]) -> Iterator[tuple[Fraction, NDArray[np.uint8]]]:
    """Windows on the picture, moved by whole pixels of its largest size: nothing is blunted on the way."""
    large = _at(picture, _LARGEST)
    across, down = _LARGEST * 7 // 8, round(_LARGEST * 7 / 8 * 9 / 16)
    for number in range(_FRAMES):
        left = number * _LARGEST // 16 // 25
        window = cv2.resize(large[:down, left : left + across], size, interpolation=cv2.INTER_AREA)
        yield Fraction(number, 25), np.round(np.clip(window, 0, 1) * 255).astype(np.uint8)


def dived(own: Array, width: int, dreamer: Dreamer) -> Dreamed:
    """Ten frames into a dive."""
    picture = _at(own, width)
    descent = prepare(
        dreamer,
        Camera(),
        Dive(duration=Length.of(_FRAMES / 25)),
        to_tensor(picture),
        (picture.shape[1], picture.shape[0]),
    )
    began = time.perf_counter()
    with dive(descent) as frames:
        made = [done for done, _ in zip(frames, range(_FRAMES), strict=False)]
    energies = [laplacian_energy(done.rgb) for done in made[_FROM - 4 :]]
    seconds, passes = time.perf_counter() - began, float(np.mean([done.rendered.passes for done in made[4:]]))
    soft = cv2.GaussianBlur(made[_FROM].rgb, (0, 0), picture.shape[1] / 24)  # its ground plays the source
    return Dreamed(np.asarray(soft, np.float32), made[_FROM].rgb, passes, seconds / _FRAMES, _pulse(energies), picture)


KINDS = {"picture": pictured, "film": panned, "dive": dived}


def main(words: Sequence[str]) -> None:
    """Runs the benchmark as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sources", nargs="+", metavar="PICTURE")
    parser.add_argument("--widths", default="320,640,1280,1920,3840")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--network", default="mariana")
    parser.add_argument("--pictures", type=Path, help="write the dreams side by side to this folder")
    options = parser.parse_args(words)
    dreamer = make_dreamer(Recipe(Dream(network=options.network), Carry(), Span()), Machine())
    columns = ("correlation", "RMS", "sharp", "pulse", "passes", "seconds")
    print("| dream | " + " | ".join(columns) + " |\n|---|" + "---|" * len(columns))
    for name in options.sources:
        for kind in options.kinds.split(","):
            for row in _rows(Path(name), kind, dreamer, options):
                print(row, flush=True)


def _rows(source: Path, kind: str, dreamer: Dreamer, options: argparse.Namespace) -> Iterator[str]:
    own = read_still(source).rgb
    widths = sorted({USUAL, *map(int, options.widths.split(","))}, key=lambda width: (width != USUAL, width))
    usual: Dreamed | None = None
    shown = []
    for width in widths:
        found = KINDS[kind](own, width, dreamer)
        usual = usual or found
        one, other = found.small, usual.small
        same = float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
        rms = float(np.sqrt(np.square(one).mean() / np.square(other).mean()))
        sharp = found.sharpness / usual.sharpness
        figures = f"{same:.2f} | {rms:.2f} | {sharp:.2f} | {found.pulse:.3f} | {found.passes:.2f} | {found.seconds:.2f}"
        yield f"| {source.stem}, {kind}, {width} | {figures} |"
        height = round(USUAL * found.dream.shape[0] / found.dream.shape[1])
        small = np.asarray(cv2.resize(found.dream, (USUAL, height), interpolation=cv2.INTER_AREA), np.float32)
        shown.append(labelled(small, f"{width}"))
        if options.pictures:
            options.pictures.mkdir(exist_ok=True)
            write_picture(options.pictures / f"{source.stem}-{kind}-{width}.png", found.dream)
    if options.pictures:
        write_picture(options.pictures / f"{source.stem}-{kind}.jpg", np.concatenate(shown, 0))


def _at(picture: Array, width: int) -> Array:
    """The middle 16:9 of a picture at a width."""
    height = picture.shape[1] * 9 // 16
    if height > picture.shape[0]:
        across = picture.shape[0] * 16 // 9
        left = (picture.shape[1] - across) // 2
        part = picture[:, left : left + across]
    else:
        top = (picture.shape[0] - height) // 2
        part = picture[top : top + height]
    shape = (width, round(width * 9 / 16))
    way = cv2.INTER_AREA if width < part.shape[1] else cv2.INTER_LANCZOS4
    return np.asarray(np.clip(cv2.resize(part, shape, interpolation=way), 0, 1), np.float32)


if __name__ == "__main__":
    main(sys.argv[1:])
