"""What a network says of natural pictures, measured and written into its file.

    python benchmarks/natural.py models/mariana.safetensors wide animals10

The file is a network of this program or its VGG16; of each folder's pictures (one subfolder a class) an equal number is
drawn, 240 in all. The weights stay as they are.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

from mariana_video.networks import weights
from mariana_video.networks.files import read_safetensors
from mariana_video.training.outcome.export import said_of
from mariana_video.training.pictures.data import decode
from mariana_video.training.pictures.folders import class_folders, picture_files

PICTURES = 240


def drawn(folders: list[Path]) -> list[Path]:
    """The pictures that are looked at: the same ones whenever it is asked."""
    chance = random.Random(5)
    chosen: list[Path] = []
    for folder in folders:
        files = sorted(file for inner in class_folders(folder).values() for file in picture_files(inner)[0])
        chosen += chance.sample(files, min(len(files), PICTURES // len(folders)))
    return chosen


def main(file: Path, folders: list[Path]) -> None:
    """Measure, and put the figures into the metadata of `file`."""
    network = weights.load_file(file)
    said = said_of(network, [decode(path) for path in drawn(folders)])
    for name, layer in said.items():
        print(f"{name}: rms {float(layer.squares.mean().sqrt()):.3f}, share {layer.share:.3f}")
    tensors, strings = read_safetensors(file)
    kept = {name: tensor.clone() for name, tensor in tensors.items()}
    found = {name: layer.to_dict() for name, layer in said.items()}
    weights.write(file, kept, {**strings, "natural": json.dumps(found)})


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(word) for word in sys.argv[2:]])
