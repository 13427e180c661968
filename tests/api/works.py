"""Small works of a tiny network: a film, a dive, a progression, a sheet, an exploration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mariana_video
from mariana_video.api.making.work import Work

QUICK: dict[str, Any] = {"first_steps": 1, "size": "48x36", "precision": "fp32"}


def film(output: str = "dream.mkv", **more: Any) -> Work[Path]:
    return mariana_video.video("clip.mkv", output, **{**QUICK, "codec": "ffv1", **more})


def dive(output: str, **more: Any) -> Work[Path]:
    options = {name: value for name, value in QUICK.items() if name != "first_steps"}
    return mariana_video.zoom("photo.png", output, duration=0.6, rate=10, **options, **more)


def steps(output: str, **more: Any) -> Work[Path]:
    options = {name: value for name, value in QUICK.items() if name != "first_steps"}
    return mariana_video.progress("photo.png", output, steps=4, every=1, **options, **more)


def layers(output: str = "layers.png", **more: Any) -> Work[Path]:
    """A sheet of the network's four layers."""
    return mariana_video.sheet(output=output, **{"sheet": "photo.png", **QUICK, **more})


def channels(output: str = "channels.png", **more: Any) -> Work[Path]:
    """A sheet of three channels."""
    asked = {"channels": "conv2_1[7] + conv1_1[2] + conv2_1[0]", **QUICK, **more}
    return mariana_video.sheet(output=output, **asked)


def looks(output: str = "looks", **more: Any) -> Work[Path]:
    """Four looks, of which only the layers and what joins them are drawn."""
    return mariana_video.explore("photo.png", output, **{"count": 4, **QUICK, **more})
