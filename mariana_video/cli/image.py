"""`mariana image`: a picture, a folder of pictures or one frame of a video is dreamed."""

from __future__ import annotations

from pathlib import Path

from mariana_video.cli.terminal.follow import follow, follow_pictures
from mariana_video.cli.video import Quiet
from mariana_video.recipe.kinds import PictureRecipe


def image(
    source: str,  # a text, for a path forgets the "./" of a file that is called as a word
    output: Path,
    /,
    *,
    recipe: PictureRecipe = PictureRecipe(),
    quiet: Quiet = False,
) -> None:
    """Dream a picture, every picture of a folder, or one frame of a video: the way to tune before a long job.

    Parameters
    ----------
    source
        A picture, a folder of pictures, a video or animation (its frame --at), or a picture that is made up by --seed:
        the word `noise` or `grey`.
    output
        A picture (.png, .jpg, .webp, .tif), or a folder where SOURCE is one.
    quiet
        No bar and no remarks; errors are still shown.
    """
    from mariana_video.api.image import image as prepare

    work = prepare(source, output, recipe)
    if work.unit == "pictures":
        follow_pictures(work, quiet)
    else:
        follow(work, quiet)
