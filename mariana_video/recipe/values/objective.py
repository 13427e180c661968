"""What is to be excited: `conv3_3 + 0.5*vgg16:conv4_2`, read once into frozen terms, also along the frames."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from mariana_video.errors import UsageError
from mariana_video.recipe.values.keys import Key, around, mixed, ordered, read_keys, unreadable
from mariana_video.recipe.values.timeline import START, Instant, Timeline

_TERM = re.compile(
    r"\s*(?P<sign>-?)\s*(?:(?P<weight>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)\s*\*\s*)?"
    r"(?:(?P<network>[A-Za-z_][\w.-]*)\s*:\s*)?"
    # A name, then which of it in square brackets (they begin with a number), then further words in round ones.
    r"(?P<what>[A-Za-z_*?][\w./*?]*(?:\[\s*\d[^\[\]]*\])?(?:\((?:[^()]|\([^()]*\))*\))?)\s*"
)
_SHOWN = 120  # characters of a text that stand in a remark
_EXPECTED = "expected a layer such as conv4_3, 0.5*conv3_3, conv4_3[17], vgg16:conv4_3 or class(dog)"


@dataclass(frozen=True)
class Term:
    """One summand as it is written, `weight*network:what`; a weight below 0 pushes away, no network is the first one.

    What can be written for `what` is no matter of this file: see `dream.objectives`.
    """

    what: str
    weight: float = 1.0
    network: str = ""
    written: tuple[str, int] | None = field(default=None, compare=False, repr=False)
    """The text it was read from, and where in it."""

    def __str__(self) -> str:
        weight = {1.0: "", -1.0: "-"}.get(self.weight, f"{self.weight!r}*".replace(".0*", "*"))
        return weight + (f"{self.network}:" if self.network else "") + self.what


Terms = tuple[Term, ...]


def added(terms: Terms) -> str:
    """`terms` as `read_terms` would read them again."""
    return " + ".join(map(str, terms)).replace("+ -", "- ")


def read_terms(text: str, whole: str | None = None, place: int = 0) -> Terms:
    """`conv3_3 - 0.5*vgg16:conv4_2` as terms; errors quote `whole`, where `text` begins at `place`."""
    whole = text if whole is None else whole
    terms: list[Term] = []
    at, joined = 0, 1.0
    while True:
        found = _TERM.match(text, at)
        if found is None:
            raise unreadable(whole, place + at, _EXPECTED)
        if len(terms) == _MOST:
            raise unreadable(whole, place + at, f"{_MOST} terms are the most")
        if found["sign"] and terms:
            raise unreadable(whole, place + at, "one sign is enough between two terms")
        weight = joined * float(found["weight"] or 1.0) * (-1 if found["sign"] else 1)
        if not 0 < abs(weight) < float("inf"):
            raise unreadable(whole, place + at, "a weight is a number, and not 0")
        terms.append(Term(found["what"], weight, found["network"] or "", (whole, place + found.start("what"))))
        if found.end() == len(text):
            return tuple(terms)
        sign = text[found.end()]
        if sign not in _SIGNS:
            raise unreadable(whole, place + found.end(), _WRONG.get(sign, "terms are joined by + or -"))
        at, joined = found.end() + 1, _SIGNS[sign]


_MOST = 1000  # terms: more would take minutes a step, and no layer has as many channels
_SIGNS = {"+": 1.0, "-": -1.0}
_WRONG = {
    "[": "square brackets hold a number, as in conv4_3[17]",
    ":": "a network's name stands once before a layer, as in vgg16:conv4_3",
}


@dataclass(frozen=True)
class Objective:
    """The layers to excite along the frames, kept as the text: `conv4_3` or `0:(conv2_2), 60:(conv4_3)`.

    Between two keys the one objective fades out while the other fades in.
    """

    text: str
    _keys: tuple[tuple[Key, Terms], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keys = read_keys(self.text)
        if not self.text.strip():
            raise UsageError("an empty text names no layer: give one such as conv4_3")
        object.__setattr__(self, "_keys", tuple((k, read_terms(k.text, self.text, k.place)) for k in keys))

    @classmethod
    def of(cls, value: Any) -> Objective:
        """An objective from its text. Raises UsageError on anything else."""
        if isinstance(value, Objective):
            return value
        if not isinstance(value, str):
            raise UsageError(f"{value!r} names no layer: give a text such as 'conv3_3 + 0.5*conv4_2'")
        return cls(value)

    def __str__(self) -> str:
        return self.text

    @property
    def brief(self) -> str:
        """The text as a remark quotes it: a long one is cut."""
        return self.text if len(self.text) <= _SHOWN else f"{self.text[:_SHOWN]}…"

    def renamed(self, names: Mapping[str, str]) -> Objective:
        """The same of networks that are called otherwise; those that are not among `names` keep their own."""
        text = self.text
        for term in reversed(self.terms):  # from the end, so that places before it stay true
            new = names.get(term.network, term.network)
            if term.network and term.written is not None and new != term.network:
                before = text[: term.written[1]].rstrip().removesuffix(":").rstrip()
                begin = len(before) - len(term.network)
                text = text[:begin] + new + text[len(before) :]
        return Objective(text)

    @property
    def constant(self) -> bool:
        """True where the same holds along all frames."""
        return len(self._keys) == 1

    @property
    def needs_clock(self) -> bool:
        """Whether a frame's number and time are too little to ask it with: some keys are frames, others seconds."""
        return mixed(self._keys)

    @property
    def terms(self) -> Terms:
        """Every term written anywhere, in order."""
        return tuple(term for _, terms in self._keys for term in terms)

    def combinations(self, frames: int | None = None, timeline: Timeline = START.timeline) -> tuple[Terms, ...]:
        """Every combination of terms that comes up in a film of so many `frames` (None: in one without end)."""
        keys = ordered(self._keys, timeline)
        last = float("inf") if frames is None else self._last(frames, timeline)
        found = [keys[0][1]]
        for (at, terms), (later_at, later) in pairwise(keys):
            if at < last and terms != later:
                found.append(_scaled(terms, 0.5) + _scaled(later, 0.5))
            if later_at <= last:
                found.append(later)
        return tuple(dict.fromkeys(found))

    def _last(self, frames: int, timeline: Timeline) -> float:
        """The moment of the last of so many frames, as its keys are ordered by."""
        return timeline.seconds(frames - 1) if any(key.seconds for key, _ in self._keys) else frames - 1

    def at(self, instant: Instant) -> Terms:
        """The terms at `instant`; those that have faded out are left away."""
        terms, later, weight = around(self._keys, instant)
        if weight == 0 or terms == later:
            return terms
        return _scaled(terms, 1 - weight) + _scaled(later, weight)


def _scaled(terms: Terms, by: float) -> Terms:
    return tuple(replace(term, weight=term.weight * by) for term in terms)
