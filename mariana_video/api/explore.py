"""Looks of one source: drawn at random, varied around a result, or on the way between two."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mariana_video.api.foreseen.sources import check_whole_picture, file_of
from mariana_video.api.foreseen.unused import check_image
from mariana_video.dream.plain.made_up import Source, source_of
from mariana_video.errors import OutputError, SourceError, UsageError
from mariana_video.media.containers import ANIMATIONS, CONTAINERS
from mariana_video.media.output import check_output
from mariana_video.media.stills.pictures import ENDINGS_OUT
from mariana_video.recipe.idle import idle
from mariana_video.recipe.kinds import ExploreRecipe
from mariana_video.recipe.reading import named

if TYPE_CHECKING:
    from mariana_video.api.making.work import Work


def explore(
    source: str | Path,
    output: str | Path,
    recipe: ExploreRecipe | None = None,
    *,
    on_look: Callable[[int], None] = lambda frames: None,
    **options: Any,
) -> Work[Path]:
    """The work of filling the folder `output` with looks of `source`, as `mariana explore` does.

    Its `run` gives the path of `output`. `options` are those of the command by name, in place of a `recipe` or over it;
    `on_look` is told how many frames of the source were looked at, where a film of a blend is made. It goes on where it
    was stopped, and a larger `count` adds to what is there. Raises MarianaError, in one line.
    """
    asked = ExploreRecipe.asked(recipe, options)
    given, made = source_of(named("source", str, source)), named("output", str, output)
    _check_ways(asked)
    check_whole_picture(given, asked.begins.at)
    asked.check_files()
    if _is_film(made):
        _check_film(asked, made)
        from mariana_video.api.galleries.walks import walk_work

        return walk_work(given, made, asked, on_look)
    check_image(asked.dream)
    _check_folder(asked, given, made)
    from mariana_video.api.galleries.explorations import exploring_work  # loads torch: not for a refusal

    return exploring_work(Path(made), given, asked)


def _check_ways(asked: ExploreRecipe) -> None:
    """Refuses two ways to explore at once, and a walk without two ends (UsageError)."""
    exploring = asked.exploring
    if exploring.like is not None and exploring.blend is not None:
        raise UsageError("--like explores around one look, and --blend walks between two: give one of them")
    if exploring.blend is not None and len(exploring.blend) != 2:
        raise UsageError(f"--blend walks between two looks, and {len(exploring.blend)} is given; give two of them")


def _is_film(output: str) -> bool:
    """Whether OUTPUT's name says a film."""
    ending = Path(output).suffix.lower()
    return not (output.endswith("/") or Path(output).is_dir()) and ending in (*CONTAINERS, *ANIMATIONS)


def _check_film(asked: ExploreRecipe, output: str) -> None:
    """Refuses a film without two looks, and what does nothing in one (UsageError)."""
    if asked.exploring.blend is None:
        raise UsageError(f"{output} is a film, and one is made of two looks: give --blend A B, or name a folder")
    for name in ("count", "columns"):
        idle(asked.exploring, name, f"for {output}, a film", "leave it out, or name a folder for OUTPUT")


def _check_looks_apart(asked: ExploreRecipe, folder: Path) -> None:
    """Refuses to replace a whole set by one that goes by a look of it: stopped midway, that look would be gone."""
    looks = [] if asked.exploring.like is None else [("like", asked.exploring.like)]
    looks += [("blend", end) for end in asked.exploring.blend or ()]
    for option, look in looks if asked.storage.overwrite else ():
        if look.absolute().parent.resolve() == folder.resolve():
            raise UsageError(f"--{option} {look} lies in {folder}, which --overwrite replaces: name another folder")


def _check_folder(asked: ExploreRecipe, source: Source, output: str) -> None:
    """Refuses what can't be such a folder, and what does nothing in one (MarianaError)."""
    folder, read = Path(output), file_of(source)
    if read is not None and read.is_dir():
        raise SourceError(f"{source} is a folder; give one of its pictures")
    if os.path.lexists(folder) and not folder.is_dir():
        raise OutputError(f"{folder} is a file, and looks are many pictures: name a folder")
    if not folder.is_dir():
        if folder.suffix.lower() in ENDINGS_OUT:
            raise OutputError(f"{folder} has the ending of a picture, and looks are many: name a folder")
        check_output(folder, read, overwrite=False)
    _check_looks_apart(asked, folder)
    why = f"for {output}, a folder of pictures"
    for name in ("codec", "crf", "restart", "preview", "sound"):
        idle(asked.storage, name, why, "it is for the film of a --blend")
    idle(asked.exploring, "duration", why, "it is for the film of a --blend")
    if asked.exploring.blend is not None and asked.exploring.count < 2:
        raise UsageError(f"--count {asked.exploring.count}: a walk has two ends; give 2 or more")
