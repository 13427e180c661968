"""`mariana shots`: a film's shots as a list to be edited."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from mariana_video.cli.terminal.follow import follow
from mariana_video.cli.video import Quiet
from mariana_video.recipe.kinds import ShotsRecipe


def shots(
    source: Path,
    list_: Annotated[Path | None, Parameter(name="LIST")] = None,
    /,
    *,
    recipe: ShotsRecipe = ShotsRecipe(),
    quiet: Quiet = False,
) -> None:
    """List the shots of a film, each with a small picture, to be given looks of their own.

    The list is a text. Edit it, and give it to `mariana video` with --shots: each shot is dreamed as it says there, and
    after another edit only the changed shots are dreamed again.

    Parameters
    ----------
    source
        A video, an animation, or a folder of numbered pictures.
    list_
        The list to write; its pictures go into a folder of the same name. Default: `shots.toml` beside SOURCE.
    quiet
        No bar and no remarks; errors are still shown.
    """
    from mariana_video.api.shots import shots as prepare

    follow(prepare(source, list_, recipe), quiet, "looking at the source")
