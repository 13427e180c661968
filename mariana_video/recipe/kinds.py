"""The recipe of each kind of work: all that may be asked for, which the command line, Python and texts of it read.

That of a training is declared with its options, in `training/epochs/options.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from mariana_video.recipe.camera import Camera, Dive
from mariana_video.recipe.group import FILE, FIRST, Group, from_text, from_texts
from mariana_video.recipe.job import Farming, Machine, Output, Storage, Travelling
from mariana_video.recipe.kind import Kind
from mariana_video.recipe.look import Ascent, Dream
from mariana_video.recipe.options import Carry, Recipe, Shooting, Span, Where
from mariana_video.recipe.pictures import Begins, Exploring, Still, Tiles
from mariana_video.recipe.progression import Progress
from mariana_video.recipe.values.file import InputFile
from mariana_video.recipe.values.networks import Networks
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.schedule import Bounds
from mariana_video.recipe.values.time import Time

_AT = from_text(Annotated[Time, Bounds(0)])
_FILE = from_text(InputFile)
_FLAG = Parameter(negative=())
_FIRST = Parameter(group=FIRST)


@Parameter(name="*", group=FILE)
@dataclass(frozen=True)
class Played(Group):
    """How what was made is played."""

    play_once: Annotated[bool, _FLAG] = False
    """An animation that stops at its end. Default: it begins again and again."""


@Parameter(name="*", group=FILE)
@dataclass(frozen=True)
class Sounding(Group):
    """What is heard of a dive."""

    sound: Annotated[InputFile | None, _FILE] = None
    """A sound file, or a film's sound, to lie under the dive; cut to its length."""


@Parameter(name="*")
@dataclass(frozen=True)
class Judging(Group):
    """By what a dream is measured, and what is written of it."""

    network: Annotated[Networks, from_texts(Networks)] = Networks("mariana")
    """What scores how strongly it dreams: a network's name or a weights file; several may be said."""

    weights: Annotated[InputFile | None, _FILE] = None
    """A weights file for one of torchvision's networks (`resnet50`, `vgg16`, …), in place of its own."""

    layers: Annotated[Objective | None, from_text(Objective)] = None
    """The layers that are scored: `"conv3_3 + 0.5*conv4_2"`. Default: what suits the network."""

    flow_weights: Annotated[InputFile | None, _FILE] = None
    """RAFT's weights, to judge motion with RAFT. Not for a dream that was made with it."""

    start: Annotated[Time | None, _AT] = None
    """Where DREAM begins in SOURCE, when it is a dream of a part: `90` (seconds), `1:02.5`, `75%`."""

    width: Annotated[int, Bounds(64, 4096)] = 480
    """Longer side, in pixels, of the pictures on which motion is judged; larger ones are shrunk."""

    json: Path | None = None
    """Also write all figures, and those of each frame, to this file."""

    plot: Path | None = None
    """Also draw the figures over time, and where nothing could be judged, to this picture."""

    overwrite: Annotated[bool, _FLAG] = False
    """Replace the files of --json and --plot where they exist."""


@Parameter(name="*")
@dataclass(frozen=True)
class Gauging(Group):
    """By what a machine is gauged."""

    network: Annotated[Networks, from_texts(Networks)] = Networks("mariana")
    """What dreams the films: a network's name or a weights file. A step is timed of every network that is here."""


@Parameter(name="*")
@dataclass(frozen=True)
class Telling(Group):
    """What is written of how well a network tells pictures apart."""

    picture: Annotated[Path | None, _FLAG] = None
    """Write the confusion matrix as a picture, too."""

    overwrite: Annotated[bool, _FLAG] = False
    """Replace the file of --picture where it exists."""


@Parameter(name="*", group=FIRST)
@dataclass(frozen=True)
class Listing(Group):
    """Whether a list may replace another."""

    overwrite: Annotated[bool, _FLAG] = False
    """Replace a list that exists, with its pictures; otherwise that is refused."""


@Parameter(name="*")
@dataclass(frozen=True)
class ShotsRecipe(Kind):
    """`mariana shots`."""

    shooting: Shooting = Shooting()
    listing: Listing = Listing()


@Parameter(name="*")
@dataclass(frozen=True)
class FilmRecipe(Kind):
    """`mariana video`."""

    dream: Dream = Dream()
    carry: Carry = Carry()
    span: Span = Span()
    where: Where = Where()
    travelling: Travelling = Travelling()
    machine: Machine = Machine()
    farming: Farming = Farming()
    storage: Storage = Storage()

    @property
    def dreamt(self) -> Recipe:
        """What of it changes a pixel."""
        return Recipe(self.dream, self.carry, self.span, self.where)

    @property
    def is_plain(self) -> bool:
        """Whether nothing is said of the look."""
        return not (self.dream.said or self.carry.said or self.span.shots or self.travelling.recipe)


@Parameter(name="*")
@dataclass(frozen=True)
class PictureRecipe(Kind):
    """`mariana image`."""

    dream: Dream = Dream()
    where: Where = Where()
    still: Still = Still()
    travelling: Travelling = Travelling()
    machine: Machine = Machine()
    farming: Farming = Farming()

    @property
    def dreamt(self) -> Recipe:
        """What of it changes a pixel."""
        return Recipe(self.dream, where=self.where)


@Parameter(name="*")
@dataclass(frozen=True)
class DiveRecipe(Kind):
    """`mariana zoom`."""

    dream: Dream = Dream()
    camera: Camera = Camera()
    dive: Dive = Dive()
    begins: Begins = Begins()
    sounding: Sounding = Sounding()
    played: Played = Played()
    travelling: Travelling = Travelling()
    machine: Machine = Machine()
    farming: Farming = Farming()
    output: Output = Output()


@Parameter(name="*")
@dataclass(frozen=True)
class ProgressionRecipe(Kind):
    """`mariana progress`."""

    ascent: Ascent = Ascent()
    progress: Progress = Progress()
    begins: Begins = Begins()
    played: Played = Played()
    travelling: Travelling = Travelling()
    machine: Machine = Machine()
    farming: Farming = Farming()
    output: Output = Output()


@Parameter(name="*")
@dataclass(frozen=True)
class SheetRecipe(Kind):
    """`mariana layers` with --sheet or --channels."""

    tiles: Tiles = Tiles()
    dream: Dream = Dream()
    begins: Begins = Begins()
    travelling: Travelling = Travelling()
    machine: Machine = Machine()
    farming: Farming = Farming()


@Parameter(name="*")
@dataclass(frozen=True)
class ExploreRecipe(Kind):
    """`mariana explore`."""

    exploring: Exploring = Exploring()
    dream: Dream = Dream()
    begins: Begins = Begins()
    machine: Machine = Machine()
    farming: Farming = Farming()
    storage: Storage = Storage()


@Parameter(name="*")
@dataclass(frozen=True)
class MeasureRecipe(Kind):
    """`mariana measure`."""

    judging: Judging = Judging()


@Parameter(name="*")
@dataclass(frozen=True)
class BenchRecipe(Kind):
    """`mariana bench`."""

    gauging: Gauging = Gauging()
    machine: Machine = Machine()


@Parameter(name="*")
@dataclass(frozen=True)
class EvaluateRecipe(Kind):
    """`mariana evaluate`."""

    telling: Telling = Telling()
