"""How fast it is, as ratios in one run on one machine: `python benchmarks/targets.py [CLIP]`; half an hour, calm.

    python benchmarks/targets.py --before ../older-checkout
    python benchmarks/targets.py --rows peer sizes

Times are processor seconds of the whole command, so that other work beside it does little to them; a frame is what more
frames take more than fewer do, which leaves out the start and the first frame. With --before, frames of 640×360 are
those of another checkout, run in turn with this one's.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command does it, before torch is loaded

import torch
from memory import taking
from speed import cpu_name
from torch import Tensor

from mariana_video.dream.arrays import to_tensor
from mariana_video.dream.ascent import shifted_gradient
from mariana_video.loop.dreamer import make_dreamer
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.networks.network import Network
from mariana_video.networks.weights import load
from mariana_video.recipe.job import Machine
from mariana_video.recipe.options import recipe

ROOT = Path(__file__).resolve().parents[1]
SMALL, LARGE, HUGE = (640, 360), (1920, 1080), (3840, 2160)
FRAMES = {SMALL: (3, 23), LARGE: (3, 13), HUGE: (2, 6)}  # frames of the shorter and the longer run
ROUNDS = 3
STEPS, OCTAVES, SCALE, LENGTH = 10, 4, 1.4, 0.01


def main(words: list[str]) -> None:
    """Prints the rows that are asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("clip", nargs="?", type=Path, default=ROOT / "samples" / "bunny.mp4")
    parser.add_argument("--before", type=Path, default=ROOT, help="another checkout, for frames of 640x360")
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), default=list(ROWS))
    options = parser.parse_args(words)
    print(f"CPU: {cpu_name()}; torch {torch.__version__}\n\n| what | found |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.rows:
            for what, found in ROWS[name](options.clip.resolve(), options.before.resolve(), Path(folder)):
                print(f"| {what} | {found} |", flush=True)


Rows = Iterator[tuple[str, str]]


def peer(clip: Path, _: Path, folder: Path) -> Rows:
    """Every frame alone, by ten textbook steps an octave, over a carried frame of ours."""
    picture = to_tensor(next(iter(read(open_clip(clip), size=SMALL))).rgb)
    found: dict[str, list[float]] = {"vgg16": [], "mariana": []}
    for _round in range(ROUNDS):
        ours = a_frame(ROOT, clip, SMALL, folder)
        for name, layer in (("vgg16", "conv4_3"), ("mariana", "conv4_3")):
            found[name].append(alone(load(name), layer, picture) / ours)
    for name, ratios in found.items():
        yield f"every frame alone ({name}, ten textbook steps on four octaves) over a carried frame", told(ratios)


def alone(network: Network, layer: str, picture: Tensor) -> float:
    """Processor seconds of a frame of 1×3×H×W dreamed alone, as tutorials do it: fp32, contiguous.

    Each octave goes on from the dream of the smaller one, laid over the picture; steps of the gradient over its mean.
    """
    network.to("cpu", torch.float32, torch.contiguous_format)
    began, shape = time.process_time(), picture.shape[-2:]
    detail = torch.zeros_like(picture)
    for level in reversed(range(OCTAVES)):
        small = [round(side / SCALE**level) for side in shape]
        base, detail = (torch.nn.functional.interpolate(one, small, mode="bilinear") for one in (picture, detail))
        dream = (base + detail).contiguous().requires_grad_(True)
        for _ in range(STEPS):
            (loss,) = (said.square().mean() for said in network.responses(dream, [layer]))
            (gradient,) = torch.autograd.grad(loss, dream)
            with torch.no_grad():
                dream += LENGTH * gradient / gradient.abs().mean()
        detail = dream.detach() - base
    return time.process_time() - began


def sizes(clip: Path, before: Path, folder: Path) -> Rows:
    """Carried frames of larger films over those of smaller ones."""
    large, huge = list[float](), list[float]()
    for _ in range(ROUNDS):
        small = a_frame(before, clip, SMALL, folder)
        medium = a_frame(ROOT, clip, LARGE, folder)
        large.append(medium / small)
        huge.append(a_frame(ROOT, clip, HUGE, folder) / medium)
    yield "a carried frame of 1920×1080 over one of 640×360", told(large)
    yield "a carried frame of 3840×2160 over one of 1920×1080", told(huge)


def start(clip: Path, _: Path, folder: Path) -> Rows:
    """From the command's start to the first frame of a film, in passes at full size beside torch's own import."""
    picture = to_tensor(next(iter(read(open_clip(clip), size=SMALL))).rgb)
    dreamer, found = make_dreamer(recipe(), Machine()), list[float]()
    score = dreamer.score()
    source = scaled(clip, SMALL, 1, folder)
    for _round in range(ROUNDS):
        importing = spent([sys.executable, "-c", "import torch"])
        began = time.process_time()
        for _step in range(STEPS):
            shifted_gradient(score, picture, (3, 5), 16)
        a_pass = (time.process_time() - began) / STEPS
        found.append((spent(command(source, folder)) - importing) / a_pass)
    yield "from start to first dreamed frame of 640×360: passes beside torch's import", told(found)


def memory(_: Path, __: Path, folder: Path) -> Rows:
    """Peak memory of films with VGG16 to conv4_3."""
    for size in (LARGE, HUGE):
        foretold, taken = taking(folder, "video", "vgg16", size)
        what = f"GB taken at {size[0]}×{size[1]} by VGG16 to conv4_3, everything included (foretold)"
        yield what, f"{taken / 1e9:.2f} ({foretold / 1e9:.2f})"


ROWS: dict[str, Callable[[Path, Path, Path], Rows]] = {
    "memory": memory,  # first: a child's peak is never less than what its parent had when it began
    "peer": peer,
    "sizes": sizes,
    "start": start,
}


def a_frame(checkout: Path, clip: Path, size: tuple[int, int], folder: Path) -> float:
    """Processor seconds of a carried frame of `size` (width, height), everything included."""
    few, many = FRAMES[size]
    seconds = [spent(command(scaled(clip, size, count, folder), folder), checkout) for count in (few, many)]
    return (seconds[1] - seconds[0]) / (many - few)


def command(source: Path, folder: Path) -> list[str]:
    """Dreams a film at the defaults."""
    output = str(folder / "out.mp4")
    return [sys.executable, "-m", "mariana_video", "video", str(source), output, "--quiet", "--overwrite"]


def spent(words: Sequence[str], checkout: Path = ROOT) -> float:
    """Processor seconds of a command that imports the program from a checkout."""
    before = _children()
    subprocess.run(words, check=True, cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout)})
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def scaled(clip: Path, size: tuple[int, int], frames: int, folder: Path) -> Path:
    """The first frames of a clip at a size, made once."""
    from imageio_ffmpeg import get_ffmpeg_exe

    made = folder / f"{size[0]}-{frames}.mp4"
    if not made.exists():
        scale = ["-vf", f"scale={size[0]}:{size[1]}", "-frames:v", str(frames), "-an"]
        subprocess.run([get_ffmpeg_exe(), "-v", "error", "-i", str(clip), *scale, str(made)], check=True)
    return made


def told(found: Sequence[float]) -> str:
    """The middle one, and between which it lies."""
    ordered = sorted(found)
    return f"{ordered[len(ordered) // 2]:.3g} × ({ordered[0]:.3g} to {ordered[-1]:.3g})"


if __name__ == "__main__":
    main(sys.argv[1:])
