"""What is done so far of a job, as a film."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mariana_video.api.making.work import Watch, Work
from mariana_video.recipe.reading import named


@dataclass(frozen=True)
class SoFar:
    """A playable film at `path` of the `frames` that are finished of all `total`."""

    path: Path
    frames: int
    total: int


def finish(output: str | Path) -> Work[SoFar]:
    """The work of making a film of what is done so far of `output`, as `mariana finish` does; the job goes on.

    Its `run` raises OutputError where there is no unfinished job, or not one finished frame.
    """
    made = named("output", str, output)
    from mariana_video.job.finish import finish_so_far  # loads torch

    def make(watch: Watch) -> SoFar:
        watch.check()
        return SoFar(*finish_so_far(made, watch.note))

    return Work("films", 1, make, output=made)


def already_finished(output: str, overwrite: bool, looking: bool = False) -> bool:
    """Whether OUTPUT is there and only its job's clearing up was broken off: that is done now, unless `looking`."""
    from mariana_video.job.output_paths import is_finished, keeps_parts

    if overwrite or not is_finished(output) or keeps_parts(output):
        return False
    if not looking:
        from mariana_video.job.finish import clear_up

        clear_up(output)
    return True
