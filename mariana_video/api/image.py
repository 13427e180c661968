"""A picture, a folder of pictures or one frame of a video, dreamed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mariana_video.api.foreseen.farming import is_farmed
from mariana_video.api.foreseen.recipes import going_by
from mariana_video.api.foreseen.sources import check_drawn, check_whole_picture, file_of
from mariana_video.api.foreseen.unused import check_image
from mariana_video.dream.plain.made_up import MadeUp, Source, source_of
from mariana_video.errors import UsageError
from mariana_video.media.output import check_apart, check_output
from mariana_video.media.stills.pictures import ENDINGS_OUT
from mariana_video.recipe.idle import check_where, idle
from mariana_video.recipe.kinds import PictureRecipe
from mariana_video.recipe.reading import named

if TYPE_CHECKING:
    from mariana_video.api.making.work import Work


def image(
    source: str | Path, output: str | Path, recipe: PictureRecipe | str | Path | None = None, **options: Any
) -> Work[Path]:
    """The work of dreaming a picture, every picture of a folder, or one frame of a video, as `mariana image` does.

    `source` may also be a word: `noise`, `grey`. The work's `run` gives the path of `output`; `options` are those of
    the command by name, in place of a `recipe` or over it. A folder goes on where it was broken off; pictures of it
    that can't be dreamed are left out, named by `on_note`, and at the end by a SourceError. Raises MarianaError, in one
    line.
    """
    asked = PictureRecipe.asked(recipe, options)
    given, made = source_of(named("source", str, source)), named("output", Path, output)
    asked = going_by(asked, asked.travelling.recipe, given)
    check_whole_picture(given, asked.still.at)
    check_image(asked.dream)
    check_where(asked.dream, asked.where)
    check_drawn(asked.dream, given)
    asked.check_files()
    if isinstance(given, MadeUp) or not given.is_dir():
        return _one(given, made, asked)
    if asked.still.at is not None:
        raise UsageError(f"--at {asked.still.at} takes a frame of a video, and {given} is a folder; leave out --at")
    if is_farmed(asked.farming):
        from mariana_video.api.spreading.folders import farmed_folder

        return farmed_folder(given, made, asked)
    from mariana_video.api.making.stills import folder_work

    return folder_work(given, made, asked)


def _one(source: Source, output: Path, recipe: PictureRecipe) -> Work[Path]:
    if output.suffix.lower() not in ENDINGS_OUT:
        raise UsageError(f"{output} has no ending of a picture; these work: {', '.join(ENDINGS_OUT)}")
    check_output(output, file_of(source), recipe.still.overwrite)
    check_apart(output, recipe.files().values())
    idle(recipe.farming, "farm", "for a single picture, which is made in one piece", "leave it out")
    is_farmed(recipe.farming)  # refuses what is said of one
    from mariana_video.api.making.stills import picture_work  # loads torch: not for a refusal

    return picture_work(source, output, recipe)
