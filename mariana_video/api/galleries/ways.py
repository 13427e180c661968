"""The way between two looks: numbers go straight from one to the other, and what one dreams fades into the other's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from mariana_video.api.galleries.chances import significant
from mariana_video.api.galleries.usual import Usual
from mariana_video.recipe.group import Group, bounds_of
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Carry
from mariana_video.recipe.reading import declared
from mariana_video.recipe.values.bands import Bands
from mariana_video.recipe.values.networks import Networks, Said
from mariana_video.recipe.values.objective import Objective, Term, Terms, added
from mariana_video.recipe.values.schedule import Bounds, Schedule
from mariana_video.recipe.values.timeline import START

G = TypeVar("G", bound=Group)
Number = Callable[[str], float | None]
_DIGITS = 4  # of a number between two others
_SOON = 0.04  # seconds: a frame
_WHOLE = ("symmetry",)  # between two of them lies neither: five sectors are as unlike six as none
_SUBJECT = ("network", "layers", "motif_size")  # what goes together


@dataclass(frozen=True)
class End:
    """A look at one end of a way: its `dream`, what that dreams, its open numbers, and how much all terms weigh."""

    dream: Dream
    objective: Objective
    usual: Usual
    weight: float

    def number(self, name: str) -> float | None:
        """An option's number; None where it moves along a film by itself, or is known only by the dream."""
        value = getattr(self.dream, name)
        if value is None:
            return self.usual.of(name)
        return value.constant() if isinstance(value, Schedule) else None


def between(first: End, last: End, share: float) -> Dream:
    """The look that is a `share` (0…1) of the way from the `first` to the `last`; at its ends it is one of them.

    What can't lie between two values changes in the middle.
    """
    if share in (0.0, 1.0):
        return last.dream if share else first.dream
    near = first if share < 0.5 else last
    options = {} if _alike(first, last) else _subject_between(first, last, share)
    for name, option in declared(Dream).items():
        if name not in _SUBJECT and option.kind in (Schedule, Bands):
            options |= _between(name, first, last, share, option.bounds)
    return near.dream.taking(options)


def _alike(first: End, last: End) -> bool:
    """Whether two looks dream the same, and as large."""
    return all(getattr(first.dream, name) == getattr(last.dream, name) for name in _SUBJECT)


def _between(name: str, first: End, last: End, share: float, bounds: Bounds | None) -> dict[str, str | float]:
    """An option that is a number, or three of them, between two ends; nothing where nothing lies between."""
    values = getattr(first.dream, name), getattr(last.dream, name)
    if isinstance(values[0], Bands):
        if values[0] == values[1] or any(_keyed(value) for value in values):
            return {}
        pairs = zip(values[0].at(START), values[1].at(START), strict=True)
        return {name: ",".join(f"{_mixed(a, b, share):g}" for a, b in pairs)}
    numbers = first.number(name), last.number(name)
    if name in _WHOLE or _is_open(name, values):
        return {}
    if numbers[0] is None or numbers[1] is None or (values[0] == values[1] and numbers[0] == numbers[1]):
        return {}
    number = _mixed(numbers[0], numbers[1], share)
    return {name: round(number) if bounds is not None and bounds.whole else number}


def _is_open(name: str, values: tuple[object, object]) -> bool:
    """Whether an end leaves open how many octaves there are: as many as fit, which another size may change."""
    return name == "octaves" and None in values


def _keyed(value: Bands) -> bool:
    return ":" in str(value)


def _mixed(first: float, last: float, share: float) -> float:
    return significant((1 - share) * first + share * last, _DIGITS)


def _subject_between(first: End, last: End, share: float) -> dict[str, str | float]:
    """What is dreamed between two ends: both, weighed, on the size that lies between theirs; the nearer one leads."""
    options: dict[str, str | float] = {}
    if first.objective.constant and last.objective.constant:
        near, far, part = (first, last, share) if share < 0.5 else (last, first, 1 - share)
        networks, terms, others = united(near, far)
        weighed = _summed((*_scaled(terms, 1 - part), *_scaled(others, part)))
        options = {"network": str(networks), "layers": added(weighed)}
    return options | _size_between(first, last, share)


def _size_between(first: End, last: End, share: float) -> dict[str, str | float]:
    """How large motifs are: the size that is dreamed at lies between those of the ends."""
    sizes = first.dream.motif_size, last.dream.motif_size
    if sizes == (None, None) and first.usual.side == last.usual.side:
        return {}
    side = _mixed(first.usual.side, last.usual.side, share)
    bounds, view = bounds_of(Dream)["motif_size"], max(first.usual.view, last.usual.view)
    return {"motif_size": significant(min(max(view / side, bounds.low), bounds.high), _DIGITS)}


def moving(first: End, last: End, end: float) -> tuple[Dream, list[str]]:
    """A look that walks from the `first` to the `last`, where it is `end` seconds into a film, and what stays.

    What can't move along a film is as the `first` has it: the names of those options come beside the look.
    """
    subject, held = _moving_subject(first, last, end)
    numbers = {name: (first.number(name), last.number(name)) for name in bounds_of(Dream)}
    options, staying = _moved(first.dream, last.dream, numbers, end)
    return first.dream.taking({**options, **subject}), [*held, *staying]


def moving_carry(first: Carry, last: Carry, end: float) -> tuple[Carry, list[str]]:
    """The same of how a dream is carried."""
    schedules = {name: (getattr(first, name), getattr(last, name)) for name in bounds_of(Carry)}
    numbers = {
        name: (values[0].constant(), values[1].constant())
        for name, values in schedules.items()
        if isinstance(values[0], Schedule)
    }
    options, staying = _moved(first, last, numbers, end)
    return first.taking(options), staying


def _moved(
    first: Group, last: Group, numbers: Mapping[str, tuple[float | None, float | None]], end: float
) -> tuple[dict[str, str], list[str]]:
    """The options that move from one group to another, as they are written, and the names of those that can't."""
    options: dict[str, str] = {}
    staying = []
    for name, option in declared(type(first)).items():
        values, both = (getattr(first, name), getattr(last, name)), numbers.get(name, (None, None))
        if name in _SUBJECT or (values[0] == values[1] and both[0] == both[1]):
            continue
        if name not in _WHOLE and option.kind is Schedule and None not in both and not _is_open(name, values):
            options[name] = f"0s:({both[0]:g}), {end:g}s:({both[1]:g})"
        elif option.kind is Bands and not any(map(_keyed, values)):
            options[name] = f"0s:({values[0]}), {end:g}s:({values[1]})"
        elif values[0] != values[1]:
            staying.append(name)
    return options, staying


def _moving_subject(first: End, last: End, end: float) -> tuple[dict[str, str | float], list[str]]:
    """What is dreamed along a film, and on which size; what of it stays."""
    if _alike(first, last):
        return {}, []
    if not (first.objective.constant and last.objective.constant):
        return {}, [name for name in _SUBJECT if getattr(first.dream, name) != getattr(last.dream, name)]
    networks, terms, others = united(first, last)
    faded = f"0s:({added(terms)}), {end:g}s:({added(others)})"
    options: dict[str, str | float] = {"network": str(networks), "layers": faded}
    sizes = first.dream.motif_size, last.dream.motif_size
    if sizes == (None, None) and first.usual.side == last.usual.side:
        return options, []
    if None in (first.number("motif_size"), last.number("motif_size")):
        return options, ["motif_size"]
    # Between its ends both are dreamed, and motifs are measured by the layer that sees more: so that the size does not
    # jump, what is said of it does.
    view, soon = max(first.usual.view, last.usual.view), min(_SOON, end / 3)
    own = (first.usual.motif_size, view / first.usual.side, view / last.usual.side, last.usual.motif_size)
    bounds = bounds_of(Dream)["motif_size"]
    held = [significant(min(max(number, bounds.low), bounds.high), _DIGITS) for number in own]
    times = (0.0, soon, end - soon, end)
    options["motif_size"] = ", ".join(f"{time:g}s:({number:g})" for time, number in zip(times, held, strict=True))
    return options, []


def united(first: End, last: End) -> tuple[Networks, Terms, Terms]:
    """The networks of both ends, the first's leading, and what each end dreams, every term with its network's name.

    Raises UsageError where they are too many.
    """
    said = {one.name: one for one in first.dream.network.said}
    called: dict[str, str] = {}
    for one in last.dream.network.said:
        name = one.name
        while name in said and replace(said[name], own="") != replace(one, own=""):
            name += "-2"
        said.setdefault(name, one if one.name == name else Said(one.what, name, one.weights))
        called[one.name] = name
    used = {term.network for term in (*_named(first, {}), *_named(last, called))}
    networks = Networks(", ".join(str(one) for name, one in said.items() if name in used))
    # A sum such as `all` weighs as much as its layers together: both ends are to weigh alike on the way.
    others = _scaled(_named(last, called), significant(first.weight / last.weight, _DIGITS))
    if len(used) == 1:  # whose layers they are goes without saying
        return networks, _nameless(_named(first, {})), _nameless(others)
    return networks, _named(first, {}), others


def _nameless(terms: Terms) -> Terms:
    return tuple(replace(term, network="") for term in terms)


def _named(end: End, called: Mapping[str, str]) -> Terms:
    leading = end.dream.network.names[0]
    names = [term.network or leading for term in end.objective.terms]
    pairs = zip(end.objective.terms, names, strict=True)
    return tuple(Term(term.what, term.weight, called.get(name, name)) for term, name in pairs)


def _scaled(terms: Terms, by: float) -> Terms:
    return tuple(replace(term, weight=significant(term.weight * by, _DIGITS)) for term in terms)


def _summed(terms: Terms) -> Terms:
    """Terms of which none comes twice."""
    weights: dict[tuple[str, str], float] = {}
    for term in terms:
        weights[term.network, term.what] = weights.get((term.network, term.what), 0.0) + term.weight
    made = tuple(
        Term(what, significant(weight, _DIGITS), network)
        for (network, what), weight in weights.items()
        if abs(weight) > 1e-6
    )
    return made or terms[:1]
