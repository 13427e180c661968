"""Looks: recipes for any source and any kind of work. Those that ship with the program have names."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from mariana_video.errors import UsageError
from mariana_video.recipe.kind import Kind
from mariana_video.recipe.kinds import DiveRecipe, FilmRecipe
from mariana_video.recipe.toml import read_text

LOOK = "look"
"""The table by which the text of a look is told from the recipe of one kind of work."""

_ABOUT = "about"
_TABLES = {"dream": FilmRecipe, "carry": FilmRecipe, "camera": DiveRecipe, "dive": DiveRecipe}


@dataclass(frozen=True)
class Look:
    """A look that ships with the program: its `name`, what it is in a line, and its `text` (TOML)."""

    name: str
    about: str
    text: str


@cache
def shipped() -> Mapping[str, Look]:
    """The looks that ship with the program, by name."""
    texts = {
        Path(file.name).stem: file.read_text("utf-8")
        for file in files("mariana_video").joinpath("looks").iterdir()
        if file.name.endswith(".toml")
    }
    return {name: Look(name, str(read_text(text)[LOOK][_ABOUT]), text) for name, text in sorted(texts.items())}


def shipped_text(said: Path) -> str | None:
    """The text of the look that is called so; None for anything that may be a file.

    A name wins over a file, which is `./NAME`. Raises UsageError for a word that is neither.
    """
    word = str(said)
    look = shipped().get(word)
    if look is not None or said.suffix or said.name != word or _is_there(said):
        return None if look is None else look.text
    near = difflib.get_close_matches(word.lower(), shipped(), 1)
    hint = f"did you mean {near[0]!r}?" if near else "`mariana recipes` lists the looks"
    raise UsageError(f"{word[:60]} is no look that ships with mariana, and no file: {hint}")


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def looks_like(tables: Mapping[str, Any]) -> bool:
    """Whether a text's tables are those of a look."""
    return LOOK in tables


def tables_for(kind: type[Kind], tables: Mapping[str, Any]) -> dict[str, Any]:
    """What of a look's tables holds for a kind of work, which may have no use for a camera, or for what is carried.

    Raises UsageError for tables that no look has.
    """
    head, rest = tables[LOOK], {name: table for name, table in tables.items() if name != LOOK}
    if not isinstance(head, Mapping) or {*head} - {_ABOUT} or not isinstance(head.get(_ABOUT, ""), str):
        raise UsageError(f"[{LOOK}] holds nothing but {_ABOUT}, a line of text")
    for name in rest:
        if name not in _TABLES:
            raise UsageError(f"no [{name[:60]}] stands in a look; it may have {', '.join(_TABLES)}")
    return {name: table for name, table in rest.items() if name in kind.groups()}


def kind_for(usual: type[Kind] | None) -> type[Kind]:
    """As the recipe of which kind of work a look is read for the `usual` one: what a progression makes of it is said by
    how recipes are taken over."""
    return usual if usual is not None and "dream" in usual.groups() else FilmRecipe
