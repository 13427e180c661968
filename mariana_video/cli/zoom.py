"""`mariana zoom`: an endless dive into a picture, as a film or a loop."""

from __future__ import annotations

from mariana_video.cli.terminal.follow import already_finished, follow_or_foresee
from mariana_video.cli.video import DryRun, Quiet
from mariana_video.recipe.kinds import DiveRecipe


def zoom(
    source: str,
    output: str,  # a text, for a path forgets the "/" at its end
    /,
    *,
    recipe: DiveRecipe = DiveRecipe(),
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Dive into a picture: dream, move the camera a little, dream again. SOURCE comes first and becomes the dream.

    Parameters
    ----------
    source
        A picture, a video or an animation (its frame --at), or a picture that is made up by --seed: the word `noise` or
        `grey`.
    output
        Its ending chooses the kind: .mp4, .gif, .webp, .mkv …, or a folder for numbered PNGs when it ends in /.
    dry_run
        Say what it will take (frames, time, memory, disk), by a few frames that are dreamed in memory; make nothing.
    quiet
        No bar and no remarks; errors are still shown.
    """
    from mariana_video.api.zoom import zoom as prepare

    if not already_finished(output, recipe.output.overwrite, quiet, dry_run):
        follow_or_foresee(prepare(source, output, recipe), quiet, dry_run)
