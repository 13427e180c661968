"""A film, dreamed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mariana_video.api.foreseen.farming import is_farmed
from mariana_video.api.foreseen.recipes import going_by
from mariana_video.api.foreseen.unused import check_video
from mariana_video.job.output_paths import replaceable
from mariana_video.media.read.opening import check_film
from mariana_video.recipe.kinds import FilmRecipe
from mariana_video.recipe.reading import named

if TYPE_CHECKING:
    from mariana_video.api.making.work import Work

_ANIMATED = (".gif", ".webp")


def video(
    source: str | Path,
    output: str | Path | None = None,
    recipe: FilmRecipe | str | Path | None = None,
    *,
    on_look: Callable[[int], None] = lambda frames: None,
    **options: Any,
) -> Work[Path]:
    """The work of dreaming the film `source` as `output` (by default `film_path`'s), as `mariana video` does.

    Its `run` gives the path of the film.

    `options` are those of the command by name, in place of a `recipe` (or a look's name, or the path of a result) or
    over it; `on_look` is told how many frames of the source were looked at. A job that was broken off goes on where it
    was. Raises MarianaError, in one line.
    """
    clip, made, asked = checked_film(source, output, recipe, options)
    if is_farmed(asked.farming):
        from mariana_video.api.spreading.films import farmed_film

        return farmed_film(clip, made, asked, on_look)
    from mariana_video.api.making.films import film_work  # loads torch: not for a refusal

    return film_work(clip, made, asked, on_look)


def film_path(source: str | Path, output: str | Path | None) -> str:
    """OUTPUT; by default NAME-dream.mp4 in the folder that one is in, an animation where SOURCE is one."""
    if output is not None:
        made: str = named("output", str, output)
        return made
    clip = Path(source)
    ending = clip.suffix.lower() if clip.suffix.lower() in _ANIMATED else ".mp4"
    return f"{Path(os.path.abspath(clip)).name.removesuffix(clip.suffix)}-dream{ending}"  # noqa: PTH100 (keeps links)


def checked_film(
    source: str | Path, output: str | Path | None, recipe: FilmRecipe | str | Path | None, options: Mapping[str, Any]
) -> tuple[Path, str, FilmRecipe]:
    """SOURCE, OUTPUT and all that is asked of a film, refused where that can be seen at a glance (MarianaError)."""
    clip, made = named("source", Path, source), film_path(source, output)
    asked = FilmRecipe.asked(recipe, options)
    asked = going_by(asked, asked.travelling.recipe, clip)
    check_film(clip, made, replaceable(made, asked.storage.overwrite, asked.span.shots))
    check_video(asked.dreamt, asked.storage, clip, made)
    asked.check_files()
    return clip, made, asked
