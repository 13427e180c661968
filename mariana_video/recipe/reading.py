"""What an option's declared type makes of a value: the one reader of Python's values, job.toml and texts of options."""

from __future__ import annotations

import ast
import difflib
import inspect
import os
import textwrap
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from mariana_video.errors import UsageError
from mariana_video.recipe.values.schedule import Bounds

_SHOWN = 60  # characters of a value that are quoted
_LONGEST = 255  # bytes of a file's name


@dataclass(frozen=True)
class Declared:
    """An option as a group declares it: its name on the command line, its type, and what it may be."""

    name: str
    kind: Any
    optional: bool
    bounds: Bounds | None

    def read(self, value: Any) -> Any:
        """`value` as the declared type. Raises UsageError, with the option, the value and what would do."""
        value = _plain(value)
        if value is None and self.optional:
            return None
        read = self._checked(value)
        bounds = self.bounds
        if bounds is None or isinstance(read, str):
            return read
        if hasattr(read, "check"):  # schedules and times know what of them can be checked now
            read.check(self.name, bounds)
        else:
            bounds.check(self.name, read)
        return read

    def _checked(self, value: Any) -> Any:
        if get_origin(self.kind) is Literal:
            return self._chosen(value, get_args(self.kind))
        if get_origin(self.kind) is tuple:
            return self._several(value)
        if hasattr(self.kind, "of"):
            return self._made(value)
        read = _READERS[self.kind](value)
        if read is None:
            raise self._refused(value, _WORDS[self.kind](self.bounds))
        return read

    def _made(self, value: Any) -> Any:
        """A value of a type that reads texts itself; its errors get the option's name."""
        try:
            return self.kind.of(value)
        except UsageError as error:
            told = str(error)
            raise error if told.startswith("--") else UsageError(f"--{self.name}: {told}") from None

    def _several(self, value: Any) -> tuple[Any, ...]:
        one = Declared(self.name, get_args(self.kind)[0], False, self.bounds)
        several = value if isinstance(value, list | tuple) else [value]
        return tuple(one.read(item) for item in several)

    def _chosen(self, value: Any, choices: Sequence[Any]) -> Any:
        if isinstance(value, str) and value in choices:
            return value
        near = difflib.get_close_matches(value, choices, 1) if isinstance(value, str) else []
        raise self._refused(value, f"one of {', '.join(choices)}" + (f"; did you mean {near[0]}?" if near else ""))

    def _refused(self, value: Any, wanted: str) -> UsageError:
        shown = value if isinstance(value, str) and value.strip() else repr(value)
        return UsageError(f"--{self.name} {shown[:_SHOWN]}: give {wanted}")


def declared(group: Any) -> Mapping[str, Declared]:
    """The options of a group (a dataclass), by field."""
    hashable: Any = group
    return _declared(hashable)


@cache
def _declared(group: Any) -> Mapping[str, Declared]:
    hints = get_type_hints(group, include_extras=True)
    return {field.name: declare(field.name, hints[field.name]) for field in fields(group)}


@cache
def helps(group: type) -> Mapping[str, str]:
    """The sentences that stand below the options of a group, by field: what `--help` and the docs show."""
    found: dict[str, str] = {}
    for kind in (kind for kind in reversed(group.__mro__) if is_dataclass(kind)):
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
        assert isinstance(tree, ast.ClassDef)
        for option, below in pairwise(tree.body):
            match option, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str() as text)):
                    found[name] = " ".join(text.split())
    return found


def declare(name: str, hint: Any) -> Declared:
    """An option from its name and its annotation, `Annotated[Schedule | None, Bounds(0, 1)]`."""
    bounds = next((item for item in getattr(hint, "__metadata__", ()) if isinstance(item, Bounds)), None)
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    members = get_args(bare) if get_origin(bare) in (Union, types.UnionType) else (bare,)
    kinds = [member for member in members if member is not type(None)]
    return Declared(name.strip("_").replace("_", "-"), kinds[0], type(None) in members, bounds)


def _plain(value: Any) -> Any:
    """A number of numpy or torch as Python's own."""
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "shape", None) == ():
        return item()
    return value


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            return int(value) if len(value) <= _SHOWN else None
        except ValueError:
            return None
    return int(value) if isinstance(value, int | float | Fraction) and value == value // 1 else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Fraction):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def named(name: str, kind: Any, value: Any) -> Any:
    """The name of a file as a `kind`, str or Path. Raises UsageError for what no file can be called."""
    read = declare(name, kind).read(value)
    if "\0" in str(read) or any(len(os.fsencode(part)) > _LONGEST for part in Path(str(read).replace("\0", "")).parts):
        raise UsageError(
            f"no file can be called {str(read)[:_SHOWN]!r}… (too long, or with a zero byte); give another name"
        )
    return read


def _path(value: Any) -> Path | None:
    return Path(value) if isinstance(value, str | os.PathLike) and str(value) else None


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | os.PathLike) and str(value) else None


def _yes_or_no(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _bounded(word: str) -> Callable[[Bounds | None], str]:
    return lambda bounds: word if bounds is None else f"{word} {bounds}"


_READERS: Mapping[Any, Callable[[Any], Any]] = {
    bool: _yes_or_no,
    int: _whole,
    float: _number,
    str: _text,
    Path: _path,
}
_WORDS: Mapping[Any, Callable[[Bounds | None], str]] = {
    bool: lambda _: "True or False",
    int: _bounded("a whole number"),
    float: _bounded("a number"),
    str: lambda _: "a text",
    Path: lambda _: "the path of a file",
}
