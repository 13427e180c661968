"""The pictures of the guide's tables of commands, made by the commands that stand beside them there.

    python benchmarks/ways.py

Each row of docs/GUIDE.md with a command and a picture of `docs/pictures/ways/` is run, 256 pixels wide unless it says
a size, and its picture is written anew. Of a film three frames are shown. Each command is printed, and what it tells.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mariana_video.cli.app import run
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.stills.pictures import to_bytes

ROOT = Path(__file__).parents[1]
_ROW = re.compile(r"^\| `(mariana [^`]+)` \|.*\((pictures/ways/[\w-]+\.jpg)\) \|$", re.MULTILINE)
_WIDE = 256  # pixels
_FRAMES = (0.25, 0.6, 0.95)  # of a film
_HEAVIEST = 60_000  # bytes of a row's picture
_QUALITIES = range(92, 40, -4)


def rows() -> Iterator[tuple[str, Path]]:
    """Each command of the table, and the picture that stands beside it."""
    page = ROOT / "docs" / "GUIDE.md"
    for command, picture in _ROW.findall(page.read_text(encoding="utf-8")):
        yield command, page.parent / picture


def made_by(command: str) -> NDArray[np.float32]:
    """What a command makes, H×W×3 of 0…1: a picture, or some frames of a film below each other."""
    words = shlex.split(command)[1:]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / Path(words[2]).name
        sized = [] if "--size" in words else ["--size", f"{_WIDE}x"]
        if code := run([*words[:2], str(output), *words[3:], *sized]):
            raise SystemExit(code)
        frames = [frame.rgb for frame in read(open_clip(output))]
    if len(frames) == 1:
        return frames[0]
    return np.concatenate([frames[round(place * (len(frames) - 1))] for place in _FRAMES], 0)


def write(picture: NDArray[np.float32], path: Path) -> None:
    """Writes a JPEG that is light enough for a page; what is small is shown twice as large."""
    image = Image.fromarray(to_bytes(picture, None))
    if image.width <= _WIDE // 2:
        image = image.resize((2 * image.width, 2 * image.height), Image.Resampling.BICUBIC)
    for quality in _QUALITIES:
        image.save(path, quality=quality, optimize=True)
        if path.stat().st_size <= _HEAVIEST:
            return


def main(words: Sequence[str]) -> None:
    """Runs the rows as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", help="which pictures, by name, separated by commas")
    options = parser.parse_args(words)
    wanted = None if options.only is None else options.only.split(",")
    with contextlib.chdir(ROOT):
        for command, picture in rows():
            if wanted is None or picture.stem in wanted:
                print(command, flush=True)
                write(made_by(command), picture)


if __name__ == "__main__":
    main(sys.argv[1:])
