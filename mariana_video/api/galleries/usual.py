"""What the numbers that a look leaves open come to, so that it can be varied and walked from."""

from __future__ import annotations

from dataclasses import dataclass

from mariana_video.loop.dreamer import Dreamer
from mariana_video.recipe.values.timeline import START, Instant


@dataclass(frozen=True)
class Usual:
    """A look's numbers at one picture.

    `side` is at how many pixels its shorter side is dreamed, `view` how many of them its deepest layer sees.
    """

    first_steps: float
    step_size: float
    octaves: float
    side: float
    view: float

    @property
    def motif_size(self) -> float:
        """How large motifs are."""
        return self.view / self.side

    def of(self, name: str) -> float | None:
        """The number of an option; None where nobody knows it before the dream."""
        known = {name: getattr(self, name) for name in ("first_steps", "step_size", "octaves", "motif_size")}
        return known.get(name)


def usual_of(dreamer: Dreamer, shape: tuple[int, int], instant: Instant = START) -> Usual:
    """What the open numbers of a look come to on a picture of `shape` (height, width)."""
    values = dreamer.values(instant)
    score = dreamer.scored(values.terms)
    side = dreamer.side(score, values) or float(min(shape))
    octaves = dreamer.octaves(dreamer.shape(shape, (instant,)), score, values)
    return Usual(values.first_steps, values.step_size, len(octaves), side, score.view)
