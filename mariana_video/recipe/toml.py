"""Recipes as text and back (TOML), and what differs between two of them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from mariana_video.errors import UsageError
from mariana_video.recipe.group import Group
from mariana_video.recipe.options import Recipe, recipe
from mariana_video.recipe.reading import declared

Plain = str | int | float | bool
Written = Plain | list[str]
Sections = Mapping[str, Mapping[str, Plain]]


@dataclass(frozen=True)
class Difference:
    """A setting that is not what it was; None where it is not given."""

    section: str
    name: str
    before: Plain | None
    now: Plain | None


def plain(group: Group) -> dict[str, Plain]:
    """A group's options as plain values, in the order of declaration; what is None is left out."""
    return {name: value if isinstance(value, bool | int | float) else str(value) for name, value in _said(group)}


def written(group: Group) -> dict[str, Written]:
    """As `plain`, and what may be said several times as a list."""
    several = {name: [str(one) for one in value] for name, value in _said(group) if isinstance(value, tuple)}
    return {**plain(group), **several}


def _said(group: Group) -> Iterator[tuple[str, Any]]:
    values = ((name, getattr(group, name)) for name in declared(type(group)))
    return ((name, value) for name, value in values if value is not None)


def sections(recipe: Recipe) -> dict[str, dict[str, Plain]]:
    """A recipe's groups as plain values, by the groups' names."""
    return {field.name: plain(getattr(recipe, field.name)) for field in fields(recipe)}


def to_text(sections: Mapping[str, Mapping[str, Written]]) -> str:
    """Sections of plain values as TOML."""
    blocks = (
        "\n".join([f"[{name}]", *(f"{_key(key)} = {text_of(value)}" for key, value in values.items())])
        for name, values in sections.items()
    )
    return "\n\n".join(blocks) + "\n"


def read_text(text: str) -> dict[str, dict[str, Plain]]:
    """Sections of plain values from TOML. Raises UsageError with the parser's words and place."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits
        raise UsageError(f"can't read the recipe: {error}") from None


def recipe_of(sections: Sections) -> Recipe:
    """The recipe that stands in `sections`; those that are no group of a recipe are passed over.

    Raises UsageError on an unknown option or a value outside its bounds.
    """
    groups = {field.name for field in fields(Recipe)}
    options: dict[str, Any] = {}
    for name in groups & set(sections):
        options |= sections[name]
    return recipe(**options)


def differences(before: Sections, now: Sections) -> Iterator[Difference]:
    """What differs between two sets of sections, in the order of `now`, then what only `before` has."""
    for section in {**now, **before}:
        old, new = before.get(section, {}), now.get(section, {})
        for name in {**new, **old}:
            if old.get(name) != new.get(name):
                yield Difference(section, name, old.get(name), new.get(name))


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def text_of(value: Written) -> str:
    """A plain value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):  # JSON's strings are TOML's, but for the one character that JSON leaves bare
        return json.dumps(value.encode(errors="replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return f"[{', '.join(text_of(one) for one in value)}]"
    return repr(value)
