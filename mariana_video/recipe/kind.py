"""What every recipe is: groups of options, read by name or from a text, and written down exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self, get_type_hints

from mariana_video.errors import UsageError
from mariana_video.recipe.group import Group, shared_out
from mariana_video.recipe.reading import declared
from mariana_video.recipe.toml import Written, read_text, to_text, written
from mariana_video.recipe.values.file import InputFile

UNSAID = "default"
"""The table, within a group's, of what was not said."""


class Kind:
    """All options of one kind of work: a frozen dataclass whose fields are groups of them."""

    @classmethod
    def groups(cls) -> Mapping[str, type[Group]]:
        """Its groups by the names of its fields."""
        return get_type_hints(cls)

    @classmethod
    def of(cls, **options: Any) -> Self:
        """One made of options by name. Raises UsageError on a name that it hasn't, and on a value that can't be."""
        return cls(*shared_out(options, *cls.groups().values()))

    @classmethod
    def asked(cls, recipe: Any, options: Mapping[str, Any]) -> Self:
        """A recipe (None: all by default) with options over it; the path of a file is the option --recipe.

        Raises UsageError for a recipe of another kind.
        """
        if isinstance(recipe, str | Path):
            recipe, options = None, {"recipe": recipe, **options}
        if recipe is not None and not isinstance(recipe, cls):
            given = recipe.__name__ if isinstance(recipe, type) else type(recipe).__name__
            raise UsageError(f"the recipe is a {given}; give a {cls.__name__}, or options by name")
        return (recipe or cls()).but(**options)

    def but(self, **options: Any) -> Self:
        """The same with other options by name; what was not said stays unsaid."""
        groups = self.groups()
        changed = shared_out(options, *groups.values())
        pairs = zip(groups, changed, strict=True)
        return type(self)(
            *(getattr(self, name).but(**{option: getattr(new, option) for option in new.said}) for name, new in pairs)
        )

    def files(self) -> dict[str, InputFile]:
        """The files that are read for it, by the names of their options."""
        groups = [getattr(self, field) for field in self.groups()]
        values = ((name, getattr(group, name)) for group in groups for name in declared(type(group)))
        return {name: value for name, value in values if isinstance(value, InputFile)}

    def check_files(self) -> None:
        """See that the files that are read for it are there (UsageError)."""
        for name, file in self.files().items():
            file.check_there(name)

    @classmethod
    def read(cls, text: str) -> Self:
        """What `text` gave. Raises UsageError where it is no TOML, and on any group, name or value that can't be."""
        if not isinstance(text, str):
            raise UsageError(f"a recipe is read from a text, not from {type(text).__name__}")
        return cls.of_tables(read_text(text.removeprefix("\ufeff")))

    @classmethod
    def of_tables(cls, tables: Mapping[str, Any]) -> Self:
        """What a text's tables gave. Raises UsageError on any group, name or value that can't be."""
        groups = cls.groups()
        for name, table in tables.items():
            if name not in groups or not isinstance(table, Mapping):
                raise UsageError(f"a recipe of this kind has no [{name}]; it has {', '.join(groups)}")
        return cls(*(_group(groups[name], dict(tables.get(name, {}))) for name in groups))

    def text(self) -> str:
        """It as TOML, exactly: what was said stands in [group], what was not in [group.default]."""
        return to_text(self.tables())

    def tables(self) -> dict[str, dict[str, Written]]:
        """It as tables of plain values: what was said, or is no default, by its `group`, else by `group.default`."""
        return dict(self._tables())

    def _tables(self) -> Iterator[tuple[str, dict[str, Written]]]:
        for name in self.groups():
            group: Group = getattr(self, name)
            values, usual = written(group), written(type(group)())
            said = {option for option in values if option in group.said or values[option] != usual.get(option)}
            yield name, {option: value for option, value in values.items() if option in said}
            yield f"{name}.{UNSAID}", {option: value for option, value in values.items() if option not in said}


def _group(kind: type[Group], table: dict[str, Any]) -> Group:
    """A group from its table. What was not said stays so, unless its default has become another since."""
    usual, unsaid = written(kind()), table.pop(UNSAID, {})
    if not isinstance(unsaid, Mapping):
        raise UsageError(f"a recipe's [{UNSAID}] holds options, not {unsaid!r}")
    options = {name: value for name, value in unsaid.items() if name not in usual or usual[name] != value}
    made: tuple[Group, ...] = shared_out({**options, **table}, kind)
    return made[0]
