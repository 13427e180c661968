"""Networks in the plural: those that a recipe says and those that its terms name, each loaded once, by name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from mariana_video.errors import NetworkError, UsageError
from mariana_video.networks import weights as stored
from mariana_video.networks import zoo
from mariana_video.networks.network import Network, did_you_mean
from mariana_video.recipe.values.networks import Networks, Said


def load_named(
    networks: Networks, weights: Path | None, names: Sequence[str], loaded: dict[Said, Network] | None = None
) -> dict[str, Network]:
    """The networks that terms call by `names`, those that are said first and in that order: the first one leads.

    Args:
        weights: a file for the one network of torchvision's among those that are said.
        loaded: networks that were loaded earlier, by what was said; those that are loaded now are added.
        names: "" is the first that is said; others are looked for among those said, then among those released.

    Raises:
        NetworkError: unknown (with the nearest known name), foreign, damaged or not fitting.
        UsageError: `weights` for none or for several of them.
    """
    said = {one.name: one for one in with_weights(networks, weights)}
    wanted = {name or networks.names[0] for name in names}
    others = dict.fromkeys(name for name in names if name and name not in said)
    for name in others:
        _check(name, said)
    chosen = [*(one for one in said.values() if one.name in wanted), *map(Said, others)]
    known = {} if loaded is None else loaded
    for one in chosen:
        if one not in known:
            known[one] = stored.load(one.what, Path(one.weights) if one.weights else None)
    return {one.name: known[one] for one in chosen}


def with_weights(networks: Networks, weights: Path | None) -> tuple[Said, ...]:
    """`networks`, the file of --weights at the one that it is for. Raises UsageError where it could be for several.

    Where it is for none, the first one gets it: `load` says what is wrong with that.
    """
    if weights is None:
        return networks.said
    fitting = [one for one in networks.said if one.what in zoo.NAMES]
    if len(fitting) > 1:
        ways = " ".join(f"--network {one.what}@FILE" for one in fitting)
        raise UsageError(f"--weights {weights}: it could be for {' or '.join(one.what for one in fitting)}; say {ways}")
    if fitting and fitting[0].weights:
        raise UsageError(f"--weights {weights}: {fitting[0]} says a file already; leave one of them out")
    target = fitting[0] if fitting else networks.said[0]
    return tuple(replace(one, weights=str(weights)) if one is target else one for one in networks.said)


def _check(name: str, said: Collection[str]) -> None:
    known = [*said, *stored.names()]
    if name not in known:
        hint = did_you_mean(name, known)
        raise NetworkError(
            f"no network called {name[:60]!r}{hint}; say it with --network {name[:60]}=FILE, or see `mariana networks`"
        )
