"""What a look dreams: layers, channels and classes of a network or two, by a card of the deck."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mariana_video.api.galleries.chances import Between, Dice
from mariana_video.networks.measured import measure
from mariana_video.networks.network import Network

_SHALLOW, _MIDDLE, _DEEP = (0.2, 0.45), (0.5, 0.78), (0.78, 1.0)  # of the way through a network, by its layers
_LESSER = Between(0.3, 1, 1)  # how much a second layer counts
_AWAY = Between(0.4, 1, 1)  # how hard a layer is pushed away
_KEPT = Between(0.3, 1, 1)
_GROUND = 0.03  # of the whole layer, beside its single channels: what they don't know isn't left bare
_SEVERAL, _MORE_GROUND = 5, 0.3  # so few of the strongest would swallow a picture, and get so much of their layer
_SPEAKING = 0.5  # of a layer's channels, those that say most of natural pictures: others may say nothing of this one

Card = Callable[[Dice, Network], list[str]]


def subject(card: str, dice: Dice, networks: Mapping[str, Network]) -> str:
    """The --layers of a card of the deck, for these `networks`: all of them dream, the first one leads."""
    if len(networks) == 1:
        return _joined(_CARDS.get(card, _deep)(dice, next(iter(networks.values()))))
    simple = [card if card in ("few", "strongest", "middle") else "deep", "deep", "middle"]
    terms = []
    for place, (name, network) in enumerate(networks.items()):
        weight = 1.0 if place == 0 else dice.number(_LESSER)
        terms += [f"{weight:g}*{name}:{what}" for what in _CARDS[simple[min(place, 2)]](dice, network)[:1]]
    return _joined(terms)


def guided(dice: Dice, networks: Mapping[str, Network]) -> str:
    """Layers that go by a guide."""
    prefixes = [f"{name}:" if len(networks) > 1 else "" for name in networks]
    one = dice.one((_MIDDLE, _DEEP))
    pairs = zip(prefixes, networks.values(), strict=True)
    return _joined([f"{prefix}guide({_layer(dice, network, one)})" for prefix, network in pairs])


def _joined(terms: Sequence[str]) -> str:
    return " + ".join(term.removeprefix("1*") for term in terms).replace("+ -", "- ")


def _layer(dice: Dice, network: Network, band: tuple[float, float]) -> str:
    """A layer that lies so far through a network (0 its first, 1 its last)."""
    names, (low, high) = list(network.layers), band
    last = max(1, len(names) - 1)
    fitting = [name for place, name in enumerate(names) if low <= place / last <= high]
    return dice.one(fitting or names[-1:])


def _deep(dice: Dice, network: Network) -> list[str]:
    return [_layer(dice, network, _DEEP)]


def _middle(dice: Dice, network: Network) -> list[str]:
    return [_layer(dice, network, _MIDDLE)]


def _shallow(dice: Dice, network: Network) -> list[str]:
    return ["all"] if dice.below(0.25) else [_layer(dice, network, _SHALLOW)]


def _sum(dice: Dice, network: Network) -> list[str]:
    deep, other = _layer(dice, network, _DEEP), _layer(dice, network, dice.one((_MIDDLE, _MIDDLE, _SHALLOW)))
    return [deep] if deep == other else [deep, f"{dice.number(_LESSER):g}*{other}"]


def _difference(dice: Dice, network: Network) -> list[str]:
    first, away = _layer(dice, network, dice.one((_MIDDLE, _DEEP))), _layer(dice, network, _SHALLOW)
    return [first] if first == away else [first, f"-{dice.number(_AWAY):g}*{away}"]


def _keep(dice: Dice, network: Network) -> list[str]:
    return [_layer(dice, network, _DEEP), f"{dice.number(_KEPT):g}*keep({_layer(dice, network, _SHALLOW)})"]


def _channel(dice: Dice, network: Network) -> list[str]:
    return _among(dice, network, 1)


def _few(dice: Dice, network: Network) -> list[str]:
    return _among(dice, network, dice.one((2, 3, 4)))


def _among(dice: Dice, network: Network, count: int) -> list[str]:
    layer = _layer(dice, network, dice.one((_MIDDLE, _DEEP, _DEEP)))
    measure(network, [layer])
    squares = [float(one) for one in network.natural(layer).squares]
    order = sorted(range(len(squares)), key=lambda channel: (-squares[channel], channel))
    speaking = order[: max(1, round(_SPEAKING * len(order)))]
    chosen = sorted(dice.shuffled(speaking)[:count])
    return [f"{layer}[{', '.join(map(str, chosen))}]", f"{_GROUND:g}*{layer}"]


def _strongest(dice: Dice, network: Network) -> list[str]:
    name = _layer(dice, network, dice.one((_MIDDLE, _DEEP)))
    count = min(network.layers[name].channels, dice.one((3, 5, 8, 12)))
    return [f"{name}[{count} strongest]", *([] if count > _SEVERAL else [f"{_MORE_GROUND:g}*{name}"])]


def _class(dice: Dice, network: Network) -> list[str]:
    if not network.classes:
        return _sum(dice, network)
    return [f"class({dice.one(network.classes)})"]


_CARDS: Mapping[str, Card] = {
    "deep": _deep,
    "middle": _middle,
    "shallow": _shallow,
    "sum": _sum,
    "difference": _difference,
    "keep": _keep,
    "channel": _channel,
    "few": _few,
    "strongest": _strongest,
    "class": _class,
}
