"""`mariana measure`: how steady and how alive a dreamed clip is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from mariana_video.cli.terminal.follow import follow
from mariana_video.recipe.kinds import MeasureRecipe

_FLAG = Parameter(negative=())


def measure(
    source: Path,
    dream: Path,
    /,
    *,
    recipe: MeasureRecipe = MeasureRecipe(),
    quiet: Annotated[bool, _FLAG] = False,
) -> None:
    """Measure a dreamed clip, this program's or another's, beside its source: steadiness, life, ghosts, flashes.

    Parameters
    ----------
    source
        The clip that was dreamed on: a video or a folder of numbered pictures.
    dream
        What was made of it: the same frames, of any size.
    quiet
        No bar and no remarks; the figures and errors are still shown.
    """
    from mariana_video.api.measure import measure as prepare

    print(follow(prepare(source, dream, recipe), quiet, "measuring"))
