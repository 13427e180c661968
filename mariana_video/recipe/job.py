"""Options of a job that change no pixel of the dream: where it runs and how the result is stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from mariana_video.recipe.group import FILE, FIRST, LOOK, MACHINE, Group, from_text
from mariana_video.recipe.values.farm import Farm
from mariana_video.recipe.values.file import RecipeFile
from mariana_video.recipe.values.memory import Memory
from mariana_video.recipe.values.schedule import Bounds

Codec = Literal["h264", "hevc", "vp9", "av1", "prores", "ffv1"]
Precision = Literal["auto", "fp32", "bf16", "fp16"]


@Parameter(name="*", group=MACHINE)
@dataclass(frozen=True)
class Machine(Group):
    """What the dream is computed on. It is recorded with the result, for it may change its last bits."""

    device: str = "auto"
    """`auto` takes CUDA, then Apple's MPS, then the CPU."""

    precision: Precision = "auto"
    """The network's number format; `auto` takes what this machine is measured to be fast at."""

    memory: Annotated[Memory | None, from_text(Memory)] = None
    """How much memory the work may take, as `4GB` or `800MB`: large pictures go through the network in tiles that fit,
    and what doesn't fit is refused before it begins. Default: what is free."""


@Parameter(name="*", group=MACHINE)
@dataclass(frozen=True)
class Farming(Group):
    """Whether many machines make it together."""

    farm: Annotated[Farm | None, from_text(Farm)] = None
    """Let many workers make it: `auto` (the Ray cluster that this machine is part of), `ray://HOST:PORT`, or `local:N`
    (N on this machine). What comes out is the same, byte for byte. It needs `pip install "mariana-video[farm]"`."""

    mixed: Annotated[bool, Parameter(negative=())] = False
    """Take workers of a --farm whose last bits differ, too (other processors, number formats, versions of libraries).
    Default: they are left out."""


@Parameter(name="*", group=FILE)
@dataclass(frozen=True)
class Travelling(Group):
    """The recipe that travels with every result."""

    recipe: Annotated[RecipeFile | None, from_text(RecipeFile), Parameter(group=LOOK)] = None
    """A look to go by: its name (`mariana recipes` lists them), a text (`mariana recipe` prints one), or any result,
    which carries its own. Part, size and mask are taken over only for the very same SOURCE. What else is said wins."""

    no_recipe: Annotated[bool, Parameter(negative=())] = False
    """Leave the recipe out of OUTPUT. Default: every result carries its own, without names of your files (a network of
    yours is called in it as you call it, `NAME=FILE`, or else `own`)."""


@Parameter(name="*", group=FILE)
@dataclass(frozen=True)
class Output(Group):
    """What kind of film is written."""

    codec: Codec | None = None
    """Default: what suits OUTPUT's ending; h264 for .mp4."""

    crf: Annotated[int, Bounds(0, 63)] = 17
    """Quality of h264 and hevc (0 to 51), vp9 and av1 (0 to 63): 0 is the best, 17 looks lossless, 28 is small."""

    overwrite: Annotated[bool, Parameter(negative=(), group=FIRST)] = False
    """Replace OUTPUT where it exists; otherwise that is refused."""

    restart: Annotated[bool, Parameter(negative=())] = False
    """Throw away what is there of an unfinished film, or a list's shots. Default: the same command continues it."""

    preview: Path | None = None
    """A picture file that shows how far the film is, renewed while it is made."""


@Parameter(name="*", group=FILE)
@dataclass(frozen=True)
class Storage(Output):
    """How a film is stored that is made from another one."""

    sound: Annotated[bool, Parameter(negative="--no-sound")] = True
    """Keep the source's sound."""
