"""Which networks dream, as people write it: `mariana`, `a=mariana, b=net.safetensors`, `vgg16@vgg.pth`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mariana_video.errors import UsageError

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_PART = re.compile(rf"\s*((?:{_QUOTED}|[^,\"])*)\s*(?:,|\Z)")
_NAMED = re.compile(r"\s*([A-Za-z_][\w.-]*)\s*=\s*(.*)", re.DOTALL)
_WITH_FILE = re.compile(r"([A-Za-z_][\w-]*)@(.*)", re.DOTALL)
NAME = re.compile(r"[A-Za-z_][\w.-]*")
"""What a network can be called by terms."""
_MOST = 16  # networks that dream together
_SHOWN = 60  # characters of a text that are quoted


@dataclass(frozen=True)
class Said:
    """One network: `what` is a name or a file, `weights` a file to take for it, `own` a name given to it."""

    what: str
    own: str = ""
    weights: str = ""

    @property
    def name(self) -> str:
        """What terms call it: the name it is given, its own, or its file's without the ending."""
        return self.own or (Path(self.what).stem if is_path(self.what) else self.what)

    def __str__(self) -> str:
        what = f"{self.what}@{_quoted(self.weights)}" if self.weights else _quoted(self.what)
        return f"{self.own}={what}" if self.own else what


@dataclass(frozen=True)
class Networks:
    """The networks that dream, kept as the text; the first one leads.

    Each is `WHAT`, `NAME=WHAT` or, with a weights file, `WHAT@FILE`; commas part them, and what holds a comma, = or @
    of its own stands in double quotes.
    """

    text: str
    said: tuple[Said, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        said = tuple(_read(part, self.text) for part in _parts(self.text))
        if len(said) > _MOST:
            raise UsageError(f"{_shown(self.text)} names {len(said)} networks; {_MOST} are the most")
        names = [one.name for one in said]
        for one in said if len(said) > 1 else ():
            if names.count(one.name) > 1:
                raise UsageError(f"two networks are called {_shown(one.name)}; give one a name: other={one}")
            if not NAME.fullmatch(one.name):
                raise UsageError(f"{_shown(one.name)} can't stand before a layer; give it a name: other={one}")
        object.__setattr__(self, "said", said)

    @classmethod
    def of(cls, value: Any) -> Networks:
        """Networks from their text, from several texts or paths, or from a mapping of names to them.

        Raises UsageError on anything else.
        """
        if isinstance(value, Networks):
            return value
        if isinstance(value, Mapping):
            return cls(", ".join(f"{checked_name(name)}={_text(what)}" for name, what in value.items()))
        several = value if isinstance(value, list | tuple) else [value]
        return cls(", ".join(_text(one) for one in several))

    def __str__(self) -> str:
        return self.text

    @property
    def files(self) -> tuple[Path, ...]:
        """What may be files of theirs."""
        return tuple(Path(word) for one in self.said for word in (one.what, one.weights) if word)

    def beside(self, folder: Path) -> Networks:
        """The same, where files that lie in `folder` are named by their whole paths."""

        def placed(word: str) -> str:
            return str(folder / word) if word and (folder / word).is_file() else word

        said = [replace(one, what=placed(one.what), weights=placed(one.weights)) for one in self.said]
        return Networks(", ".join(map(str, said)))

    @property
    def names(self) -> tuple[str, ...]:
        """What terms call each of them, in order."""
        return tuple(one.name for one in self.said)


def _parts(text: str) -> Iterator[str]:
    place = 0
    while True:
        found = _PART.match(text, place)
        if found is None:
            raise UsageError(f"{_shown(text)} can't be read: a double quote is never closed")
        yield found[1].strip()
        if found.end() == len(text) and not text.endswith(","):
            return
        if found.end() == len(text):
            raise UsageError(f"{_shown(text)} can't be read: a network is missing after the last comma")
        place = found.end()


def _read(part: str, whole: str) -> Said:
    named = _NAMED.fullmatch(part)
    own, what = (named[1], named[2].strip()) if named else ("", part)
    with_file = _WITH_FILE.fullmatch(what)
    what, weights = (with_file[1], _unquoted(with_file[2], whole)) if with_file else (_unquoted(what, whole), "")
    if not what or (with_file and not weights):
        raise UsageError(f"{_shown(whole)} names no network: give one such as mariana, a file, or NAME=mariana")
    return Said(what, own, weights)


def checked_name(name: Any) -> str:
    """A name that a network can be given. Raises UsageError for another."""
    if isinstance(name, str) and NAME.fullmatch(name):
        return name
    raise UsageError(f"{name!r} can't be a network's name: give letters, digits, _, - and ., a letter first")


def _text(value: Any) -> str:
    """A text as it is; a path is a file, whatever characters it holds."""
    if isinstance(value, str):
        return value
    if isinstance(value, os.PathLike):
        return _quoted(os.fspath(value))
    raise UsageError(f"--network {value!r}: give a text such as mariana, or the path of a weights file")


def is_path(what: str) -> bool:
    """Whether what is said of a network is a file, not a name."""
    return what.endswith(".safetensors") or len(Path(what).parts) > 1


def _quoted(what: str) -> str:
    plain = what == what.strip() and not re.search(r'[,"=@\\]', what)
    return what if plain else json.dumps(what, ensure_ascii=False)


def _unquoted(what: str, whole: str) -> str:
    if not re.fullmatch(_QUOTED, what):
        if '"' in what:
            raise UsageError(f"{_shown(whole)} can't be read: double quotes go round a whole name or path")
        return what
    try:
        return str(json.loads(what))
    except ValueError:
        raise UsageError(f"{_shown(whole)} can't be read: within double quotes, write \\\\ for a backslash") from None


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
