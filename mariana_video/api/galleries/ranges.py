"""What looks are drawn from: the ranges in which options give pictures that one would hang on a wall.

All of it was chosen by eye, on photographs, frames of films and noise. Most looks leave most options as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mariana_video.api.galleries.chances import Between

Value = str | float | Between | tuple[str | float, ...]
"""What an option is: fixed, a number between two others, or one of several. A `motif_size` is so many times as large as
is usual for the layers that are dreamed: smaller ones would take too long, larger ones don't fit into the picture."""

LARGEST_MOTIF = 0.8
"""Of the picture's shorter side."""

NETWORKS: Mapping[str, float] = {"mariana": 5, "mariana-wide": 3, "vgg16": 3}
"""The networks that are drawn, and how often: those that come along, and need no download."""

FAVOURED: Mapping[str, Mapping[str, float]] = {"few": {"vgg16": 9}}
"""Networks that dream some cards of the deck better than others do: its channels are whole things."""

HEAVY: Mapping[str, float] = {"vgg16": 0.6}
"""Networks that take long: they get so much of the steps."""

LOUD: Mapping[str, float] = {"vgg16": 0.9, "mariana-wide": 0.6, "mariana": 0.4}
"""Networks that shout in neon where steps are free to take any colour, and how often that is kept from them."""

DECK = (
    "deep", "sum", "channel", "two", "class", "middle",
    "few", "few", "difference", "strongest", "shallow", "keep",
)  # fmt: skip
"""What looks dream: in each dozen every card comes once, in another order."""


@dataclass(frozen=True)
class Touch:
    """A decision on a look, drawn by its `weight` among others of its kind."""

    weight: float
    options: Mapping[str, Value] = field(default_factory=dict)


OWN: Mapping[str, Touch] = {
    "class": Touch(
        1, {"motif_size": Between(1.3, 1.9), "first_steps": Between(16, 24), "colour_steps": "decorrelated"}
    ),
    "channel": Touch(1, {"first_steps": Between(14, 24), "colour_steps": "decorrelated"}),
    "few": Touch(1, {"first_steps": Between(10, 20)}),
    "shallow": Touch(1, {"first_steps": Between(12, 20)}),
    "difference": Touch(1, {"first_steps": Between(10, 18)}),
}
"""What some cards of the deck bring along."""

NOTHING = Touch(1, {"first_steps": Between(36, 56), "smoothness": Between(0.3, 0.6), "colour_steps": "decorrelated"})
"""What a dream takes that begins with nothing, noise or grey: till something grows of it, and smoothly."""

TOUCHES: Mapping[str, tuple[Touch, ...]] = {
    "colour": (
        Touch(4, {"colour_steps": "decorrelated"}),
        Touch(4, {"colour_steps": "decorrelated", "saturation": Between(1.25, 2)}),
        Touch(1, {"saturation": Between(0.7, 1)}),
        Touch(1.5, {"colour": "source"}),
        Touch(1, {"saturation": 0}),
    ),
    "size": (
        Touch(3, {"motif_size": Between(1.4, 2.2)}),
        Touch(1, {"motif_size": Between(0.75, 0.85)}),
        Touch(1, {"octaves": (4, 5)}),
        Touch(1, {"octaves": 2, "octave_scale": Between(1.6, 2.2)}),
    ),
    "depth": (
        Touch(2, {"first_steps": Between(14, 22)}),
        Touch(1, {"first_steps": Between(26, 40), "colour_steps": "decorrelated"}),
        Touch(1, {"strength": Between(1.3, 1.8)}),
        Touch(1, {"strength": Between(0.65, 0.8)}),
        Touch(1, {"step_size": Between(0.005, 0.008), "first_steps": Between(16, 28)}),
    ),
    "symmetry": (
        Touch(2, {"symmetry": 1}),
        Touch(3, {"symmetry": (3, 4, 5, 6)}),
        Touch(1, {"symmetry": (8, 10, 12)}),
        Touch(1, {"symmetry": (4, 6, 8), "symmetry_in": "end"}),
    ),
    "hand": (
        Touch(2, {"bands": ("1,1,0.5", "1,0.8,0.3")}),
        Touch(3, {"bands": ("0.3,1,1.5", "0.2,0.7,1.5")}),
        Touch(2, {"step_rule": "adam", "colour_steps": "decorrelated"}),
    ),
    "texture": (
        Touch(3, {"smoothness": Between(0.15, 0.5)}),
        Touch(1, {"decay": Between(0.01, 0.03), "first_steps": Between(18, 26)}),
        Touch(1, {"blur": Between(0.5, 1), "first_steps": Between(18, 26)}),
        Touch(1, {"clip_contribution": Between(0.1, 0.25)}),
    ),
    "score": (Touch(1, {"score": "energy"}),),
}
"""The decisions that may join what is dreamed, by their kinds."""

CALM: Mapping[str, str | float] = {"colour_steps": "decorrelated"}
"""What keeps colours from shouting."""

CHANCES: Mapping[str, float] = {
    "colour": 0.85, "size": 0.5, "depth": 0.45, "symmetry": 0.14, "hand": 0.3, "texture": 0.2, "score": 0.15,
}  # fmt: skip
"""How often a look has a decision of each kind."""

MOST = 3
"""How many of them a look has, beside what comes with what it dreams."""
