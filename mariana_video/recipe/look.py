"""How every dream looks beside what is dreamed: symmetry, colours, and what the steps take back.

Annotations are objects here, not texts: who inherits these options knows nothing of the names in them.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from cyclopts import Parameter

from mariana_video.recipe.group import COLOUR, FIRST, LOOK, STEPS, from_text
from mariana_video.recipe.subject import Subject
from mariana_video.recipe.values.bands import Bands
from mariana_video.recipe.values.file import InputFile
from mariana_video.recipe.values.schedule import Bounds, Schedule

_NUMBER = from_text(Schedule)
_FILE = from_text(InputFile)
_COLOUR = Parameter(group=COLOUR)
_STEPS = Parameter(group=STEPS)
_FIRST = Parameter(group=FIRST)

Rule = Literal["mean", "tutorial", "adam", "progress"]
Kept = Literal["free", "source", "luminance"]


@Parameter(name="*", group=LOOK)
@dataclass(frozen=True)
class Dream(Subject):
    """What is dreamed, how strongly, and how it looks."""

    symmetry: Annotated[Schedule, Bounds(0, 64, whole=True), _NUMBER, _COLOUR] = Schedule("0")
    """In how many mirrored sectors the picture repeats itself, as in a kaleidoscope; 1 is a mirror, left to right."""

    symmetry_in: Annotated[Literal["loop", "end"], _COLOUR] = "loop"
    """Whether symmetrical pictures are dreamed on (`loop`), so that structure grows by it, or only shown (`end`)."""

    colour: Annotated[Kept, _COLOUR] = "free"
    """`source` keeps the source's colours, and only light and dark are dreamed; `luminance` keeps light and dark."""

    colour_steps: Annotated[Literal["plain", "decorrelated"], _COLOUR] = "plain"
    """`decorrelated` steps go where colours go in nature (light more than hue): calmer, and fewer neon greens."""

    saturation: Annotated[Schedule | None, Bounds(0, 4), _NUMBER, _COLOUR] = None
    """How colourful the dream is beside its source: 1 holds it there, 0 is grey. Default: as it comes."""

    palette: Annotated[InputFile | None, _FILE, _COLOUR] = None
    """A picture whose colours the dream takes on."""

    step_rule: Annotated[Rule, _STEPS] = "mean"
    """`mean` moves a pixel by --step-size on average; `tutorial` steps as TensorFlow's DeepDream tutorial does, `adam`
    as that optimiser; `progress` raises the score by --step-size, however far that moves the picture."""

    bands: Annotated[Bands, from_text(Bands), _STEPS] = Bands("0.7,1,1")
    """How much fine, middle and coarse detail count in a step: `1,1,0.5` is finer, `0.3,1,1.5` broader."""

    decay: Annotated[Schedule, Bounds(0, 1), _NUMBER, _STEPS] = Schedule("0")
    """How much of what was dreamed each step takes back."""

    blur: Annotated[Schedule, Bounds(0, 20), _NUMBER, _STEPS] = Schedule("0")
    """By how many pixels (standard deviation) what was dreamed is blurred, every --blur-every steps."""

    blur_every: Annotated[Schedule, Bounds(1, 1000, whole=True), _NUMBER, _STEPS] = Schedule("4")
    """After how many steps --blur blurs."""

    clip_norm: Annotated[Schedule, Bounds(0, 1), _NUMBER, _STEPS] = Schedule("0")
    """Which share of the pixels each step sets back: those in which least was dreamed."""

    clip_contribution: Annotated[Schedule, Bounds(0, 1), _NUMBER, _STEPS] = Schedule("0")
    """Which share of the pixels each step sets back: those whose dream does least for the score."""

    smoothness: Annotated[Schedule, Bounds(0, 10), _NUMBER, _STEPS] = Schedule("0")
    """How hard each step smooths what was dreamed (total variation): at 1 as hard as it dreams."""


@Parameter(name="*", group=LOOK)
@dataclass(frozen=True)
class Ascent(Dream):
    """What is dreamed, step by step, on a single picture."""

    steps: Annotated[Schedule, Bounds(0, 10000, whole=True), _NUMBER, _FIRST] = Schedule("60")
    """Steps on each octave; several hundred show a picture become structure."""

    first_steps: Annotated[Schedule | None, Bounds(0, 10000, whole=True), Parameter(parse=False)] = None

    def first(self) -> Schedule:
        """The steps an octave."""
        return self.steps

    @property
    def eased(self) -> bool:
        """They are there to be seen one by one, each as long as any other."""
        return False
