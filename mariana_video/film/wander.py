"""Against one motif everywhere: a channel of the layers leads for a while, then another."""

from __future__ import annotations

from mariana_video.dream.noise import chance
from mariana_video.dream.score import named
from mariana_video.networks.network import Network
from mariana_video.recipe.objective import Term, Terms

_WHOLE = 0.3  # of the layer as a whole goes on counting, so that a channel that is silent here leaves no gap


def wandering(network: Network, terms: Terms, seconds: float, each: float, seed: int) -> Terms:
    """`terms` at `seconds` of a film: every `each` seconds another channel leads, the next fading in meanwhile.

    A term that names a channel stays as it is.
    """
    number, passed = divmod(seconds / each, 1.0)
    later = max(0.0, 2 * passed - 1)
    made: list[Term] = []
    for place, term in enumerate(named(network, terms)):
        if term.channel is not None:
            made.append(term)
            continue
        channels = network.resolve(term.layer).channels
        made.append(Term(term.layer, term.weight * _WHOLE))
        for which, weight in ((number, 1 - later), (number + 1, later)):
            channel = int(chance(seed, int(which), place).integers(channels))
            if weight > 0:
                made.append(Term(term.layer, term.weight * weight, channel))
    return tuple(made)
