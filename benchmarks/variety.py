"""How varied are dreams? Some pictures, dreamed as a film's first frame, by each network with each score.

    python benchmarks/variety.py photos/*.jpg --sheet variety.jpg

What is seen at the strongest places of all dreams is judged by VGG16, or by `mariana` where VGG16 dreamed, whole
or factored: in how many directions it varies, and in how many the photographs themselves do. `mariana measure` tells it
of a film.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command does it, before torch is loaded

import numpy as np
from numpy.typing import NDArray

from mariana_video.dream.arrays import to_array
from mariana_video.footage.film import dream_picture
from mariana_video.footage.still import read_still
from mariana_video.judging.variety import judge_of, seen
from mariana_video.loop.dreamer import make_dreamer
from mariana_video.media.shape import resized
from mariana_video.media.stills.pictures import write_picture
from mariana_video.media.stills.sheet import sheet
from mariana_video.meters.variety import directions, strongest
from mariana_video.networks.weights import load
from mariana_video.recipe.job import Machine
from mariana_video.recipe.options import recipe
from mariana_video.recipe.values.size import Size

Array = NDArray[np.float32]
SAMPLE = Path(__file__).parent.parent / "samples" / "chelsea.png"


def main(words: list[str]) -> None:
    """Runs the benchmark as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pictures", nargs="*", type=Path, default=[SAMPLE], metavar="PICTURE")
    parser.add_argument("--width", type=int, default=320, help="pixels that are dreamed on")
    parser.add_argument("--networks", nargs="+", default=["mariana", "mariana-wide", "vgg16"])
    parser.add_argument("--sheet", type=Path, help="also lay the pictures on a sheet")
    options = parser.parse_args(words)
    photographs = [read_still(path, size=Size.of(f"{options.width}x")).rgb for path in options.pictures]
    rows = [("the photographs", photographs)]
    print("| network | score | directions | the photographs' | judge |\n|---|---|---|---|---|")
    for network, score in ((n, s) for n in options.networks for s in ("energy", "share")):
        dreams = dreamed(photographs, network, score)
        judge = judge_of(network)
        print(
            f"| {network} | {score} | {varied(dreams, judge):.1f} | {varied(photographs, judge):.1f} | {judge} |",
            flush=True,
        )
        rows.append((f"{network}, {score}", dreams))
    if options.sheet is not None:
        pictures = [trimmed(picture) for _, row in rows for picture in row]
        write_picture(options.sheet, sheet(pictures, len(photographs), [], [], [title for title, _ in rows]))


def dreamed(pictures: list[Array], network: str, score: str) -> list[Array]:
    """The pictures, each dreamed as a first frame."""
    dreamer = make_dreamer(recipe(network=network, score=score), Machine())
    return [to_array(dream_picture(dreamer, picture).picture) for picture in pictures]


def trimmed(picture: Array) -> Array:
    """The middle of a picture, three high to four wide."""
    height, width = picture.shape[:2]
    tall, wide = min(height, width * 3 // 4), min(width, height * 4 // 3)
    top, left = (height - tall) // 2, (width - wide) // 2
    return resized(picture[top : top + tall, left : left + wide], (320, 240))


def varied(pictures: list[Array], judge: str) -> float:
    """In how many directions varies what `judge` sees in the pictures."""
    network = load(judge)
    return directions([strongest(seen(network, picture)) for picture in pictures])


if __name__ == "__main__":
    main(sys.argv[1:])
