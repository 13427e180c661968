"""The networks and the objective that are asked for, everything looked up and nothing missing, before any work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from mariana_video.dream.objectives.reading import read
from mariana_video.networks.measured import measure
from mariana_video.networks.network import Network
from mariana_video.networks.several import load_named
from mariana_video.recipe.values.networks import Networks, Said
from mariana_video.recipe.values.objective import Objective, added, read_terms


def chosen(
    said: Networks,
    weights: Path | None,
    layers: Objective | None,
    loaded: dict[Said, Network] | None = None,
    guided: bool = False,
) -> tuple[dict[str, Network], Objective]:
    """The networks that `layers` name, by name and the leading one first, and what they are to dream.

    Every layer and channel that is ever named is looked up, and what natural pictures do to a layer is measured where
    the network's file doesn't say. Without `layers` all that are said dream, each what suits it, or what a guide has of
    it where they are `guided`. `weights` is a file for torchvision's network; networks that are `loaded` are taken as
    they are, and others added to them.

    Raises NetworkError on an unknown network, layer, channel or damaged weights, UsageError on what can't be written.
    """
    names = said.names if layers is None else [term.network for term in layers.terms]
    networks = load_named(said, weights, names, loaded)
    objective = layers or unsaid(networks, guided)
    for term in read(objective.terms, networks):
        measure(networks[term.network], term.kind.layers)
    return networks, objective


def unsaid(networks: Mapping[str, Network], guided: bool) -> Objective:
    """What is dreamed where nothing is said: what suits each of `networks`, or what a guide has of it."""
    whole = usual(networks)
    if not guided:
        return whole
    return Objective(added(tuple(replace(term, what=f"guide({term.what})") for term in whole.terms)))


def usual(networks: Mapping[str, Network]) -> Objective:
    """What suits each of `networks`, added."""
    if len(networks) == 1:
        return Objective(next(iter(networks.values())).suited.layers)
    terms = [replace(term, network=name) for name, one in networks.items() for term in read_terms(one.suited.layers)]
    return Objective(added(tuple(terms)))
