"""The networks of a job, each loaded once, on its device and in its precision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import islice

import torch
from torch import Tensor

from mariana_video.dream.ascent import Pace, Step, ascend
from mariana_video.dream.objectives.chosen import chosen
from mariana_video.dream.objectives.reading import Weighted, read
from mariana_video.dream.octaves import Octave, octaves_of
from mariana_video.dream.precision import DTYPES, choose_precision
from mariana_video.dream.room import Room, room_in
from mariana_video.dream.score import Score
from mariana_video.dream.size import dream_shape, is_near, usual_shape
from mariana_video.dream.style import Style
from mariana_video.loop.beside import read_beside
from mariana_video.loop.finish import Finish
from mariana_video.loop.state import Values
from mariana_video.loop.strength import bare, to_see
from mariana_video.networks.device import choose_device, give_back
from mariana_video.networks.network import CLASSES, Network
from mariana_video.recipe.group import value_at
from mariana_video.recipe.job import Machine
from mariana_video.recipe.options import Recipe
from mariana_video.recipe.values.memory import Memory
from mariana_video.recipe.values.networks import Said
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.timeline import START, Instant, Timeline

_RISE = 2.0  # of the score in a step that is measured by it


@dataclass(frozen=True)
class Dreamer:
    """What stays the same for all frames. `precision` is the format chosen; `on_step` is called after each step.

    `network` leads: what suits it (step size, size, strength) is what suits all. `networks` are all that terms name, by
    the name that they say, the leading one first; left out, it is the only one. Where it dreams `everywhere`, it does
    so whether there is anything to see or not. `palette` is a picture (1×3×h×w) whose colours dreams take on.
    `memory` is how much the work may take, where that was said, and `beside` the bytes of it that networks don't get.
    """

    network: Network
    recipe: Recipe
    objective: Objective
    device: torch.device
    precision: str
    on_step: Callable[[Step], None] = lambda step: None
    networks: Mapping[str, Network] = field(default_factory=dict)
    everywhere: bool = False
    palette: Tensor | None = None
    memory: Memory | None = None
    beside: int = 0

    def __post_init__(self) -> None:
        if not self.networks:
            object.__setattr__(self, "networks", {self.network.name: self.network})

    def __str__(self) -> str:
        names = " and ".join(self.networks)
        return f"{names} {'dreams' if len(self.networks) == 1 else 'dream'} {self.objective.brief}"

    def values(self, instant: Instant = START) -> Values:
        """The schedules' numbers at an instant, checked against their bounds (UsageError)."""
        dream, at = self.recipe.dream, partial(self._at, instant)
        return Values(
            terms=read(self.objective.at(instant), self.networks),
            strength=at("strength"),
            steps=round(at("steps")),
            first_steps=round(value_at(dream, "first_steps", instant, dream.first())),
            step_size=self._usual_step if dream.step_size is None else at("step_size"),
            carry=at("carry"),
            mix=at("mix"),
            octaves=None if dream.octaves is None else round(at("octaves")),
            motif_size=None if dream.motif_size is None else at("motif_size"),
            octave_scale=at("octave_scale"),
            jitter=0 if self.tutorial else round(at("jitter")),
            temporal_weight=at("temporal_weight"),
            momentum=at("momentum"),
            eased=dream.eased,
            style=self._style(instant),
            finish=self._finish(instant),
        )

    def _at(self, instant: Instant, name: str) -> float:
        dream, carry = self.recipe.dream, self.recipe.carry
        return value_at(dream if hasattr(dream, name) else carry, name, instant)

    def _style(self, instant: Instant) -> Style:
        dream, at = self.recipe.dream, partial(self._at, instant)
        return Style(
            colour=dream.colour,
            colour_steps=dream.colour_steps,
            rule=dream.step_rule,
            bands=dream.bands.at(instant),
            decay=at("decay"),
            blur=at("blur"),
            blur_every=round(at("blur_every")),
            clip_norm=at("clip_norm"),
            clip_contribution=at("clip_contribution"),
            smoothness=at("smoothness"),
            folds=round(at("symmetry")) if dream.symmetry_in == "loop" else 0,
        )

    def _finish(self, instant: Instant) -> Finish:
        dream, at = self.recipe.dream, partial(self._at, instant)
        return Finish(
            colour=dream.colour,
            saturation=None if dream.saturation is None else at("saturation"),
            palette=self.palette,
            folds=round(at("symmetry")),
            grown=dream.symmetry_in == "loop",
        )

    @property
    def _usual_step(self) -> float:
        return _RISE if self.recipe.dream.step_rule == "progress" else self.network.suited.step_size

    @property
    def classified(self) -> frozenset[str]:
        """The networks whose classifiers anything that is dreamed asks for, by name."""
        terms = read(self.objective.terms, self.networks)
        return frozenset(term.network for term in terms if CLASSES in term.kind.layers)

    def score(self, instant: Instant = START) -> Score:
        """What the ascent makes larger at an instant."""
        return self.scored(read(self.objective.at(instant), self.networks))

    def scored(self, terms: tuple[Weighted, ...]) -> Score:
        """What the ascent makes larger for `terms`."""
        return Score(self.networks, terms, "mean" if self.tutorial else self.recipe.dream.score, self.room)

    @cached_property
    def room(self) -> Room:
        """What goes through the networks at once."""
        return room_in(self.memory, self.device, self.beside)

    def scores(self, frames: int | None = None, timeline: Timeline = START.timeline) -> Iterator[Score]:
        """Every score that comes up in a film of so many `frames` (None: in one without end)."""
        for terms in self.objective.combinations(frames, timeline):
            yield self.scored(read(terms, self.networks))

    @property
    def tutorial(self) -> bool:
        """True where TensorFlow's DeepDream tutorial is followed: one scale, no jitter, its own step and score."""
        return self.recipe.dream.step_rule == "tutorial"

    def reach(self, source: Tensor) -> Tensor | None:
        """How far each pixel of `source` steps where nothing is carried: 1×1×H×W, or None for all alike."""
        return None if self.tutorial or self.everywhere else to_see(source)

    def bare(self, source: Tensor) -> Tensor | None:
        """How little there is to see in `source`, where that is to count: 1×1×H×W, or None."""
        return None if self.tutorial or self.everywhere else bare(source)

    def octaves(self, shape: tuple[int, int], score: Score, values: Values | None = None) -> tuple[Octave, ...]:
        """The sizes of a picture of `shape` (height, width) that are dreamed on, by `values` (None: those of frame 0).

        Raises UsageError where the smallest of them would be too small for the network.
        """
        values = values or self.values()
        count = 1 if self.tutorial and values.octaves is None else values.octaves
        side = self.side(score, values)
        top = 1.0 if side is None or is_near(side / min(shape)) else min(1.0, side / min(shape))
        return octaves_of(shape, count, values.octave_scale, score.smallest, top)

    def side(self, score: Score, values: Values) -> float | None:
        """The shorter side in pixels that gives motifs the size that `values` ask for; None: the picture's own."""
        if values.motif_size is not None:
            return max(score.smallest, score.view / values.motif_size)
        return None if self.tutorial else self.network.suited.side

    def shape(self, shape: tuple[int, int], instants: Iterable[Instant] = (START,)) -> tuple[int, int]:
        """The (height, width) that the pictures of a film, `shape` their own, are dreamed at.

        It is one for all of its `instants`: the largest that any of them asks for.
        """
        said = self.recipe.dream.motif_size
        if said is None or (said.constant() is not None and self.objective.constant):
            instants = islice(instants, 1)
        asked = [self.values(instant) for instant in instants]
        sides = [self.side(self.scored(values.terms), values) for values in asked]
        side = None if None in sides else max(side for side in sides if side is not None)
        return dream_shape(shape, side) if said is not None or side is None else usual_shape(shape, side)

    def steps(
        self,
        picture: Tensor,
        score: Score,
        octaves: tuple[Octave, ...],
        pace: Pace,
        index: int,
        after: Step | None = None,
    ) -> Iterator[Step]:
        """The steps of the ascent of `picture` (1×3×H×W) at frame `index`, one by one, or those `after` one of them."""
        return ascend(picture, score, octaves, pace, (self.recipe.dream.seed, index), after)

    def ascend(self, picture: Tensor, score: Score, octaves: tuple[Octave, ...], pace: Pace, index: int) -> Ascended:
        """`picture` (1×3×H×W) after the ascent at frame `index`."""
        pushed, step = 0, None
        for step in self.steps(picture, score, octaves, pace, index):
            pushed += step.pushed
            self.on_step(step)
        return Ascended(picture, float("nan"), 0) if step is None else Ascended(step.picture, step.score, pushed)


@dataclass(frozen=True)
class Ascended:
    """A picture after some steps, the score of the last, and the pixels that were pushed through the network."""

    picture: Tensor
    score: float
    pushed: int


def make_dreamer(recipe: Recipe, machine: Machine) -> Dreamer:
    """Loads the networks of `recipe` onto the machine; every layer and channel it ever names is looked up now.

    Raises NetworkError on an unknown network, layer, channel or damaged weights, UsageError on an unknown device.
    """
    device = choose_device(machine.device)
    precision = choose_precision(machine.precision, device)
    return _made(recipe, device, precision, machine.memory, {})


Loaded = dict[Said, Network]
"""Networks by what was said to load them."""


def dreamer_for(dreamer: Dreamer, recipe: Recipe, loaded: Loaded) -> Dreamer:
    """Another recipe's dreamer on the machine of `dreamer`; a network is loaded unless it is among those `loaded`.

    Raises as `make_dreamer` does.
    """
    made = _made(recipe, dreamer.device, dreamer.precision, dreamer.memory, loaded)
    return replace(made, beside=dreamer.beside)


def _made(recipe: Recipe, device: torch.device, precision: str, memory: Memory | None, loaded: Loaded) -> Dreamer:
    dream = recipe.dream
    networks, objective = chosen(dream.network, dream.weights, dream.layers, loaded, dream.guide is not None)
    for network in networks.values():
        network.to(device, DTYPES[precision], torch.channels_last)
    give_back()  # what a file's tensors were read into, and laid out from
    leading, palette = next(iter(networks.values())), None
    if dream.palette is not None:
        palette = read_beside(dream.palette, "palette").to(device)
    if dream.guide is not None:
        read_beside(dream.guide, "guide")  # what is wrong with it is said before any work
    return Dreamer(leading, recipe, objective, device, precision, networks=networks, palette=palette, memory=memory)
