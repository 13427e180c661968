"""`mariana explore`: many looks of one source, to choose from."""

from __future__ import annotations

from mariana_video.cli.terminal.bar import Bar
from mariana_video.cli.terminal.follow import already_finished, follow_job, follow_pictures
from mariana_video.cli.video import Quiet
from mariana_video.recipe.kinds import ExploreRecipe


def explore(
    source: str,  # a text, for a path forgets the "./" of a file that is called as a word
    output: str,
    /,
    *,
    recipe: ExploreRecipe = ExploreRecipe(),
    quiet: Quiet = False,
) -> None:
    """Show many looks of SOURCE to choose from, each with its recipe, and a sheet of them.

    What you say of the look holds in all of them; what you leave open is drawn.

    Parameters
    ----------
    source
        A picture, a video or animation (its frame --at), or a picture that is made up by --seed: the word `noise` or
        `grey`.
    output
        A folder; with --blend also a film (.mp4, .webm, .gif …), in which the look walks.
    quiet
        No bar and no remarks; errors are still shown.
    """
    from mariana_video.api.explore import explore as prepare

    if already_finished(output, recipe.storage.overwrite, quiet):
        return
    with Bar(None, "frames", label="looking at the source", quiet=quiet) as bar:
        work = prepare(source, output, recipe, on_look=lambda _: bar.step())
    if work.unit == "pictures":
        follow_pictures(work, quiet)
    else:
        follow_job(work, quiet)
