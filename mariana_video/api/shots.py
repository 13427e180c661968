"""The list of a film's shots."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mariana_video.recipe.kinds import ShotsRecipe
from mariana_video.recipe.reading import named

if TYPE_CHECKING:
    from mariana_video.api.making.work import Work


def shots(
    source: str | Path, output: str | Path | None = None, recipe: ShotsRecipe | None = None, **options: Any
) -> Work[Path]:
    """The work of listing the shots of the film `source`, each with a small picture, as `mariana shots` does.

    Its `run` gives the path of the list: `output`, by default `shots.toml` beside the film. `options` are those of the
    command by name, in place of a `recipe` or over it. Raises MarianaError, in one line.
    """
    asked = ShotsRecipe.asked(recipe, options)
    clip = named("source", Path, source)
    wanted = None if output is None else named("output", Path, output)
    from mariana_video.api.making.shot_list import list_path, list_work

    return list_work(clip, list_path(clip, wanted), asked.shooting, asked.listing.overwrite)
