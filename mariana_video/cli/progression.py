"""`mariana progress`: the steps of one dream, as a film, a folder, or a contact sheet; and comparisons."""

from __future__ import annotations

from mariana_video.cli.terminal.follow import already_finished, follow, follow_or_foresee, foresee
from mariana_video.cli.video import DryRun, Quiet
from mariana_video.recipe.kinds import ProgressionRecipe


def progress(
    source: str,  # a text, for a path forgets the "./" of a file that is called as a word
    output: str,  # a text, for a path forgets the "/" at its end
    /,
    *,
    recipe: ProgressionRecipe = ProgressionRecipe(),
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Show how a picture becomes a dream, step by step; or set options side by side in one picture.

    Parameters
    ----------
    source
        A picture, a video or an animation (its frame --at), or a picture that is made up by --seed: the word `noise` or
        `grey`.
    output
        .gif, .webp, .mp4 … for a film; a name that ends in / for a folder of PNGs; .png or .jpg for a contact sheet,
        which of a comparison shows the last pictures.
    dry_run
        Say what it will take (frames, time, memory, disk), by a few frames that are dreamed in memory; make nothing.
    quiet
        No bar and no remarks; errors are still shown.
    """
    from mariana_video.api.foreseen.sizes import is_sheet
    from mariana_video.api.progress import progress as prepare

    if is_sheet(output):
        (foresee if dry_run else follow)(prepare(source, output, recipe), quiet)
        return
    if not already_finished(output, recipe.output.overwrite, quiet, dry_run):
        follow_or_foresee(prepare(source, output, recipe), quiet, dry_run)
