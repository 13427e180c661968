"""How right the judge of `mariana measure` is: `python benchmarks/judge.py FOLDER [--weights FILE] [--scale 0.4]`.

FOLDER holds pairs of frames with their true flow, as for `flow.py`. Prints a Markdown table: of the visible pixels (and
of those that move) the share that is judged; of the judged ones the share that is truly visible; their mean end-point
error and the shares that are more than 1 and 3 pixels wrong. `--scale` shrinks the pairs, as `measure` shrinks clips.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from flow import Pair, read_pairs
from numpy.typing import NDArray

from mariana_video.judging.judge import Judge

HEADINGS = (
    "pair",
    "judge",
    "judged of visible %",
    "of moving %",
    "judged: visible %",
    "EPE px",
    "> 1 px %",
    "> 3 px %",
)


def shrunk(picture: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    size = round(picture.shape[1] * scale), round(picture.shape[0] * scale)
    return picture if scale == 1 else np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)


def row(pair: Pair, judge: Judge, scale: float) -> str:
    """One line of the table."""
    assert pair.current.rgb is not None
    assert pair.previous.rgb is not None
    found = judge.between(shrunk(pair.current.rgb, scale), shrunk(pair.previous.rgb, scale))
    truth = shrunk(pair.truth, scale) * np.float32(scale)
    known, visible = shrunk(_share(pair.known), scale) > 0.99, shrunk(_share(pair.visible), scale) > 0.5
    judged, moving = found.judged & known, visible & (np.linalg.norm(truth, axis=-1) > 1)
    error = np.linalg.norm(found.flow - truth, axis=-1)[judged]
    seen = (judged[visible].mean(), judged[moving].mean(), visible[judged].mean())
    shares = " | ".join(f"{100 * share:.1f}" for share in seen)
    wrong = " | ".join(f"{100 * (error > by).mean():.2f}" for by in (1, 3))
    return f"| {pair.name} | {judge.names[0]}, {judge.names[1]} | {shares} | {error.mean():.2f} | {wrong} |"


def _share(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    return mask.astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weights", type=Path, help="RAFT's weights: judge with RAFT as well as without")
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    judges = [Judge(), *([Judge(options.weights)] if options.weights else [])]
    print(f"| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}")
    for pair in read_pairs(options.folder):
        for judge in judges:
            print(row(pair, judge, options.scale), flush=True)


if __name__ == "__main__":
    main()
