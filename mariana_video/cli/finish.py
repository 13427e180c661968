"""`mariana finish`: what is done so far, as a film."""

from __future__ import annotations

from mariana_video.cli.bar import say


def finish(output: str, /) -> None:
    """Make a playable film of what is done so far of OUTPUT, at any time, without ending the job.

    It is called NAME.part.mp4 beside NAME.mp4, and made anew each time.

    Parameters
    ----------
    output
        The OUTPUT of a film that is being made, or was broken off.
    """
    from mariana_video.job.finish import finish_so_far

    path, frames, total = finish_so_far(output, say)
    say(f"{path}: {frames} of {total} frames")
