"""A dive's journey: of a layer's channels now these lead, now those, so that one landscape follows another."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mariana_video.dream.noise import chance
from mariana_video.dream.score import named
from mariana_video.networks.network import Network
from mariana_video.recipe.values.objective import Term, Terms

_APART = 2.2


def cycled(network: Network, terms: Terms, place: float, seed: int, lap: int | None = None) -> Terms:
    """`terms` at `place` of a journey, which comes to another landscape at every whole number.

    How much each channel of a layer counts follows a smooth way of chance through the landscapes; a loop's way comes
    back after `lap` of them. A term that names a channel stays as it is.
    """
    number, passed = divmod(place, 1.0)
    around = (int(number), int(number) + 1)
    here, there = around if lap is None else (around[0] % lap, around[1] % lap)
    made: list[Term] = []
    for which, term in enumerate(named(network, terms)):
        if term.channel is None:
            channels = network.resolve(term.layer).channels
            before, after = (_landscape(seed, one, which, channels) for one in (here, there))
            # Of two independent landscapes a mixture by cosine and sine is one as rugged as either.
            angle = math.pi / 2 * passed * passed * (3 - 2 * passed)
            counts = np.exp(_APART * (math.cos(angle) * before + math.sin(angle) * after))
            term = replace(term, among=tuple((counts / counts.mean()).tolist()))
        made.append(term)
    return tuple(made)


@lru_cache(maxsize=64)
def _landscape(seed: int, number: int, which: int, channels: int) -> NDArray[np.float64]:
    return chance(seed, number, which).standard_normal(channels)
