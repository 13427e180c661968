"""Folders of classes made for a test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

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
