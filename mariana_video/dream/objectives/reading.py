"""From what is written of an objective to the terms that are scored: by the kinds that there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mariana_video.dream.objectives.kind import Kind, kinds
from mariana_video.errors import MarianaError, NetworkError, UsageError
from mariana_video.networks.network import Network, did_you_mean
from mariana_video.recipe.values.objective import Term

_SHOWN = 60  # characters of a text that are quoted


@dataclass(frozen=True)
class Weighted:
    """A term, how much it counts, and by which name its network is called."""

    network: str
    kind: Kind
    weight: float


def read(terms: Sequence[Term], networks: Mapping[str, Network]) -> tuple[Weighted, ...]:
    """Each of `terms` as what it stands for: a name such as `all` stands for several.

    A term that names no network is the first one's. Raises NetworkError on what a network does not have, UsageError on
    what can't be written at all.
    """
    made: list[Weighted] = []
    for term in terms:
        name = term.network or next(iter(networks))
        try:
            if name not in networks:
                raise NetworkError(f"no network called {name[:_SHOWN]!r}{did_you_mean(name, networks)}")
            made += [Weighted(name, one, term.weight) for one in _read(term.what, networks[name])]
        except MarianaError as error:
            raise type(error)(f"{error}{_place(term)}") from None
    return tuple(made)


def _place(term: Term) -> str:
    """Where a term stands, if it doesn't stand alone."""
    text, place = term.written or (term.what, 0)
    if text.strip() == term.what:
        return ""
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return f" (character {place + 1} of {shown!r})"


def sentences() -> list[tuple[str, str]]:
    """Of every kind how it is written, and what that means."""
    return [(kind.example, kind.means) for kind in kinds()]


def _read(what: str, network: Network) -> Sequence[Kind]:
    for kind in kinds():
        found = kind.read(what, network)
        if found is not None:
            return found
    shown = what if len(what) <= _SHOWN else f"{what[:_SHOWN]}…"
    raise UsageError(f"can't read {shown!r}; these can be written: {', '.join(example for example, _ in sentences())}")
