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
    from mariana_video.api.finish import finish as prepare

    made = prepare(output).run(on_note=say)
    say(f"{made.path}: {made.frames} of {made.total} frames")
