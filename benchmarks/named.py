"""What networks take pictures for: the classes that they are surest of, a line a picture and network.

python benchmarks/named.py fool.png dog.png
python benchmarks/named.py fool.png dog.png --networks mariana,mariana-wide --most 3
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from mariana_video.dream.arrays import to_tensor
from mariana_video.media.stills.pictures import read_picture
from mariana_video.networks.network import Network
from mariana_video.networks.weights import load


def surest(network: Network, picture: Tensor, most: int) -> list[tuple[str, float]]:
    """The `most` classes that a network is surest of for a picture (1×3×H×W, 0…1), with how sure it is, 0…1."""
    with torch.no_grad():
        sure = network.logits(picture)[0].float().softmax(0)
    found = sure.topk(min(most, len(sure)))
    return [(network.classes[int(number)], float(share)) for share, number in zip(*found, strict=True)]


def main(words: Sequence[str]) -> None:
    """Prints the lines as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pictures", nargs="+", type=Path)
    parser.add_argument("--networks", default="mariana,mariana-wide")
    parser.add_argument("--most", type=int, default=4, help="how many classes are named")
    options = parser.parse_args(words)
    for name in options.networks.split(","):
        network = load(name)
        for path in options.pictures:
            named = surest(network, to_tensor(read_picture(path)[0]), options.most)
            print(f"{path} by {name}: " + ", ".join(f"{label} {100 * share:.1f} %" for label, share in named))


if __name__ == "__main__":
    main(sys.argv[1:])
