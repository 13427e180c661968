"""A look varied: a family of which each has a face of its own. Small moves in numbers, now and then a bold change."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from mariana_video.api.foreseen.unused import check_image
from mariana_video.api.galleries.chances import Dice, significant
from mariana_video.api.galleries.usual import Usual
from mariana_video.dream.objectives.reading import read
from mariana_video.errors import MarianaError
from mariana_video.networks.network import Network
from mariana_video.recipe.group import bounds_of
from mariana_video.recipe.look import Dream
from mariana_video.recipe.values.objective import Term, added

Options = dict[str, str | float]

# How far a number goes at least and at most, as a power of e: less is not seen, more is another family.
MOVES: Mapping[str, tuple[float, float]] = {
    "motif_size": (0.35, 0.7),
    "first_steps": (0.3, 0.7),
    "strength": (0.25, 0.5),
    "saturation": (0.25, 0.5),
    "step_size": (0.2, 0.4),
    "octave_scale": (0.08, 0.2),
    "smoothness": (0.3, 0.8),
    "decay": (0.3, 0.8),
    "blur": (0.2, 0.5),
    "clip_norm": (0.3, 0.6),
    "clip_contribution": (0.3, 0.6),
}
_ALWAYS = ("motif_size", "first_steps", "strength")  # moved also where the look says nothing of them
_RANGES = {"motif_size": (0.1, 0.85), "first_steps": (6, 80), "strength": (0.4, 2.2), "saturation": (0.3, 2.2)}
_HARD = ("first_steps", "strength", "step_size")
_BOLD = 3  # every third one is


def varied(base: Dream, number: int, networks: Mapping[str, Network], usual: Usual) -> Dream:
    """The look of a number around `base`, which is number 1; what `base` says holds.

    `networks` are its own and others that may stand in for them, by name; `usual` are the numbers that its options left
    open come to.
    """
    if number == 1:
        return base
    dice = Dice("like", base.seed, number)
    made = base
    if number % _BOLD == 0:
        ways = Dice("bold", base.seed).shuffled(_BOLDLY)
        turn = number // _BOLD % len(ways)  # each way comes up before one does again
        made = _first(base, [*ways[turn:], *ways[:turn]], dice, networks)
    for name in _moving(base, dice, usual)[: 1 if made != base else dice.one((2, 3))]:
        made = _moved(made, name, dice, usual)
    return made


def _moving(base: Dream, dice: Dice, usual: Usual) -> list[str]:
    """The numbers that can be moved, in a drawn order; of those that say how hard is dreamed one: two cancel out."""
    moving = [name for name in MOVES if name not in base.said and _number(base, name, usual) is not None]
    hard = dice.one(_HARD)
    return [name for name in dice.shuffled(moving) if name not in _HARD or name == hard]


def _number(dream: Dream, name: str, usual: Usual) -> float | None:
    """What a number is; None where it moves along a film, or does nothing."""
    value = getattr(dream, name)
    if value is None:
        return usual.of(name) if name in _ALWAYS else None
    number: float | None = value.constant()
    return number if name in _ALWAYS or value != getattr(Dream(), name) else None


def _moved(dream: Dream, name: str, dice: Dice, usual: Usual) -> Dream:
    number = _number(dream, name, usual)
    if number is None:
        return dream
    (least, most), bounds = MOVES[name], bounds_of(Dream)[name]
    far = least + abs(math.tanh(dice.normal())) * (most - least)
    low, high = _RANGES.get(name, (bounds.low, bounds.high))
    ways = [math.exp(far), math.exp(-far)]
    if dice.below(0.5):
        ways.reverse()
    way = next((way for way in ways if low <= number * way <= high), ways[0])
    goal = min(max(number * way, bounds.low), bounds.high)
    return dream.taking({name: round(goal) if bounds.whole else significant(goal, 3)})


def _first(base: Dream, ways: Sequence[Bold], dice: Dice, networks: Mapping[str, Network]) -> Dream:
    """The first bold change that can be made; `base` itself where none can."""
    for way in ways:
        options = way(base, dice, networks)
        if not options or set(options) & base.said:
            continue
        with suppress(MarianaError):
            made = base.taking(options)
            check_image(made.saying({*base.said, *options}))
            if made.layers is not None:
                _check(made, networks)
            return made
    return base


def _check(dream: Dream, networks: Mapping[str, Network]) -> None:
    """See that the networks have what is dreamed. Raises MarianaError."""
    own = {name: networks[name] for name in dream.network.names if name in networks}
    if dream.layers is not None:
        read(dream.layers.terms, {**own, **networks})


Bold = Callable[[Dream, Dice, Mapping[str, Network]], Options]


def _terms(base: Dream) -> tuple[Term, ...]:
    return base.layers.terms if base.layers is not None and base.layers.constant else ()


def _network_of(term: Term, base: Dream, networks: Mapping[str, Network]) -> Network | None:
    return networks.get(term.network or base.network.names[0])


def _other_layer(base: Dream, dice: Dice, networks: Mapping[str, Network]) -> Options:
    """A neighbour in the place of a layer, with the channels' numbers where they are said."""
    terms = _terms(base)
    ways = list(_neighbours(terms, base, networks))
    return {"layers": dice.one(ways)} if ways else {}


def _neighbours(terms: Sequence[Term], base: Dream, networks: Mapping[str, Network]) -> Iterator[str]:
    for place, term in enumerate(terms):
        network = _network_of(term, base, networks)
        names = [] if network is None else list(network.layers)
        layer = next((name for name in sorted(names, key=len, reverse=True) if name in term.what), None)
        if layer is None:
            continue
        at = names.index(layer)
        for near in {max(0, at - 1), min(len(names) - 1, at + 1)} - {at}:
            other = replace(term, what=term.what.replace(layer, names[near]))
            yield added((*terms[:place], other, *terms[place + 1 :]))


def _other_channel(base: Dream, dice: Dice, networks: Mapping[str, Network]) -> Options:
    """Another channel or class in the place of the first."""
    terms = _terms(base)
    for place, term in enumerate(terms):
        network = _network_of(term, base, networks)
        if network is None:
            continue
        what = term.what
        if what.startswith("class(") and network.classes:
            what = f"class({dice.one(network.classes)})"
        elif what.endswith("]") and "strongest" not in what:
            layer = what.partition("[")[0]
            found = network.layers.get(layer)
            what = what if found is None else f"{layer}[{dice.one(range(found.channels))}]"
        if what != term.what:
            return {"layers": added((*terms[:place], replace(term, what=what), *terms[place + 1 :]))}
    return {}


def _other_network(base: Dream, dice: Dice, networks: Mapping[str, Network]) -> Options:
    """Another network for the only one."""
    others = [name for name in networks if name not in base.network.names]
    if len(base.network.names) > 1 or not others or base.weights is not None:
        return {}
    return {"network": dice.one(others)}


def _symmetry(base: Dream, dice: Dice, networks: Mapping[str, Network]) -> Options:  # noqa: ARG001
    now = base.symmetry.constant()
    return {} if now is None else {"symmetry": dice.one([one for one in (0, 1, 3, 4, 5, 6, 8) if one != now])}


def _colours(base: Dream, dice: Dice, networks: Mapping[str, Network]) -> Options:  # noqa: ARG001
    ways: list[Options] = [{"colour": "source"}, {"colour_steps": "decorrelated"}, {"colour_steps": "plain"}]
    ways = [way for way in ways if any(getattr(base, name) != value for name, value in way.items())]
    return dice.one([way for way in ways if base.colour == "free"] or [{"colour": "free"}])


def _hand(base: Dream, dice: Dice, networks: Mapping[str, Network]) -> Options:  # noqa: ARG001
    ways: list[Options] = [{"bands": "0.3,1,1.5"}, {"bands": "1,0.9,0.4"}, {"score": "energy"}, {"score": "share"}]
    return dice.one([way for way in ways if all(str(getattr(base, name)) != value for name, value in way.items())])


def _second(base: Dream, dice: Dice, networks: Mapping[str, Network]) -> Options:
    """A second layer beside what is dreamed."""
    terms = _terms(base)
    network = _network_of(terms[0], base, networks) if terms else None
    if network is None or len(terms) > 2:
        return {}
    name = dice.one(list(network.layers))
    return {"layers": added((*terms, Term(name, dice.one((0.3, 0.5, -0.3)), terms[0].network)))}


_BOLDLY: Sequence[Bold] = (
    _other_layer, _other_channel, _other_network, _symmetry, _colours, _hand, _second
)  # fmt: skip
