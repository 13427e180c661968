"""`mariana video`: dreams a film."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from mariana_video.cli.bar import Bar, say
from mariana_video.cli.follow import already_finished, follow
from mariana_video.recipe.groups import FILE
from mariana_video.recipe.job import Machine, Storage
from mariana_video.recipe.options import Carry, Dream, Recipe, Span, Where

if TYPE_CHECKING:
    from mariana_video.footage.plan import Plan
    from mariana_video.job.job import Job
    from mariana_video.loop.dreamer import Dreamer

Quiet = Annotated[bool, Parameter(negative=(), group=FILE)]


def video(
    source: Path,
    output: str,  # a text, for a path forgets the "/" at its end
    /,
    *,
    dream: Dream = Dream(),
    carry: Carry = Carry(),
    span: Span = Span(),
    where: Where = Where(),
    machine: Machine = Machine(),
    storage: Storage = Storage(),
    quiet: Quiet = False,
) -> None:
    """Dream a film: the dream of SOURCE is written to OUTPUT, and moves with what moves in it.

    Parameters
    ----------
    source
        A video, an animation, or a folder of numbered pictures.
    output
        Its ending chooses the kind: .mp4, .mkv, .mov, .webm …, or a folder for numbered PNGs when it ends in /.
    quiet
        No bar and no remarks; errors are still shown.
    """
    from mariana_video.job.output_paths import replaceable
    from mariana_video.media.read.opening import check_film

    if already_finished(output, storage.overwrite, quiet):
        return
    check_film(source, output, replaceable(output, storage.overwrite, span.shots))

    from mariana_video.api.unused import check_video

    recipe = Recipe(dream, carry, span, where)
    check_video(recipe, storage, source, output)

    from mariana_video.job.job import open_job  # loads torch: not for a refusal

    with open_job(output, source, storage, span.shots) as job:
        _make(job, recipe, machine, quiet)


def _make(job: Job, recipe: Recipe, machine: Machine, quiet: bool) -> None:
    """Looks at the source, says what will be done, and does it."""
    from mariana_video.api.effort import effort_of_shots
    from mariana_video.api.video import planned, prepared

    with Bar(None, "frames", label="looking at the source", quiet=quiet) as bar:
        dreamer, plan = planned(job, recipe, machine, lambda _: bar.step())
    for note in (*plan.notes, *remarks(plan, dreamer)):
        say(note, quiet)
    ready = prepared(job, dreamer, plan, lambda note: say(note, quiet))
    follow(job, ready.todo, ready.frames, quiet, effort_of_shots(plan, ready.shots))


def remarks(plan: Plan, dreamer: Dreamer) -> Iterator[str]:
    """What is worth saying before the work begins."""
    from mariana_video.dream.octaves import USUAL
    from mariana_video.footage.film import shape_of

    width, height = plan.size
    yield f"{len(plan.times)} frames of {width}x{height}; {dreamer.network.name} dreams {dreamer.objective}, " + (
        f"on {dreamer.device.type} in {dreamer.precision}"
    )
    wanted, score = dreamer.recipe.dream.octaves, dreamer.score(0, plan.clip.rate)
    octaves = len(dreamer.octaves(shape_of(plan, dreamer), score))
    if wanted is None and octaves < USUAL:
        yield f"the picture is small: {octaves} of {USUAL} octaves are large enough for the network"
