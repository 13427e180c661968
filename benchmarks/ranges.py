"""What each artistic option does from end to end: a row of pictures each, with their specks and burnt values.

    python benchmarks/ranges.py samples/bunny.mp4 samples/chelsea.png --pictures docs/pictures/ranges

A film is dreamed for a second, a picture once, a dive for two, at several values of one option, all else at its default
but for a larger --motif-size, which is quicker; what is shown is the last frame. The table says how strong the dream is
there, its finest grain of colour over the default's, and how many more of all values are burnt (0 or 255) than in the
source, in percent. There are no figures for the camera (a second each), for what takes back a part of each step (shown
on a class that is dreamed from noise), and for what shows only in motion: that has a row of frames for each value.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mariana_video.cli.app import run
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.stills.pictures import to_bytes, write_picture
from mariana_video.media.stills.sheet import labelled
from mariana_video.meters.specks import grain

Array = NDArray[np.float32]
Rows = Mapping[str, tuple[str, Sequence[str]]]  # the default, and what is shown

_HEAVIEST = 80_000  # bytes of a picture for a page
_NARROW = 128  # pixels: a picture that is no wider is shown twice as large
_QUALITIES = range(86, 40, -4)

FILM: Rows = {
    "strength": ("1", ("0.25", "0.5", "1", "1.5", "2")),
    "carried": ("change", ("change", "frame")),
    "mix": ("1", ("0.2", "0.4", "0.6", "0.8", "1")),
    "steps": ("1", ("0", "1", "2", "3", "4")),
    "octaves": ("3", ("1", "2", "3", "4", "5")),
    "octave-scale": ("1.5", ("1.2", "1.5", "1.8", "2.2", "3")),
    "jitter": ("16", ("0", "4", "16", "32", "64")),
}
STILL: Rows = {
    "layers": (
        "conv4_2 + 0.25*conv4_3",
        ("conv2_2", "conv3_3", "conv4_1", "conv4_2 + 0.25*conv4_3", "conv4_3"),
    ),
    "network": ("mariana", ("mariana", "mariana-wide", "vgg16")),
    "score": ("share", ("share", "energy")),
    "seed": ("0", ("0", "1", "2", "3", "4")),
    "bands": ("0.7,1,1", ("1,0,0", "1,1,0.3", "0.7,1,1", "0.3,1,2", "0,0,1")),
    "step-rule": ("mean", ("mean", "tutorial", "adam", "progress")),
    "colour": ("free", ("free", "source", "luminance")),
    "colour-steps": ("plain", ("plain", "decorrelated")),
    "saturation": ("", ("0", "0.5", "1", "2")),
    "palette": ("", ("samples/chelsea.png", "samples/bunny.mp4", "docs/pictures/ways/hens.jpg")),
    "symmetry": ("0", ("1", "3", "6", "12")),
    "symmetry-in": ("loop", ("loop", "end")),
    "first-steps": ("10", ("1", "3", "10", "30", "100")),
    "step-size": ("0.01", ("0.0025", "0.005", "0.01", "0.02", "0.04")),
    "motif-size": ("0.26", ("0.1", "0.18", "0.26", "0.5", "0.8")),
}
DIVE: Rows = {
    "keep": ("1", ("0.9", "0.95", "0.98", "0.99", "1")),
    "grain": ("0", ("0", "0.25", "0.5", "0.75", "1")),
}
CAMERA: Rows = {
    "zoom": ("1.5", ("0.7", "1", "1.5", "2.5")),
    "rotate": ("0", ("-40", "-20", "0", "20", "40")),
    "pan-x": ("0", ("-0.3", "0", "0.3")),
    "pan-y": ("0", ("-0.3", "0", "0.3")),
    "centre-x": ("0.5", ("0", "0.5", "1")),
    "centre-y": ("0.5", ("0", "0.5", "1")),
}
CLASS: Rows = {
    "decay": ("0", ("0", "0.01", "0.03", "0.1")),
    "blur": ("0", ("0", "0.5", "1", "2")),
    "clip-norm": ("0", ("0", "0.05", "0.2", "0.4")),
    "clip-contribution": ("0", ("0", "0.05", "0.2", "0.4")),
    "smoothness": ("0", ("0", "0.2", "0.5", "1")),
}
_DOG = (
    *("--size", "112x112", "--motif-size", "1", "--octaves", "1", "--layers", "class(dog)"),
    *("--step-size", "0.03", "--first-steps", "200"),
)
_ALSO = {"symmetry-in": ("--symmetry", "6")}  # what an option needs beside it
_CLOSE = ("grain",)  # what shows only in details: the middle, twice as large
_UNHURRIED = ("layers", "network", "motif-size")  # how large motifs are is a part of what these show


@dataclass(frozen=True)
class Moving:
    """An option that shows only in motion: its values, the frames that are shown, and the words for them.

    Where `changed` is set, what changes from the first of them to the second comes last, three times as strong.
    """

    values: Sequence[str]
    frames: Sequence[int]
    words: Sequence[str]
    changed: bool = False


FILMS_MOVING: Mapping[str, Moving] = {
    "carry": Moving(("0", "0.8", "1"), (4, 5, 25, 49), ("--duration", "2"), changed=True),
    "temporal-weight": Moving(("0", "5", "50"), (1, 2, 3, 4), ("--carry", "0", "--duration", "0.2")),
}
DIVES_MOVING: Mapping[str, Moving] = {
    "channel-cycle": Moving(("0", "1"), (12, 24, 36, 49), ("--duration", "4")),
}
_QUICK, _QUICKER = ("--motif-size", "0.4"), ("--motif-size", "0.6")


@cache
def frames_of(*words: str) -> list[Array]:
    """Every frame of what `mariana` makes of some words."""
    still = words[0] == "image"
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / ("made.png" if still else "made.mkv")
        code = run([words[0], words[1], str(made), *words[2:], *([] if still else ["--codec", "ffv1"]), "--quiet"])
        if code:
            raise SystemExit(code)
        return [frame.rgb for frame in read(open_clip(made))]


def shown(words: Sequence[str]) -> Array:
    """The last frame of what `mariana` makes of some words."""
    return frames_of(*words)[-1]


def burnt(picture: Array) -> float:
    """The share of all values that are 0 or 255."""
    return float(((picture < 0.5 / 255) | (picture > 254.5 / 255)).mean())


def pictures_of(name: str, usual: str, values: Sequence[str], command: Sequence[str]) -> dict[str, Array]:
    """The last frame at each value of an option; the default is what comes without it."""
    return {value: shown([*command, *([] if value == usual else [f"--{name}", value])]) for value in values}


def row(name: str, pictures: Mapping[str, Array]) -> Array:
    """The pictures of one option beside each other, its values written on them."""
    pictures = {
        value: one if one.shape[1] > _NARROW else one.repeat(2, 0).repeat(2, 1) for value, one in pictures.items()
    }
    return np.concatenate([labelled(picture, f"--{name} {value}") for value, picture in pictures.items()], 1)


def middle(picture: Array) -> Array:
    """The middle of a picture, twice as large."""
    height, width = picture.shape[:2]
    part = picture[height // 4 : height // 4 + height // 2, width // 4 : width // 4 + width // 2]
    return part.repeat(2, 0).repeat(2, 1)


def figures(pictures: Mapping[str, Array], usual: Array, source: Array) -> str:
    """A row of the table: the figures of each picture."""
    fine = grain(usual - source)
    cells = [
        f"{value}: {np.sqrt(np.square(picture - source).mean(dtype=np.float64)):.3f}, "
        f"{grain(picture - source) / fine:.2f}, {100 * (burnt(picture) - burnt(source)):+.1f}"
        for value, picture in pictures.items()
    ]
    return " | ".join(cells)


def motion(name: str, moving: Moving, command: Sequence[str]) -> Array:
    """For each value of an option a row of frames of the film, below each other."""
    rows = []
    for value in moving.values:
        frames = frames_of(*command, *moving.words, f"--{name}", value)
        chosen = [frames[number] for number in moving.frames]
        words = [f"--{name} {value}, frame {number}" for number in moving.frames]
        if moving.changed:
            first, second = moving.frames[:2]
            chosen.append(np.clip(3 * np.abs(frames[second] - frames[first]), 0, 1))
            words.append(f"changed from {first} to {second}")
        rows.append(np.concatenate([labelled(frame, text) for frame, text in zip(chosen, words, strict=True)], 1))
    return np.concatenate(rows)


def masked(picture: str, size: str) -> Array:
    """A picture, a mask with a white and a grey disc, and the dream through it."""
    source = shown(["image", picture, "--size", size, "--first-steps", "0"])
    height, width = source.shape[:2]
    down, right = np.mgrid[:height, :width]
    mask = np.zeros_like(source)
    for x, y, light in ((0.36, 0.40, 1.0), (0.76, 0.5, 0.5)):
        mask[np.hypot(right - x * width, down - y * height) < 0.3 * height] = light
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mask.png"
        write_picture(path, mask)
        dream = shown(["image", picture, "--size", size, "--motif-size", "0.4", "--mask", str(path)])
    words = ((source, "the picture"), (mask, "the mask"), (dream, "--mask mask.png"))
    return np.concatenate([labelled(part, text) for part, text in words], 1)


def keep(folder: Path | None, name: str, picture: Array) -> None:
    """Writes a row as a JPEG that is light enough for a page."""
    if folder is None:
        return
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.jpg"
    for quality in _QUALITIES:
        Image.fromarray(to_bytes(picture, None)).save(path, quality=quality, optimize=True)
        if path.stat().st_size <= _HEAVIEST:
            return


def main(words: Sequence[str]) -> None:
    """Runs the benchmark as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("film")
    parser.add_argument("picture")
    parser.add_argument("--size", default="320x")
    parser.add_argument("--start", default="1")
    parser.add_argument("--seconds", default="1", help="of film, for the rows of single pictures")
    parser.add_argument("--only", help="which options, separated by commas")
    parser.add_argument("--pictures", type=Path, help="write the rows to this folder")
    options = parser.parse_args(words)
    wanted = None if options.only is None else options.only.split(",")
    film = ["video", options.film, "--start", options.start, "--size", options.size]
    still = ["image", options.picture, "--size", options.size]
    dive = ["zoom", options.picture, "--size", options.size, "--rate", "12.5"]
    print("| option | " + " | ".join("12345") + " |\n|---|" + "---|" * 5)
    second, two = ["--duration", options.seconds], ["--duration", "2"]
    for table, command in ((FILM, [*film, *second]), (STILL, still), (DIVE, [*dive, *two])):
        for name, (usual, values) in table.items():
            if wanted is None or name in wanted:
                source = shown([*command, "--first-steps" if command is still else "--steps", "0"])
                chosen = [*command, *(() if name in _UNHURRIED else _QUICK), *_ALSO.get(name, ())]
                pictures = pictures_of(name, usual, values, chosen)
                print(f"| `--{name}` | {figures(pictures, shown(chosen), source)} |", flush=True)
                close = {value: middle(one) for value, one in pictures.items()} if name in _CLOSE else pictures
                keep(options.pictures, name, row(name, close))
    for table, command in ((CAMERA, [*dive, "--duration", "1", *_QUICKER]), (CLASS, ["image", "noise", *_DOG])):
        for name, (usual, values) in table.items():
            if wanted is None or name in wanted:
                pictures = pictures_of(name, usual, values, command)
                keep(options.pictures, name, row(name, pictures))
    for moving, command in ((FILMS_MOVING, film), (DIVES_MOVING, dive)):
        for name, one in moving.items():
            if wanted is None or name in wanted:
                keep(options.pictures, name, motion(name, one, [*command, *_QUICKER]))
    if wanted is None or "mask" in wanted:
        keep(options.pictures, "mask", masked(options.picture, options.size))


if __name__ == "__main__":
    main(sys.argv[1:])
