"""A dive into a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mariana_video.api.foreseen.farming import is_farmed
from mariana_video.api.foreseen.recipes import going_by
from mariana_video.api.foreseen.sizes import check_kind
from mariana_video.api.foreseen.sources import check_whole_picture, file_of
from mariana_video.api.foreseen.unused import check_dive
from mariana_video.dream.plain.made_up import source_of
from mariana_video.media.output import check_output
from mariana_video.media.sound.soundtrack import check_sound
from mariana_video.recipe.kinds import DiveRecipe
from mariana_video.recipe.reading import named

if TYPE_CHECKING:
    from mariana_video.api.making.work import Work


def zoom(
    source: str | Path, output: str | Path, recipe: DiveRecipe | str | Path | None = None, **options: Any
) -> Work[Path]:
    """The work of diving into `source` (a picture, a clip, or a word: `noise`, `grey`), as `mariana zoom` does.

    Its `run` gives the path of `output`. `options` are those of the command by name, in place of a `recipe` or over it.
    A job that was broken off goes on where it was. Raises MarianaError, in one line.
    """
    asked = DiveRecipe.asked(recipe, options)
    begins, made = source_of(named("source", str, source)), named("output", str, output)
    asked = going_by(asked, asked.travelling.recipe, begins)
    check_whole_picture(begins, asked.begins.at)
    check_kind(made)
    check_output(made, file_of(begins), asked.output.overwrite)
    check_dive(asked.dream, asked.output, made, asked.played.play_once)
    asked.check_files()
    if asked.sounding.sound is not None:
        check_sound(asked.sounding.sound, made)
    if is_farmed(asked.farming):
        from mariana_video.api.spreading.dives import farmed_dive

        return farmed_dive(begins, made, asked)
    from mariana_video.api.making.dives import dive_work  # loads torch: not for a refusal

    return dive_work(begins, made, asked)
