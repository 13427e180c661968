"""`mariana shots`: a film's shots as a list to be edited."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from mariana_video.cli.bar import Bar, say
from mariana_video.recipe.groups import FILE, FIRST
from mariana_video.recipe.options import Shooting


def shots(
    source: Path,
    list_: Annotated[Path | None, Parameter(name="LIST")] = None,
    /,
    *,
    shooting: Shooting = Shooting(),
    overwrite: Annotated[bool, Parameter(negative=(), group=FIRST)] = False,
    quiet: Annotated[bool, Parameter(negative=(), group=FILE)] = False,
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
    overwrite
        Replace a list that exists, with its pictures; otherwise that is refused.
    quiet
        No bar and no remarks; errors are still shown.
    """
    from mariana_video.api.shot_list import list_path, write_list

    path = list_path(source, list_)
    with Bar(None, "frames", label="looking at the source", quiet=quiet) as bar:
        plan = write_list(source, path, shooting, overwrite, lambda _: bar.step())
    for note in plan.notes:
        say(note, quiet)
    count = len(plan.shots)
    say(f"{path}: {count} shot{'s' * (count != 1)}; edit it, then: mariana video … --shots {path}", quiet)
