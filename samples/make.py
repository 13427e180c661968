"""Makes what the README shows, with the program as it stands: `make samples`, about ten minutes on two cores."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command does it, before torch is loaded

from mariana_video.cli.app import run

COMMANDS = (
    "video samples/bunny.mp4 samples/bunny-dream.webp --size 400x",
    "video samples/bunny.mp4 samples/bunny-cathedral.webp --size 400x --recipe cathedral",
    "image samples/chelsea.png samples/chelsea-dream.jpg",
    "image samples/chelsea.png samples/chelsea-vgg16.jpg --network vgg16",
    "progress samples/chelsea.png samples/chelsea-sheet.jpg --frames 12 --size 300x",
    "progress samples/chelsea.png samples/chelsea-steps.gif --steps 40 --frames 30 --size 240x --label",
    "zoom samples/chelsea.png samples/chelsea-loop.webp --loop source --duration 4 --rate 20 --size 240x --rotate 8",
)


def main() -> int:
    os.chdir(Path(__file__).parents[1])
    return max(run([*command.split(), "--overwrite"]) for command in COMMANDS)


if __name__ == "__main__":
    sys.exit(main())
