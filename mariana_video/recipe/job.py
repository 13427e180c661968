"""Options of a job that change no pixel of the dream: where it runs and how the result is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from cyclopts import Parameter

from mariana_video.recipe.options import Group
from mariana_video.recipe.schedule import Bounds

Codec = Literal["h264", "hevc", "prores", "ffv1"]
Precision = Literal["auto", "fp32", "bf16", "fp16"]


@Parameter(name="*")
@dataclass(frozen=True)
class Machine(Group):
    """What the dream is computed on. Both are recorded with the result, for both change its last bits."""

    device: str = "auto"
    """`auto` takes CUDA, then Apple's MPS, then the CPU."""

    precision: Precision = "auto"
    """The network's number format; `auto` takes what this machine is measured to be fast at."""


@Parameter(name="*")
@dataclass(frozen=True)
class Storage(Group):
    """How a film is stored."""

    codec: Codec | None = None
    """Default: what suits OUTPUT's ending; h264 for .mp4."""

    crf: Annotated[int, Bounds(0, 51)] = 17
    """Quality of h264 and hevc: 0 is lossless, 17 looks lossless, 28 is small."""

    sound: Annotated[bool, Parameter(negative="--no-sound")] = True
    """Keep the source's sound."""

    overwrite: Annotated[bool, Parameter(negative=())] = False
    """Replace OUTPUT where it exists; otherwise that is refused."""
