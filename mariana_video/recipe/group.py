"""What every group of options is: read by the declared types, told apart what was said and what was left; and where
`--help` shows each."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from cyclopts import Group as Shown
from cyclopts import Parameter

from mariana_video.errors import UsageError
from mariana_video.recipe.reading import declare, declared
from mariana_video.recipe.values.schedule import Bounds, Schedule
from mariana_video.recipe.values.timeline import Instant

# The groups in which --help shows options: those that people need first, then by what an option is about.
FIRST = Shown("First of all", sort_key=1)
LOOK = Shown("Look", sort_key=2)
COLOUR = Shown("Colour and symmetry", sort_key=3)
STEPS = Shown("Steps", sort_key=4)
MOTION = Shown("Motion", sort_key=5)
WHERE = Shown("Where", sort_key=6)
PART = Shown("Part", sort_key=7)
FILE = Shown("File", sort_key=8)
MACHINE = Shown("Machine", sort_key=9)


def from_text(kind: Any) -> Parameter:
    """How the command line makes a `kind` of one word: by its own reader, never by its fields."""

    def convert(_type: Any, tokens: Sequence[Any]) -> Any:
        return declare((tokens[0].keyword or "").lstrip("-"), kind).read(tokens[0].value)

    return Parameter(converter=convert, accepts_keys=False, n_tokens=1)


def from_texts(kind: Any) -> Parameter:
    """The same for an option that may be said more than once: a `kind` of all its words."""

    def convert(_type: Any, tokens: Sequence[Any]) -> Any:
        return declare((tokens[0].keyword or "").lstrip("-"), kind).read([token.value for token in tokens])

    return Parameter(converter=convert, accepts_keys=False, n_tokens=-1, consume_multiple=False)


def from_pair(kind: Any) -> Parameter:
    """The same for an option that is two words: a `kind` of both."""

    def convert(_type: Any, tokens: Sequence[Any]) -> Any:
        return declare((tokens[0].keyword or "").lstrip("-"), kind).read([token.value for token in tokens])

    return Parameter(converter=convert, accepts_keys=False, n_tokens=2, negative=())


def bounds_of(group: type[Group]) -> Mapping[str, Bounds]:
    """The declared bounds of a group's numbers, by field."""
    return {name: option.bounds for name, option in declared(group).items() if option.bounds is not None}


def value_at(group: Group, name: str, instant: Instant, schedule: Schedule | None = None) -> float:
    """The number that an option of a group is at an instant; `schedule` stands in for one that was not said.

    Raises UsageError, with the frame, outside its bounds.
    """
    value: float = (schedule or getattr(group, name))(instant)
    return bounds_of(type(group))[name].check(name.replace("_", "-"), value, f" at frame {instant.frame}")


class Group:
    """A group of options, each read by its declared type as it is made (UsageError), wherever it comes from."""

    def __new__(cls, *args: Any, **options: Any) -> Self:
        """Notes what was said: a default is no wish, and is not refused where it can do nothing."""
        group = super().__new__(cls)
        given = {**dict(zip(declared(cls), args, strict=False)), **options}
        object.__setattr__(group, "_said", frozenset(name for name, value in given.items() if value is not None))
        return group

    def __post_init__(self) -> None:
        for name, option in declared(type(self)).items():
            given = getattr(self, name)
            value = option.read(given)
            if value is not given:
                object.__setattr__(self, name, value)

    @property
    def said(self) -> frozenset[str]:
        """The names of the options that were given, in place of left at their defaults."""
        return frozenset(self.__dict__.get("_said", ()))

    def saying(self, names: Iterable[str]) -> Self:
        """The same, of which only the options of these names count as said."""
        group = type(self)(**{name: getattr(self, name) for name in declared(type(self))})
        object.__setattr__(group, "_said", frozenset(names))
        return group

    def but(self, **options: Any) -> Self:
        """The same with other values; what was not said stays unsaid."""
        said = {name for name, value in options.items() if value is not None}
        return self.taking(options).saying(self.said | said)

    def taking(self, values: Mapping[str, Any]) -> Self:
        """The same with other values, none of which counts as said. Raises UsageError on one that can't be."""
        group = type(self)(**{name: getattr(self, name) for name in declared(type(self))} | dict(values))
        object.__setattr__(group, "_said", self.said)
        return group


def shared_out(options: Mapping[str, Any], *groups: type[Group], besides: Sequence[str] = ()) -> tuple[Any, ...]:
    """Each of `groups` made with its part of `options`. Raises UsageError on a name that none of them has.

    `besides` are further names that a caller may have meant.
    """
    homes = {name: group for group in groups for name in declared(group)}
    for name in options:
        if name not in homes:
            near = difflib.get_close_matches(name.replace("-", "_"), [*homes, *besides], 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join([*homes, *besides])}"
            raise UsageError(f"unknown option {name!r}: {hint}")
    return tuple(group(**{name: options[name] for name in options if homes[name] is group}) for group in groups)
