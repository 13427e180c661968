"""What each artistic option does from end to end: a row of pictures each, with their specks and burnt values.

    python benchmarks/ranges.py samples/bunny.mp4 samples/cat.jpg --pictures ranges/

Films are dreamed for a second and a dive for two, at five values of one option, all else at its default; what is shown
is the last frame. The table says how strong the dream is there, its finest grain of colour over the default's, and how
many more of all values are burnt (0 or 255) than in the source, in percent.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mariana_video.cli.app import run
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.stills.pictures import write_picture
from mariana_video.media.stills.sheet import labelled
from mariana_video.meters.specks import grain

Array = NDArray[np.float32]

FILM: Mapping[str, tuple[str, Sequence[str]]] = {
    "strength": ("1", ("0.25", "0.5", "1", "1.5", "2")),
    "carry": ("0.8", ("0", "0.5", "0.8", "0.95", "1")),
    "carried": ("change", ("change", "frame")),
    "mix": ("1", ("0.2", "0.4", "0.6", "0.8", "1")),
    "steps": ("1", ("0", "1", "2", "3", "4")),
    "octaves": ("3", ("1", "2", "3", "4", "5")),
    "octave-scale": ("1.5", ("1.2", "1.5", "1.8", "2.2", "3")),
    "jitter": ("16", ("0", "4", "16", "32", "64")),
    "motif-size": ("0.4", ("0.8", "0.6", "0.4", "0.3", "0.25")),
}
DIVE: Mapping[str, tuple[str, Sequence[str]]] = {
    "keep": ("1", ("0.9", "0.95", "0.98", "0.99", "1")),
    "grain": ("0", ("0", "0.25", "0.5", "0.75", "1")),
}


def shown(words: Sequence[str]) -> Array:
    """The last frame of what `mariana` makes of some words."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.mkv"
        code = run([words[0], words[1], str(made), *words[2:], "--codec", "ffv1", "--quiet"])
        if code:
            raise SystemExit(code)
        *_, last = read(open_clip(made))
    return last.rgb


def burnt(picture: Array) -> float:
    """The share of all values that are 0 or 255."""
    return float(((picture < 0.5 / 255) | (picture > 254.5 / 255)).mean())


def row(
    name: str, usual: str, values: Sequence[str], command: Sequence[str], source: Array
) -> tuple[Array, list[tuple[float, float, float]]]:
    """The pictures of one option beside each other, and their figures."""
    pictures = {value: shown([*command, f"--{name}", value]) for value in dict.fromkeys([usual, *values])}
    fine = grain(pictures[usual] - source)
    found = [
        (
            float(np.sqrt(np.square(pictures[value] - source).mean(dtype=np.float64))),
            grain(pictures[value] - source) / fine,
            100 * (burnt(pictures[value]) - burnt(source)),
        )
        for value in values
    ]
    return np.concatenate([labelled(pictures[value], f"--{name} {value}") for value in values], 1), found


def main(words: Sequence[str]) -> None:
    """Runs the benchmark as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("film")
    parser.add_argument("picture")
    parser.add_argument("--size", default="320x")
    parser.add_argument("--start", default="1")
    parser.add_argument("--seconds", default="1")
    parser.add_argument("--only", help="which options, separated by commas")
    parser.add_argument("--pictures", type=Path, help="write the rows to this folder")
    options = parser.parse_args(words)
    film = ["video", options.film, "--start", options.start, "--duration", options.seconds, "--size", options.size]
    source = shown([*film, "--steps", "0", "--first-steps", "0"])
    dive = ["zoom", options.picture, "--duration", "2", "--size", options.size, "--rate", "12.5"]
    ground = shown([*dive, "--steps", "0"])
    print("| option | " + " | ".join("12345") + " |\n|---|" + "---|" * 5)
    for table, command, under in ((FILM, film, source), (DIVE, dive, ground)):
        for name, (usual, values) in table.items():
            if options.only and name not in options.only.split(","):
                continue
            chosen = command if name == "motif-size" else [*command, "--motif-size", "0.4"]
            picture, found = row(name, usual, values, chosen, under)
            cells = [
                f"{value}: {rms:.3f}, {fine:.2f}, {burn:+.1f}"
                for value, (rms, fine, burn) in zip(values, found, strict=True)
            ]
            print(f"| `--{name}` | {' | '.join(cells)} |", flush=True)
            if options.pictures:
                options.pictures.mkdir(exist_ok=True)
                write_picture(options.pictures / f"{name}.jpg", picture)


if __name__ == "__main__":
    main(sys.argv[1:])
