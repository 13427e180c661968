"""What a recipe reads, gathered to be sent, and the recipe as it reads the same files where they lie elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from mariana_video.dream.plain.made_up import Source
from mariana_video.errors import SourceError
from mariana_video.farm.errand import Sent, sent
from mariana_video.media.stills.pictures import picture_files
from mariana_video.recipe.group import Group
from mariana_video.recipe.kind import Kind
from mariana_video.recipe.reading import declared
from mariana_video.recipe.values.file import InputFile, RecipeFile
from mariana_video.recipe.values.networks import Networks, Said, is_path

K = TypeVar("K", bound=Kind)
_HERE = ("shots", "recipe", "preview")  # read on the command's machine alone


def all_sent(recipe: Kind, source: Source, more: Sequence[Path] = ()) -> tuple[Sent, ...]:
    """All files that workers need: the source, what the recipe names, and `more`. Raises SourceError."""
    paths = dict.fromkeys([*([source] if isinstance(source, Path) else []), *_named(recipe), *more])
    found = []
    for path in paths:
        whole = path.absolute()
        try:
            files = sorted(picture_files(whole)) if whole.is_dir() else [whole]
            found.append(sent(whole, files))
        except OSError as error:
            raise SourceError(f"{path} can't be read: {(error.strerror or 'unreadable').lower()}") from error
    return tuple(found)


def _named(recipe: Kind) -> Iterator[Path]:
    for name in recipe.groups():
        group: Group = getattr(recipe, name)
        for option in declared(type(group)):
            if option not in _HERE:
                yield from files_of(getattr(group, option))


def files_of(value: Any) -> Iterator[Path]:
    """The files that an option's value names."""
    if isinstance(value, tuple):
        yield from (file for one in value for file in files_of(one))
    elif isinstance(value, InputFile) or (isinstance(value, RecipeFile) and value.is_file()):
        yield Path(value)
    elif isinstance(value, Networks):
        yield from (Path(word) for word in _all(value) if Path(word).is_file())


def told(recipe: K) -> K:
    """`recipe` as workers are told it, who are in other folders: its files by their whole paths."""
    return placed(recipe, {path.absolute(): path.absolute() for path in _named(recipe)})


def whole(source: Source) -> Source:
    """A source by its whole path."""
    return source.absolute() if isinstance(source, Path) else source


def told_value(value: Any) -> Any:
    """An option's value, its files by their whole paths."""
    return placed_value(value, {path.absolute(): path.absolute() for path in files_of(value)})


def placed(recipe: K, places: Mapping[Path, Path]) -> K:
    """`recipe`, whose files lie at other `places` by now. What was said stays said."""
    changed: dict[str, Any] = {}
    for name in recipe.groups():
        group: Group = getattr(recipe, name)
        values = {option: getattr(group, option) for option in declared(type(group)) if option not in _HERE}
        new = {option: placed_value(value, places) for option, value in values.items()}
        changed[name] = group.taking({option: value for option, value in new.items() if value != values[option]})
    return type(recipe)(**changed)


def placed_value(value: Any, places: Mapping[Path, Path]) -> Any:
    """An option's value, with its files at their places."""
    if isinstance(value, tuple):
        return tuple(placed_value(one, places) for one in value)
    if isinstance(value, InputFile | RecipeFile):
        return type(value)(places.get(Path(value).absolute(), value))
    if isinstance(value, Networks) and any(Path(word).absolute() in places for word in _all(value)):
        return Networks(", ".join(str(_moved(one, places)) for one in value.said))
    return value


def _words(said: Said) -> Iterator[str]:
    """What of a network is the name of a file."""
    yield from (word for word in (said.what if is_path(said.what) else "", said.weights) if word)


def _all(networks: Networks) -> list[str]:
    return [word for one in networks.said for word in _words(one)]


def _moved(said: Said, places: Mapping[Path, Path]) -> Said:
    """A network, with its files at their places."""
    at = {word: str(places.get(Path(word).absolute(), word)) for word in _words(said)}
    return replace(said, what=at.get(said.what, said.what), weights=at.get(said.weights, said.weights))
