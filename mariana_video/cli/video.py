"""`mariana video`: dreams a film. `mariana finish`: what is done of one so far."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from mariana_video.cli.terminal.bar import Bar, say
from mariana_video.cli.terminal.follow import already_finished, follow_or_foresee
from mariana_video.recipe.group import FILE
from mariana_video.recipe.kinds import FilmRecipe

Quiet = Annotated[bool, Parameter(negative=(), group=FILE)]
DryRun = Annotated[bool, Parameter(negative=(), group=FILE)]

_OTHERS = (
    "this is the usual look; three of the others: --recipe abyss, --recipe eyes, --recipe cathedral (`mariana recipes`)"
)


def video(
    source: Path,
    output: Annotated[str | None, Parameter(name="OUTPUT")] = None,  # a text, for a path forgets the "/" at its end
    /,
    *,
    recipe: FilmRecipe = FilmRecipe(),
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Dream a film: the dream of SOURCE is written to OUTPUT, and moves with what moves in it.

    Parameters
    ----------
    source
        A video, an animation, or a folder of numbered pictures.
    output
        Its ending chooses the kind: .mp4, .mkv, .mov, .webm …, or a folder for numbered PNGs when it ends in /.
        Default: NAME-dream.mp4 in this folder.
    dry_run
        Say what it will take (frames, time, memory, disk), by a few frames that are dreamed in memory; make nothing.
    quiet
        No bar and no remarks; errors are still shown.
    """
    from mariana_video.api.video import film_path
    from mariana_video.api.video import video as prepare

    output = film_path(source, output)
    if already_finished(output, recipe.storage.overwrite, quiet, dry_run):
        return
    with Bar(None, "frames", label="looking at the source", quiet=quiet) as bar:
        work = prepare(source, output, recipe, on_look=lambda _: bar.step())
    if work.done == 0 and recipe.is_plain:
        say(_OTHERS, quiet)
    follow_or_foresee(work, quiet, dry_run)


def finish(output: str, /) -> None:
    """Make a playable film of what is done so far of OUTPUT, at any time, without ending the job.

    It is called NAME.part.mp4 beside NAME.mp4, and made anew each time.

    Parameters
    ----------
    output
        The OUTPUT of a film that is being made, or was broken off.
    """
    from mariana_video.api.finish import finish as prepare

    made = prepare(output).run(on_note=say)
    say(f"{made.path}: {made.frames} of {made.total} frames")
