"""A film, dreamed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mariana_video.api.foreseen.recipes import going_by
from mariana_video.api.foreseen.unused import check_video
from mariana_video.job.output_paths import replaceable
from mariana_video.media.read.opening import check_film
from mariana_video.recipe.kinds import FilmRecipe
from mariana_video.recipe.reading import named

if TYPE_CHECKING:
    from mariana_video.api.making.work import Work


def video(
    source: str | Path,
    output: str | Path,
    recipe: FilmRecipe | str | Path | None = None,
    *,
    on_look: Callable[[int], None] = lambda frames: None,
    **options: Any,
) -> Work[Path]:
    """The work of dreaming the film `source` as `output`, as `mariana video` does; its `run` gives the path.

    `options` are those of the command by name, in place of a `recipe` (or the path of a result, which carries one) or
    over it; `on_look` is told how many frames of the source were looked at. A job that was broken off goes on where it
    was. Raises MarianaError, in one line.
    """
    clip, made, asked = checked_film(source, output, recipe, options)
    from mariana_video.api.making.films import film_work  # loads torch: not for a refusal

    return film_work(clip, made, asked, on_look)


def checked_film(
    source: str | Path, output: str | Path, recipe: FilmRecipe | str | Path | None, options: Mapping[str, Any]
) -> tuple[Path, str, FilmRecipe]:
    """SOURCE, OUTPUT and all that is asked of a film, refused where that can be seen at a glance (MarianaError)."""
    clip, made = named("source", Path, source), named("output", str, output)
    asked = FilmRecipe.asked(recipe, options)
    asked = going_by(asked, asked.travelling.recipe, clip)
    check_film(clip, made, replaceable(made, asked.storage.overwrite, asked.span.shots))
    check_video(asked.dreamt, asked.storage, clip, made)
    asked.check_files()
    return clip, made, asked
