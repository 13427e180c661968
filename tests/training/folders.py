"""Folders of classes, and a network to judge them, made for a test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from mariana_video.networks import weights
from mariana_video.networks.mariana import Architecture, Mariana

COLOURS = {"gatto": (210, 60, 50), "cane": (50, 70, 210), "ragno": (60, 190, 70)}


def make_folder(folder: Path, count: int = 10, colours: dict[str, tuple[int, int, int]] = COLOURS) -> Path:
    """Classes that a colour tells apart, blotches keep the pictures from being near-duplicates."""
    generator = np.random.default_rng(5)
    for name, colour in colours.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            blotches = np.array(colour) + generator.integers(-45, 45, (9, 11, 1))
            picture = Image.fromarray(blotches.clip(0, 255).astype(np.uint8)).resize((72, 60), Image.Resampling.NEAREST)
            picture.save(folder / name / f"{number:03d}.png")
    return folder


def small_classifier(path: Path, classes: tuple[str, ...] = ("cat", "dog")) -> Path:
    """A weights file of a network that was never trained and looks at a picture in no time."""
    suited = {"layers": "conv2_2", "step_size": 0.02, "strength": 0.1}
    model = Mariana(Architecture((8, 12), True, 16, 16, len(classes)))
    weights.save(path, model, {"name": path.stem, "suited": suited, "classes": list(classes)})
    return path
