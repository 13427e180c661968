"""Whether two checkouts make the same bits: the law of every change that is to change nothing.

    python benchmarks/bits.py ../before .

Each makes, in fp32 on this machine, a film, a dive, both loops, a progression, a picture, and two epochs of training.
Compared is what is seen and heard of: every decoded picture and its time, every packet of sound, every weight. Prints a
table and ends with exit code 1 where anything differs.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
CLIP, PICTURE, DATA = "{samples}/bunny.mp4", "{samples}/chelsea.png", "{here}/pictures"
SMALL = ["--size", "160x", "--precision", "fp32"]
WORK = {
    "a film, as stored by default": ["video", CLIP, "film.mp4", "--duration", "0.5", *SMALL],
    "a film, losslessly": ["video", CLIP, "film.mkv", "--codec", "ffv1", "--start", "0.2", "--duration", "0.4", *SMALL],
    "a film of GIF": ["video", CLIP, "film.gif", "--duration", "0.3", *SMALL],
    "a dive": ["zoom", PICTURE, "dive.mkv", "--codec", "ffv1", "--duration", "0.6", "--rate", "15", *SMALL],
    "a loop through its source": ["zoom", PICTURE, "loop.mkv", "--codec", "ffv1", "--loop", "source", "--duration", "2",
                                  "--rate", "6", *SMALL],
    "a loop of structure": ["zoom", PICTURE, "round.mkv", "--codec", "ffv1", "--loop", "structure", "--duration", "2",
                            "--rate", "6", *SMALL],
    "a progression": ["progress", PICTURE, "steps/", "--steps", "8", "--frames", "6", *SMALL],
    "a picture": ["image", PICTURE, "picture.png", *SMALL],
    "two epochs of training": ["train", DATA, "net.safetensors", "--epochs", "2", "--batch", "8", *SMALL[2:]],
}  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A part of a result that can be told apart from others: a picture, a sound's packet, a tensor."""

    name: str
    content: str


def main(words: list[str]) -> int:
    """Runs both checkouts as the command line says, and compares."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("old", type=Path, help="a checkout")
    parser.add_argument("new", type=Path, help="another checkout")
    options = parser.parse_args(words)
    print("| what | pieces | same bits |\n|---|---:|---|")
    same = True
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        _pictures(here / "pictures")
        for what, command in WORK.items():
            old, new = (_made(checkout.resolve(), here / side, command) for side, checkout in vars(options).items())
            difference = _difference(old, new)
            print(f"| {what} | {len(new)} | {difference or 'yes'} |", flush=True)
            same &= difference is None
    return 0 if same else 1


def _made(checkout: Path, place: Path, command: list[str]) -> list[Piece]:
    """What the checkout's command makes, run in a folder of its own."""
    place.mkdir(exist_ok=True)
    words = [word.format(samples=SAMPLES, here=place.parent) for word in command]
    # The package is looked for here first, wherever an installed one may be.
    environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONSAFEPATH": "1"}
    asked = [sys.executable, "-m", "mariana_video", *words, "--quiet"]
    done = subprocess.run(asked, cwd=place, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{checkout}: {' '.join(words)}: {done.stderr.strip()}")
    return list(_pieces(place / words[2]))


def _pieces(made: Path) -> Iterator[Piece]:
    if made.is_dir():
        for file in sorted(made.glob("*.png")):
            yield from _pieces(file)
    elif made.suffix == ".safetensors":
        yield from _weights(made)
    else:
        yield from _shown(made)


def _weights(made: Path) -> Iterator[Piece]:
    from safetensors.numpy import load_file

    for name, tensor in sorted(load_file(made).items()):
        yield Piece(name, _mark(tensor.tobytes()))


def _shown(made: Path) -> Iterator[Piece]:
    """The pictures and sounds of a film, an animation or a picture."""
    import av

    with av.open(str(made)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            time = None if frame.pts is None or frame.time_base is None else frame.pts * frame.time_base
            pixels = frame.reformat(format="bgra") if frame.format.name == "bgr0" else frame  # one numpy knows
            yield Piece(f"{made.name}, picture {number} at {time} s", _mark(pixels.to_ndarray().tobytes()))
    with av.open(str(made)) as container:
        for packet in container.demux(*container.streams.audio) if container.streams.audio else ():
            if packet.pts is not None:
                yield Piece(f"{made.name}, sound at {float(packet.pts * packet.time_base):.6f} s", _mark(bytes(packet)))


def _difference(old: list[Piece], new: list[Piece]) -> str | None:
    """Where two results part first; None where they don't."""
    if len(old) != len(new):
        return f"no: {len(old)} pieces became {len(new)}"
    for before, now in zip(old, new, strict=True):
        if before.name != now.name:
            return f"no: {before.name} became {now.name}"
        if before.content != now.content:
            return f"no: {now.name} differs"
    return None


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _pictures(folder: Path) -> None:
    """Two classes of pictures to learn: stripes across and stripes down."""
    from PIL import Image

    chance = np.random.default_rng(0)
    for kind in ("across", "down"):
        (folder / kind).mkdir(parents=True)
        for number in range(24):
            pixels = chance.integers(0, 80, (40, 48, 3), dtype=np.uint8)
            band = slice(number % 8 * 5, number % 8 * 5 + 6)
            pixels[band if kind == "across" else (slice(None), band)] += 150
            Image.fromarray(pixels).save(folder / kind / f"{number}.png")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
