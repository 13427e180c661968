"""The steps of one dream, or of several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mariana_video.api.foreseen.farming import is_farmed
from mariana_video.api.foreseen.recipes import going_by
from mariana_video.api.foreseen.sizes import check_kind, is_sheet
from mariana_video.api.foreseen.sources import check_drawn, check_whole_picture, file_of
from mariana_video.api.foreseen.unused import check_progress, check_sheet
from mariana_video.dream.plain.made_up import Source, source_of
from mariana_video.errors import UsageError
from mariana_video.media.output import check_apart, check_output, would_replace
from mariana_video.recipe.idle import idle
from mariana_video.recipe.kinds import ProgressionRecipe
from mariana_video.recipe.progression import Variant, variants
from mariana_video.recipe.reading import named
from mariana_video.recipe.travel.fields import compares_files

if TYPE_CHECKING:
    from mariana_video.api.making.work import Work

_PLOTS = (".png", ".svg", ".pdf", ".csv")


def progress(
    source: str | Path, output: str | Path, recipe: ProgressionRecipe | str | Path | None = None, **options: Any
) -> Work[Path]:
    """The work of showing how the picture `source` becomes a dream, as `mariana progress` does.

    `source` may also be a word: `noise`, `grey`. The work's `run` gives the path of `output`. `options` are those of
    the command by name, in place of a `recipe` or over it. A film that was broken off goes on where it was; a contact
    sheet begins anew. Raises MarianaError, in one line.
    """
    asked = ProgressionRecipe.asked(recipe, options)
    picture, made = source_of(named("source", str, source)), named("output", str, output)
    asked = going_by(asked, asked.travelling.recipe, picture)
    check_whole_picture(picture, asked.begins.at)
    if not is_sheet(made):
        check_kind(made)
    check_output(made, file_of(picture), asked.output.overwrite)
    check_apart(made, asked.files().values())
    places = _places(asked, picture, made)
    asked.check_files()
    if asked.progress.plot is not None:
        _check_plot(asked.progress.plot, picture, made, asked)
    if is_farmed(asked.farming):
        _check_farmed(asked, made)
        from mariana_video.api.spreading.comparisons import farmed_comparison

        return farmed_comparison(picture, made, asked, places)
    from mariana_video.api.making.progressions import progression_work  # loads torch: not for a refusal

    return progression_work(picture, made, asked, places)


def _places(recipe: ProgressionRecipe, source: Source, output: str) -> Sequence[tuple[Variant, Sequence[Variant]]]:
    """What is set side by side: each column and what stands in it row by row, seen to make sense for OUTPUT."""
    columns = variants(recipe.ascent, recipe.progress.columns, "columns")
    places = [(column, variants(column.dream, recipe.progress.rows, "rows")) for column in columns]
    check = check_sheet if is_sheet(output) else check_progress
    for one in (one for _, rows in places for one in rows):
        check(one.dream, recipe.output, output, recipe.played.play_once, recipe.progress)
        check_drawn(one.dream, source)
    return places


def _check_farmed(recipe: ProgressionRecipe, output: str) -> None:
    """Refuses a farm where it has nothing to share out (UsageError)."""
    shared = "it shares out the cells of a comparison's contact sheet: give --columns, and OUTPUT the ending .png"
    several = recipe.progress.columns is not None or recipe.progress.rows is not None
    if not is_sheet(output) or not several:
        idle(recipe.farming, "farm", f"for {output}", shared)
    if recipe.progress.plot is not None:
        idle(recipe.farming, "farm", f"with --plot {recipe.progress.plot}, which is measured here", "leave one out")
    for text in (recipe.progress.columns, recipe.progress.rows):
        if text is not None and compares_files(text):
            idle(recipe.farming, "farm", f"with {text!r}, whose files lie on this machine", "leave it out")


def _check_plot(plot: Path, source: Source, output: str, recipe: ProgressionRecipe) -> None:
    if plot.suffix.lower() not in _PLOTS:
        raise UsageError(f"--plot {plot}: these endings work: {', '.join(_PLOTS)}")
    check_output(plot, file_of(source), recipe.output.overwrite)
    check_apart(plot, recipe.files().values())
    for other in (Path(output), recipe.output.preview):
        if other is not None and would_replace(plot, other):
            raise UsageError(f"--plot {plot} would be the same file as {other}; give another name")
