"""`mariana zoom`: an endless dive into a picture, as a film or a loop."""

from __future__ import annotations

from mariana_video.cli.terminal.follow import already_finished, follow_job
from mariana_video.cli.video import Quiet
from mariana_video.recipe.kinds import DiveRecipe


def zoom(
    source: str,
    output: str,  # a text, for a path forgets the "/" at its end
    /,
    *,
    recipe: DiveRecipe = DiveRecipe(),
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
    quiet
        No bar and no remarks; errors are still shown.
    """
    from mariana_video.api.zoom import zoom as prepare

    if not already_finished(output, recipe.output.overwrite, quiet):
        follow_job(prepare(source, output, recipe), quiet)
