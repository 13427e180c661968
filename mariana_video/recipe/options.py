"""Every option that changes a pixel, declared once.

A field's type, default, bounds and the docstring under it are what the command line, Python, refusals and the docs
read. Numbers that an artist could want to move along a film are `Schedule`s.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from cyclopts import Parameter

from mariana_video.errors import UsageError
from mariana_video.recipe.groups import FIRST, LOOK, MOTION, PART, WHERE
from mariana_video.recipe.reading import declare, declared
from mariana_video.recipe.values.bands import Bands
from mariana_video.recipe.values.file import InputFile
from mariana_video.recipe.values.networks import Networks
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.schedule import Bounds, Schedule
from mariana_video.recipe.values.size import Size
from mariana_video.recipe.values.time import Length, Time
from mariana_video.recipe.values.timeline import Instant


def from_text(kind: Any) -> Parameter:
    """How the command line makes a `kind` of one word: by its own reader, never by its fields."""

    def convert(_type: Any, tokens: Sequence[Any]) -> Any:
        return declare((tokens[0].keyword or "").lstrip("-"), kind).read(tokens[0].value)

    return Parameter(converter=convert, accepts_keys=False, n_tokens=1)


def from_texts(kind: Any) -> Parameter:
    """The same for an option that may be said more than once: a `kind` of all its words."""

    def convert(_type: Any, tokens: Sequence[Any]) -> Any:
        return declare((tokens[0].keyword or "").lstrip("-"), kind).read([token.value for token in tokens])

    return Parameter(converter=convert, accepts_keys=False, n_tokens=-1, consume_multiple=False)


_NUMBER = from_text(Schedule)
_FILE = from_text(InputFile)
_FIRST = Parameter(group=FIRST)


def bounds_of(group: type[Group]) -> Mapping[str, Bounds]:
    """The declared bounds of a group's numbers, by field."""
    return {name: option.bounds for name, option in declared(group).items() if option.bounds is not None}


def value_at(group: Group, name: str, instant: Instant, schedule: Schedule | None = None) -> float:
    """The number that an option of a group is at an instant; `schedule` stands in for one that was not said.

    Raises UsageError, with the frame, outside its bounds.
    """
    value: float = (schedule or getattr(group, name))(instant)
    return bounds_of(type(group))[name].check(name.replace("_", "-"), value, f" at frame {instant.frame}")


class Group:
    """A group of options, each read by its declared type as it is made (UsageError), wherever it comes from."""

    def __new__(cls, *args: Any, **options: Any) -> Self:
        """Notes what was said: a default is no wish, and is not refused where it can do nothing."""
        group = super().__new__(cls)
        given = {**dict(zip(declared(cls), args, strict=False)), **options}
        object.__setattr__(group, "_said", frozenset(name for name, value in given.items() if value is not None))
        return group

    def __post_init__(self) -> None:
        for name, option in declared(type(self)).items():
            given = getattr(self, name)
            value = option.read(given)
            if value is not given:
                object.__setattr__(self, name, value)

    @property
    def said(self) -> frozenset[str]:
        """The names of the options that were given, in place of left at their defaults."""
        return frozenset(self.__dict__.get("_said", ()))

    def saying(self, names: Iterable[str]) -> Self:
        """The same, of which only the options of these names count as said."""
        group = type(self)(**{name: getattr(self, name) for name in declared(type(self))})
        object.__setattr__(group, "_said", frozenset(names))
        return group

    def but(self, **options: Any) -> Self:
        """The same with other values; what was not said stays unsaid."""
        return type(self)(**{name: getattr(self, name) for name in self.said} | options)


@Parameter(name="*", group=LOOK)
@dataclass(frozen=True)
class Dream(Group):
    """What is dreamed, and how strongly."""

    network: Annotated[Networks, from_texts(Networks), _FIRST] = Networks("mariana")
    """What dreams: a network's name (`mariana networks` lists them) or a weights file. Said more than once, several
    dream together; `NAME=…` gives one a name, `vgg16@FILE` a weights file."""

    weights: Annotated[InputFile | None, _FILE] = None
    """A weights file for one of torchvision's networks (`resnet50`, `vgg16`, …), in place of its own."""

    layers: Annotated[Objective | None, from_text(Objective), _FIRST] = None
    """Which layers the dream is to please: `"conv3_3 + 0.5*conv4_2"`; `conv4_3[17]` is one channel, `all` is every
    layer, `vgg16:conv4_3` is another network's. Default: what suits the network."""

    score: Literal["share", "energy"] = "share"
    """`share` gives every channel of a layer its share, for a rich mixture; `energy` is the classic mean square,
    in which the strongest motif wins everywhere."""

    strength: Annotated[Schedule, Bounds(0, 10), _NUMBER, _FIRST] = Schedule("1")
    """How strong the dream is: 0.5 is light, 2 is heavy."""

    steps: Annotated[Schedule, Bounds(0, 1000, whole=True), _NUMBER] = Schedule("1")
    """Steps of ascent in 1/25 s of a film that goes on from the dream before; 0 leaves the source as it is."""

    first_steps: Annotated[Schedule | None, Bounds(0, 10000, whole=True), _NUMBER] = None
    """Steps an octave where nothing is carried: a picture, a first frame, a cut. Default: 10, or 0 at `--steps 0`."""

    step_size: Annotated[Schedule | None, Bounds(0, 10), _NUMBER] = None
    """How much one step changes a pixel on average, in a picture of 0…1. Default: what suits the network."""

    step_rule: Literal["mean", "tutorial"] = "mean"
    """`mean` moves a pixel by --step-size on average; `tutorial` steps as TensorFlow's DeepDream tutorial does."""

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

    bands: Annotated[Bands, from_text(Bands)] = Bands(0.7, 1.0, 1.0)
    """How much fine, middle and coarse detail count in a step: `1,1,0.5` is finer, `0.3,1,1.5` broader."""

    seed: Annotated[int, Bounds(0, 2**63 - 1), _FIRST] = 0
    """Another number varies the details; the same number gives the same dream."""

    def first(self) -> Schedule:
        """The steps an octave where nothing is carried."""
        if self.first_steps is not None:
            return self.first_steps
        return Schedule("0" if self.steps.constant() == 0 else "10")


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


@Parameter(name="*", group=MOTION)
@dataclass(frozen=True)
class Carry(Group):
    """How a dream goes on from frame to frame."""

    carry: Annotated[Schedule, Bounds(0, 1), _NUMBER, _FIRST] = Schedule("0.8")
    """How much of the dream is kept over 1/25 s of film: 0 is a new dream every frame, 1 is glued to the picture."""

    mix: Annotated[Schedule, Bounds(0, 1), _NUMBER] = Schedule("1")
    """How much of the dream is laid over the source in the result; the dream itself stays the same."""

    temporal_weight: Annotated[Schedule, Bounds(0, 1000), _NUMBER] = Schedule("0")
    """How hard the ascent is pulled to the dream before, warped (LucidDream's loss); it needs several --steps. With
    --carry 0 every frame begins at its source, takes --first-steps, and only the pull holds them together."""

    momentum: Annotated[Schedule, Bounds(0, 0.95), _NUMBER] = Schedule("0.65")
    """How much of what the steps of 1/25 s of film change goes on in the next 1/25 s: more is smoother and slower."""

    jitter_hold: Annotated[Length, Bounds(0), from_text(Length)] = Length(Fraction(12, 25))
    """For how long the --jitter stays the same (`0.48`, `480ms`): a new one takes back some of the last one's dream."""

    carried: Literal["change", "frame"] = "change"
    """What is carried: the dream's `change` to its frame (the scene stays readable) or the dreamed `frame` itself."""

    flashes: Literal["held", "kept"] = "held"
    """Whether a film that would flash more often than WCAG 2.3.1 calls safe is `held` back where it would."""

    flow: Literal["dis", "farneback", "raft", "none"] = "dis"
    """How motion is found; `none` lets the dream stay put while the picture moves. (`mariana measure` judges by
    `farneback`, too: give it --flow-weights for films that were made with that.)"""

    flow_weights: Annotated[InputFile | None, _FILE] = None
    """A weights file for `--flow raft`, in place of torchvision's download."""

    flow_scale: Annotated[float, Bounds(0, 1, above=True)] = 1.0
    """At which part of the size motion is looked for; 0.5 is quicker and coarser."""


@Parameter(name="*", group=PART)
@dataclass(frozen=True)
class Shooting(Group):
    """How a film's frames follow each other, and where its shots begin."""

    rate: Annotated[float | None, Bounds(0, 1000, above=True)] = None
    """Frames a second of a folder of numbered pictures. Default: 25."""

    cut_threshold: Annotated[float, Bounds(0, 255, above=True)] = 27.0
    """How different a frame must be from the one before to begin a new shot, dreamed anew; lower finds more cuts."""


@Parameter(name="*", group=PART)
@dataclass(frozen=True)
class Span(Shooting):
    """Which part of a film, and how large."""

    start: Annotated[Time | None, Bounds(0), from_text(Time), _FIRST] = None
    """Where to begin: `90` (seconds), `2s`, `1:02.5`, `2min`, or `75%` of the film."""

    duration: Annotated[Time | None, Bounds(0, above=True), from_text(Time), _FIRST] = None
    """How much to take, written likewise. Default: to the end."""

    size: Annotated[Size | None, from_text(Size), _FIRST] = None
    """`640x360`, or `640x` and `x360` to keep the shape. Default: the source's."""

    shots: Annotated[InputFile | None, _FILE] = None
    """A list of the film's shots, as `mariana shots` makes it, with settings for each. When it is changed, the same
    command dreams the changed shots alone."""

    hdr_peak: Annotated[float, Bounds(203, 10000)] = 1015.0
    """Up to which brightness, in nits, an HDR source keeps its detail where it is brought down to ordinary range."""


@Parameter(name="*", group=WHERE)
@dataclass(frozen=True)
class Where(Group):
    """Where in the picture is dreamed."""

    mask: Annotated[InputFile | None, _FILE] = None
    """A picture, or a film that runs beside it, stretched over the film's: white says where to dream, black where
    never, grey how much."""


@dataclass(frozen=True)
class Recipe:
    """All that changes a pixel of a film."""

    dream: Dream = Dream()
    carry: Carry = Carry()
    span: Span = Span()
    where: Where = Where()


def needs_clock(recipe: Recipe) -> bool:
    """Whether a recipe's schedules can be asked only where the whole clock of a film is known, and its cuts."""
    values = (getattr(group, name) for group in (recipe.dream, recipe.carry) for name in declared(type(group)))
    return any(getattr(value, "needs_clock", False) for value in values)


def recipe(**options: Any) -> Recipe:
    """A recipe from options by name: `recipe(strength=1.5, layers="conv3_3", carry=0.9)`.

    Numbers may be given as numbers or as schedules' text. Raises UsageError on an unknown name (with the nearest known
    one), on a value of another kind and on one outside its bounds.
    """
    return Recipe(*shared_out(options, Dream, Carry, Span, Where))


def shared_out(options: Mapping[str, Any], *groups: type[Group], besides: Sequence[str] = ()) -> tuple[Any, ...]:
    """Each of `groups` made with its part of `options`. Raises UsageError on a name that none of them has.

    `besides` are further names that a caller may have meant.
    """
    homes = {name: group for group in groups for name in declared(group)}
    for name in options:
        if name not in homes:
            near = difflib.get_close_matches(name.replace("-", "_"), [*homes, *besides], 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join([*homes, *besides])}"
            raise UsageError(f"unknown option {name!r}: {hint}")
    return tuple(group(**{name: options[name] for name in options if homes[name] is group}) for group in groups)
