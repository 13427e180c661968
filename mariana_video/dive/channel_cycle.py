"""A dive's journey: of a layer's channels now these lead, now those, so that one landscape follows another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mariana_video.dream.objectives.kind import Weighable
from mariana_video.dream.objectives.reading import Weighted
from mariana_video.dream.plain.noise import chance
from mariana_video.networks.network import Network

_APART = 2.2


def cycled(
    networks: Mapping[str, Network], terms: Sequence[Weighted], place: float, seed: int, lap: int | None = None
) -> tuple[Weighted, ...]:
    """`terms` at `place` of a journey, which comes to another landscape at every whole number.

    How much each channel of a layer counts follows a smooth way of chance through the landscapes; a loop's way comes
    back after `lap` of them. A term that has no channels to weigh, such as one channel, stays as it is.
    """
    number, passed = divmod(place, 1.0)
    around = (int(number), int(number) + 1)
    here, there = around if lap is None else (around[0] % lap, around[1] % lap)
    made: list[Weighted] = []
    for which, term in enumerate(terms):
        if isinstance(term.kind, Weighable):
            channels = term.kind.channels(networks[term.network])
            before, after = (_landscape(seed, one, which, channels) for one in (here, there))
            # Of two independent landscapes a mixture by cosine and sine is one as rugged as either.
            angle = math.pi / 2 * passed * passed * (3 - 2 * passed)
            counts = np.exp(_APART * (math.cos(angle) * before + math.sin(angle) * after))
            term = replace(term, kind=term.kind.weighing((counts / counts.mean()).tolist()))
        made.append(term)
    return tuple(made)


@lru_cache(maxsize=64)
def _landscape(seed: int, number: int, which: int, channels: int) -> NDArray[np.float64]:
    return chance(seed, number, which).standard_normal(channels)
