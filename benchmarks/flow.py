"""How right the motion is: `python benchmarks/flow.py FOLDER [--flow METHOD …] [--weights FILE]`.

FOLDER holds pairs of frames with their true flow, in the layouts of two public sets: Middlebury (one folder a pair:
frame10.png, frame11.png, flow10.flo) and MPI-Sintel (frame_0002.png, frame_0003.png, frame_0002.flo and, where there
are any, occlusions_frame_0002.png and invalid_frame_0002.png; any frame number). The truth belongs to the first frame
and points to the second, so the first frame is taken as the current one and the second as the previous one.

Prints a Markdown table: the mean end-point error over visible pixels; of the pixels kept (visibility over 0.5) those
whose flow is more than 3 pixels wrong (what is hidden in the other frame counts too, if it is kept); of the visible
pixels whose flow is right within a pixel the share that is kept; the cost of a pair, both directions and visibility,
in milliseconds of one core.
"""

from __future__ import annotations

import argparse
import platform
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from mariana_video.errors import MarianaError
from mariana_video.motion.flow import METHODS, Estimator
from mariana_video.motion.view import View

MAGIC = 202021.25
UNKNOWN = 1e9  # Middlebury marks pixels without truth by flow beyond this
WRONG, RIGHT = 3.0, 1.0  # pixels


@dataclass(frozen=True)
class Pair:
    name: str
    current: View
    previous: View
    truth: NDArray[np.float32]  # H×W×2
    known: NDArray[np.bool_]
    visible: NDArray[np.bool_]


def read_flow(path: Path) -> NDArray[np.float32]:
    """A .flo file (Middlebury): H×W×2."""
    data = path.read_bytes()
    width, height = np.frombuffer(data, "<i4", 2, 4)
    if np.frombuffer(data, "<f4", 1)[0] != np.float32(MAGIC):
        raise SystemExit(f"{path} is no .flo file")
    return np.frombuffer(data, "<f4", 2 * width * height, 12).reshape(height, width, 2).copy()


def read_view(path: Path) -> View:
    picture = cv2.imread(str(path))
    if picture is None:
        raise SystemExit(f"{path} can't be read as a picture")
    rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(np.float32) / np.float32(255)
    return View(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8), rgb)


def read_mask(path: Path, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) if path.exists() else None
    return np.zeros(shape, bool) if picture is None else picture > 127


def read_pair(path: Path) -> Pair:
    """The pair whose flow is the .flo file at `path`."""
    number = re.search(r"(\d+)$", path.stem)
    if number is None:
        raise SystemExit(f"{path} has no frame number in its name")
    digits = number[1]
    first = path.with_name(f"frame{'_' if '_' in path.stem else ''}{digits}.png")
    second = first.with_name(first.name.replace(digits, f"{int(digits) + 1:0{len(digits)}}"))
    truth = read_flow(path)
    shape = truth.shape[:2]
    known = (np.abs(truth) < UNKNOWN).all(-1) & ~read_mask(path.with_name(f"invalid_{first.name}"), shape)
    truth[~known] = 0
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    x, y = columns + truth[..., 0], rows + truth[..., 1]
    inside = (x >= 0) & (x <= shape[1] - 1) & (y >= 0) & (y <= shape[0] - 1)
    visible = known & inside & ~read_mask(path.with_name(f"occlusions_{first.name}"), shape)
    return Pair(path.parent.name, read_view(first), read_view(second), truth, known, visible)


def read_pairs(folder: Path) -> Iterator[Pair]:
    files = sorted(folder.rglob("*.flo"))
    if not files:
        raise SystemExit(f"no .flo files in {folder}")
    for path in files:
        yield read_pair(path)


def row(pair: Pair, method: str, estimator: Estimator, runs: int) -> str:
    """One line of the table."""
    spent = []
    for _ in range(runs):
        begun = time.process_time()
        motion = estimator.between(pair.current, pair.previous)
        spent.append(time.process_time() - begun)
    error = np.linalg.norm(motion.flow[0].permute(1, 2, 0).numpy() - pair.truth, axis=-1)
    kept = motion.visible[0, 0].numpy() > 0.5
    right = pair.visible & (error < RIGHT)
    return (
        f"| {pair.name} | {method} | {error[pair.visible].mean():.2f}"
        f" | {100 * (error > WRONG)[pair.known & kept].mean():.2f} | {100 * kept[right].mean():.1f}"
        f" | {100 * right.sum() / pair.visible.sum():.1f} | {100 * kept[pair.visible].mean():.1f}"
        f" | {1000 * min(spent):.0f} |"
    )


def processor() -> str:
    path = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*:\s*(.+)", path.read_text()) if path.exists() else []
    return names[0] if names else platform.processor() or platform.machine()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--flow", nargs="+", default=["dis"], choices=METHODS)
    parser.add_argument("--weights", type=Path, help="RAFT's weights")
    parser.add_argument("--runs", type=int, default=3, help="the fastest of so many is told")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    print(f"One core of {processor()}, OpenCV {cv2.__version__}, torch {torch.__version__}.\n")
    print("| pair | flow | EPE px | kept: > 3 px wrong % | right: kept % | visible: right % | visible: kept % | ms |")
    print("|---|---|---|---|---|---|---|---|")
    try:
        estimators = {method: Estimator(method, options.weights) for method in options.flow}
    except MarianaError as error:
        sys.exit(str(error))
    for pair in read_pairs(options.folder):
        for method, estimator in estimators.items():
            print(row(pair, method, estimator, options.runs), flush=True)


if __name__ == "__main__":
    main()
