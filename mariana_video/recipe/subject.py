"""What is dreamed, and how strongly: the options of every dream.

Annotations are objects here, not texts: who inherits these options knows nothing of the names in them.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from cyclopts import Parameter

from mariana_video.recipe.group import FIRST, Group, from_text, from_texts
from mariana_video.recipe.values.file import InputFile
from mariana_video.recipe.values.networks import Networks
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.schedule import Bounds, Schedule

_NUMBER = from_text(Schedule)
_FILE = from_text(InputFile)
_FIRST = Parameter(group=FIRST)


@dataclass(frozen=True)
class Subject(Group):
    """What is dreamed, and how strongly."""

    network: Annotated[Networks, from_texts(Networks), _FIRST] = Networks("mariana")
    """What dreams: a network's name (`mariana networks` lists them) or a weights file. Said more than once, several
    dream together; `NAME=…` gives one a name, `vgg16@FILE` a weights file."""

    weights: Annotated[InputFile | None, _FILE] = None
    """A weights file for one of torchvision's networks (`resnet50`, `vgg16`, …), in place of its own."""

    layers: Annotated[Objective | None, from_text(Objective), _FIRST] = None
    """What the dream is to please: `"conv3_3 + 0.5*conv4_2"`, `class(dog)`, `conv4_3 - conv2_2`; `conv4_3[17]` is one
    channel, `vgg16:conv4_3` another network's layer; `mariana layers` lists them. Default: what suits the network."""

    guide: Annotated[InputFile | None, _FILE] = None
    """A picture, or a film that runs beside it (its last picture stays), whose motifs the dream takes up wherever they
    fit. Without --layers, those of the layers that suit the network; `guide(conv4_3)` among --layers says which."""

    score: Literal["share", "energy"] = "share"
    """`share` gives every channel of a layer its share, for a rich mixture; `energy` is the classic mean square,
    in which the strongest motif wins everywhere."""

    strength: Annotated[Schedule, Bounds(0, 10), _NUMBER, _FIRST] = Schedule("1")
    """How strong the dream is: 0.5 is light, 2 is heavy."""

    steps: Annotated[Schedule, Bounds(0, 1000, whole=True), _NUMBER] = Schedule("1")
    """Steps of ascent in 1/25 s of a film that goes on from the dream before; 0 leaves the source as it is."""

    first_steps: Annotated[Schedule | None, Bounds(0, 10000, whole=True), _NUMBER] = None
    """How far a picture, a first frame, a cut is dreamed: as far as so many steps of --step-size on each octave. Fewer
    and longer ones go there: 8, 7 and 6 for 10, small octaves first. Default: 10, or 0 at `--steps 0`."""

    step_size: Annotated[Schedule | None, Bounds(0, 10), _NUMBER] = None
    """How much one step changes a pixel on average, in a picture of 0…1. Default: what suits the network; with
    --step-rule progress by how much it raises the score, and 2."""

    motif_size: Annotated[Schedule | None, Bounds(0.02, 1), _NUMBER, _FIRST] = None
    """How large the motifs are, as a share of the picture's shorter side, whatever its size in pixels: 0.5 makes them
    large and few, 0.1 small and many. Default: what suits the network (0.26 for `mariana` and its usual layers)."""

    octaves: Annotated[Schedule | None, Bounds(1, 20, whole=True), _NUMBER] = None
    """On how many sizes motifs are dreamed: the smallest ones are as --motif-size says, each further octave makes
    larger ones. Default: up to 3, as many as the network can see."""

    octave_scale: Annotated[Schedule, Bounds(1, 4, above=True), _NUMBER] = Schedule("1.5")
    """How many times larger the motifs of each octave are than those of the octave before."""

    jitter: Annotated[Schedule, Bounds(0, 512, whole=True), _NUMBER] = Schedule("16")
    """By how many pixels the picture is shifted, at most, before a step, so that the network's grid does not show."""

    seed: Annotated[int, Bounds(0, 2**63 - 1), _FIRST] = 0
    """Another number varies the details; the same number gives the same dream."""

    def first(self) -> Schedule:
        """The steps an octave where nothing is carried."""
        if self.first_steps is not None:
            return self.first_steps
        return Schedule("0" if self.steps.constant() == 0 else "10")

    @property
    def eased(self) -> bool:
        """Whether fewer and longer steps may go as far as they say."""
        return True
