"""From the knobs to what is asked for: a look as a text, a work's options, and the command line that says the same."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mariana_video.errors import UsageError
from mariana_video.recipe.kind import Kind
from mariana_video.recipe.kinds import DiveRecipe, FilmRecipe, PictureRecipe, ProgressionRecipe
from mariana_video.recipe.reading import declared
from mariana_video.recipe.toml import Written, read_text, text_of, to_text
from mariana_video.recipe.travel.looks import looks_like, shipped
from mariana_video.recipe.travel.reading import read_travelled
from mariana_video.studio.knobs import ALL, HOMES, LOOK, Value, is_of_look

OWN = "own"
"""What a look is called that a visitor brought, or found on the wall."""

USUAL = "usual"
"""What no look at all is called."""

Values = Mapping[str, Value]
Tables = Mapping[str, Mapping[str, Any]]

KINDS: Mapping[str, type[Kind]] = {
    "video": FilmRecipe,
    "image": PictureRecipe,
    "zoom": DiveRecipe,
    "progress": ProgressionRecipe,
}
"""The recipes of the commands whose works are made here."""

LABELS = {"video": "dream", "image": "dream", "zoom": "dive", "progress": "steps", "explore": "looks"}
"""What is added to the source's name for the result's."""

_SHARED = ("duration", "size")  # declared in several groups, and of one meaning
_HEAD = {"about": "Made on the page of mariana."}


def defaults() -> dict[str, Value]:
    """Every knob as it is in the usual look."""
    return {name: one.default for name, one in ALL.items()}


def tables_of(text: str) -> dict[str, dict[str, Any]]:
    """The look in a text that anybody may have written, without its part and size. Raises UsageError."""
    found, raw = read_travelled(text, FilmRecipe), read_text(text)
    tables: Mapping[str, Mapping[str, Any]] = raw if looks_like(raw) else found.recipe.tables()
    made = {name: dict(tables[name]) for name in LOOK if name in tables}
    if "ascent" in tables:
        made["dream"] = {("first_steps" if one == "steps" else one): v for one, v in tables["ascent"].items()}
    for table in made.values():
        for name in ("size", "duration"):
            table.pop(name, None)
    return made


def look_tables(look: str, own: str = "") -> dict[str, dict[str, Any]]:
    """The tables of a look by its name; `own` is the text of the visitor's. Raises UsageError."""
    if look == OWN:
        return tables_of(own)
    if look == USUAL:
        return {}
    if look not in shipped():
        raise UsageError(f"{look[:60]!r} is no look that ships with mariana")
    return tables_of(shipped()[look].text)


def shown(tables: Tables) -> dict[str, Value]:
    """Where the knobs stand for a look."""
    said = {name: value for table in tables.values() for name, value in table.items()}
    return {name: _as_shown(name, said[name]) if name in said else one.default for name, one in ALL.items()}


def _as_shown(name: str, value: Any) -> Value:
    one = ALL[name]
    if one.shape == "slider":
        try:
            return float(value)
        except (TypeError, ValueError):  # a schedule: the slider shows where it would be, and its text is kept
            return one.default
    if one.shape == "yes":
        return bool(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def turned(values: Values, start: Values) -> dict[str, Value]:
    """The knobs that don't stand where they stood at the `start`."""
    return {name: value for name, value in values.items() if name in ALL and _differ(value, start[name])}


def _differ(value: Value, other: Value) -> bool:
    if isinstance(value, str) or isinstance(other, str):
        return str(value).strip() != str(other).strip()
    return abs(float(value) - float(other)) > 1e-9


def look_text(look: Tables, values: Values) -> str:
    """The text (TOML) of a look whose knobs were turned to `values`. Raises UsageError in the command line's words."""
    tables: dict[str, dict[str, Written]] = {"look": dict(_HEAD), **{name: dict(look.get(name, {})) for name in LOOK}}
    for name, value in turned(values, shown(look)).items():
        if is_of_look(ALL[name]):
            table = tables[HOMES[ALL[name].home]]
            if value == "" or value is None:
                table.pop(name, None)
            else:
                table[name] = _plain(value)
    text = to_text({name: table for name, table in tables.items() if table})
    for kind in (FilmRecipe, DiveRecipe):
        read_travelled(text, kind)  # nothing that names a file, nothing beyond its bounds
    return text


def _plain(value: Value) -> Written:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value == round(value):
        return int(value)
    return round(value, 6) if isinstance(value, float) else value


def options_of(command: str, values: Values) -> dict[str, Written]:
    """What is asked of a work beside its look, checked. Raises UsageError in the command line's words."""
    kind = KINDS[command]
    asked = {name: _plain(value) for name, value in turned(values, defaults()).items() if _holds(name, kind)}
    kind.of(**asked)
    return asked


def _holds(name: str, kind: type[Kind]) -> bool:
    """Whether a knob is of a work, in place of its look, and of this kind of work."""
    return not is_of_look(ALL[name]) and is_known(name, kind)


def is_known(name: str, kind: type[Kind]) -> bool:
    """Whether a kind of work has this very option: one of the same name may be another, and name a file."""
    groups = kind.groups().values()
    if name in _SHARED:
        return any(name in declared(group) for group in groups)
    return any(issubclass(group, ALL[name].home) for group in groups)


def words(command: str, name: str, output: str, look: str, turned_to: Values, options: Mapping[str, Any]) -> str:
    """The command line that does the same."""
    said = ["mariana", command, name, output]
    if look != USUAL:
        said += ["--recipe", "look.toml" if look == OWN else look]
    known = {name: value for name, value in turned_to.items() if is_known(name, KINDS[command])}
    for option, value in {**known, **options}.items():
        said += _flag(option, value)
    return shlex.join(said)


def _flag(option: str, value: Any) -> list[str]:
    flag = f"--{option.replace('_', '-')}"
    if isinstance(value, bool):
        return [flag if value else flag.replace("--", "--no-", 1)]
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return [f"{flag}={text}"] if text.startswith("-") else [flag, text]


def shot_list(starts: Sequence[str], looks: Sequence[Tables | None]) -> str:
    """A list of shots (TOML) from where each begins and its look; None leaves a shot as it was filmed.

    Each says its whole look, so that none goes by what another one says.
    """
    lines = []
    for start, look in zip(starts, looks, strict=True):
        lines += ["", "[[shot]]", f"start = {text_of(start)}", *(["dream = false"] if look is None else [])]
        own = {**(look or {}).get("dream", {}), **(look or {}).get("carry", {})}
        lines += ["[shot.look]", *(f"{name} = {text_of(value)}" for name, value in own.items())] if own else []
    return "\n".join(lines) + "\n"


def output_of(command: str, source: Path, film: bool) -> str:
    """What the result is called where it lies: its ending is chosen by what is made."""
    if command == "explore":
        return "looks"
    if command == "image":
        return "dream.png"
    return "dream" + (source.suffix if command == "video" and film and source.suffix in (".gif", ".webp") else ".mp4")
