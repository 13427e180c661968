"""The network of a job, loaded once, on its device and in its precision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import torch
from torch import Tensor

from mariana_video.dream.ascent import Pace, Step, ascend
from mariana_video.dream.octaves import Octave, octaves_of
from mariana_video.dream.precision import DTYPES, choose_precision
from mariana_video.dream.score import Score
from mariana_video.dream.size import dream_shape, is_near, usual_shape
from mariana_video.loop.state import Values
from mariana_video.loop.strength import to_see
from mariana_video.networks.device import choose_device
from mariana_video.networks.network import Network
from mariana_video.networks.weights import load
from mariana_video.recipe.job import Machine
from mariana_video.recipe.options import Recipe, bounds_of
from mariana_video.recipe.values.objective import Objective, Terms
from mariana_video.recipe.values.schedule import Schedule

_RATE = Fraction(25)  # frame 0 is the same at any rate


@dataclass(frozen=True)
class Dreamer:
    """What stays the same for all frames. `precision` is the format chosen; `on_step` is called after each step."""

    network: Network
    recipe: Recipe
    objective: Objective
    device: torch.device
    precision: str
    on_step: Callable[[Step], None] = lambda step: None

    def values(self, frame: int, rate: Fraction) -> Values:
        """The schedules' numbers at `frame`, checked against their bounds (UsageError)."""
        dream, carry = self.recipe.dream, self.recipe.carry
        suited = Schedule.of(self.network.suited.step_size)

        def at(name: str, schedule: Schedule) -> float:
            group = dream if hasattr(dream, name) else carry
            value = schedule(frame, float(rate))
            return bounds_of(type(group))[name].check(name.replace("_", "-"), value, f" at frame {frame}")

        return Values(
            terms=self.objective.at(frame, float(rate)),
            strength=at("strength", dream.strength),
            steps=round(at("steps", dream.steps)),
            first_steps=round(at("first_steps", dream.first())),
            step_size=at("step_size", dream.step_size or suited),
            carry=at("carry", carry.carry),
            mix=at("mix", carry.mix),
            octaves=None if dream.octaves is None else round(at("octaves", dream.octaves)),
            motif_size=None if dream.motif_size is None else at("motif_size", dream.motif_size),
            octave_scale=at("octave_scale", dream.octave_scale),
            jitter=round(at("jitter", dream.jitter)),
            temporal_weight=at("temporal_weight", carry.temporal_weight),
            momentum=at("momentum", carry.momentum),
        )

    def score(self, frame: int, rate: Fraction) -> Score:
        """What the ascent makes larger at `frame`."""
        return self.scored(self.objective.at(frame, float(rate)))

    def scored(self, terms: Terms) -> Score:
        """What the ascent makes larger for `terms`."""
        return Score(self.network, terms, "mean" if self.tutorial else self.recipe.dream.score)

    @property
    def tutorial(self) -> bool:
        """True where TensorFlow's DeepDream tutorial is followed: one scale, no jitter, its own step and score."""
        return self.recipe.dream.step_rule == "tutorial"

    def reach(self, source: Tensor) -> Tensor | None:
        """How far each pixel of `source` steps where nothing is carried: 1×1×H×W, or None for all alike."""
        return None if self.tutorial else to_see(source)

    def octaves(self, shape: tuple[int, int], score: Score, values: Values | None = None) -> tuple[Octave, ...]:
        """The sizes of a picture of `shape` (height, width) that are dreamed on, by `values` (None: those of frame 0).

        Raises UsageError where the smallest of them would be too small for the network.
        """
        values = values or self.values(0, _RATE)
        count = 1 if self.tutorial and values.octaves is None else values.octaves
        side = self.side(score, values)
        top = 1.0 if side is None or is_near(side / min(shape)) else min(1.0, side / min(shape))
        return octaves_of(shape, count, values.octave_scale, score.smallest, top)

    def side(self, score: Score, values: Values) -> float | None:
        """The shorter side in pixels that gives motifs the size that `values` ask for; None: the picture's own."""
        if values.motif_size is not None:
            return max(score.smallest, score.view / values.motif_size)
        return None if self.tutorial else self.network.suited.side

    def shape(self, shape: tuple[int, int], frames: Sequence[int] = (0,), rate: Fraction = _RATE) -> tuple[int, int]:
        """The (height, width) that the pictures of a film, `shape` their own, are dreamed at.

        It is one for all of its `frames`: the largest that any of them asks for.
        """
        said = self.recipe.dream.motif_size
        if said is None or (said.constant() is not None and self.objective.constant):
            frames = frames[:1]
        asked = [self.values(frame, rate) for frame in frames]
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
        pace = replace(pace, bands=self.recipe.dream.bands.weights)
        if self.tutorial:
            pace = replace(pace, jitter=0, rule="tutorial")
        return ascend(picture, score, octaves, pace, (self.recipe.dream.seed, index), after)

    def ascend(self, picture: Tensor, score: Score, octaves: tuple[Octave, ...], pace: Pace, index: int) -> Ascended:
        """`picture` (1×3×H×W) after the ascent at frame `index`."""
        value, pushed = float("nan"), 0
        for step in self.steps(picture, score, octaves, pace, index):
            picture, value, pushed = step.picture, step.score, pushed + step.pushed
            self.on_step(step)
        return Ascended(picture, value, pushed)


@dataclass(frozen=True)
class Ascended:
    """A picture after some steps, the score of the last, and the pixels that were pushed through the network."""

    picture: Tensor
    score: float
    pushed: int


def make_dreamer(recipe: Recipe, machine: Machine) -> Dreamer:
    """Loads the network of `recipe` onto the machine; every layer and channel it ever names is looked up now.

    Raises NetworkError on an unknown network, layer, channel or damaged weights, UsageError on an unknown device.
    """
    device = choose_device(machine.device)
    precision = choose_precision(machine.precision, device)
    return _made(recipe, device, precision, _network(recipe, device, precision))


Loaded = dict[tuple[str, Path | None], Network]
"""Networks by the names and weights that they were loaded by."""


def dreamer_for(dreamer: Dreamer, recipe: Recipe, loaded: Loaded) -> Dreamer:
    """Another recipe's dreamer on the machine of `dreamer`; its network is loaded unless it is among those `loaded`.

    Raises as `make_dreamer` does.
    """
    asked = recipe.dream.network, recipe.dream.weights
    if asked not in loaded:
        loaded[asked] = _network(recipe, dreamer.device, dreamer.precision)
    return _made(recipe, dreamer.device, dreamer.precision, loaded[asked])


def _network(recipe: Recipe, device: torch.device, precision: str) -> Network:
    network = load(recipe.dream.network, recipe.dream.weights)
    return network.to(device, DTYPES[precision], torch.channels_last)


def _made(recipe: Recipe, device: torch.device, precision: str, network: Network) -> Dreamer:
    objective = recipe.dream.layers or Objective(network.suited.layers)
    dreamer = Dreamer(network, recipe, objective, device, precision)
    for terms in objective.combinations():
        dreamer.scored(terms)
    return dreamer
