"""`mariana video`: a film is given back dreamed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from mariana_video.cli.follow import follow
from mariana_video.cli.progress import Bar, say
from mariana_video.recipe.job import Machine, Storage
from mariana_video.recipe.options import Carry, Dream, Recipe, Span

if TYPE_CHECKING:
    from mariana_video.film.dreamer import Dreamer
    from mariana_video.film.job import Job
    from mariana_video.film.plan import Plan
    from mariana_video.film.store import Film

Quiet = Annotated[bool, Parameter(negative=())]


def video(
    source: Path,
    output: str,  # a text, for a path forgets the "/" at its end
    /,
    *,
    dream: Dream = Dream(),
    carry: Carry = Carry(),
    span: Span = Span(),
    machine: Machine = Machine(),
    storage: Storage = Storage(),
    quiet: Quiet = False,
) -> None:
    """Dream a film: SOURCE is given back as OUTPUT, with the dream riding on what moves.

    Parameters
    ----------
    source
        A video, an animation, or a folder of numbered pictures.
    output
        Its ending chooses the kind: .mp4, .mkv, .mov, .webm …, or a folder for numbered PNGs when it ends in /.
    quiet
        No bar and no remarks; errors are still told.
    """
    from mariana_video.film.place import stands
    from mariana_video.media.output import check_output

    over = stands(output) and not storage.overwrite
    if not over:
        check_output(output, source, storage.overwrite)

    from mariana_video.film.job import clear_up, open_job  # loads torch: not for a refusal

    if over:
        clear_up(output)
        say(f"{output} stands already", quiet)
        return
    with open_job(output, source, storage) as job:
        _make(job, Recipe(dream, carry, span), machine, quiet)


def _make(job: Job, recipe: Recipe, machine: Machine, quiet: bool) -> None:
    """Looks at the source, says what will be done, and does it."""
    from mariana_video.film.dreamer import make_dreamer
    from mariana_video.film.film import film
    from mariana_video.film.plan import make_plan
    from mariana_video.film.terms import terms_of
    from mariana_video.media.output import check_output

    assert job.source is not None
    dreamer = make_dreamer(recipe, job.machine(machine))
    job.agree(terms_of("video", recipe, job.storage, dreamer, job.source))
    with Bar(None, "frames", label="looking at the source", quiet=quiet) as bar:
        plan = make_plan(job.source, recipe.span, lambda _: bar.step())
    for note in (*plan.notes, *remarks(plan, dreamer)):
        say(note, quiet)
    made = film_of(plan)
    check_output(job.output, job.source, job.storage.overwrite, job.bytes_needed(made))
    todo = job.prepare(made, plan.cuts, lambda note: say(note, quiet))
    follow(job, todo, lambda state, first: film(plan, dreamer, state, first), quiet)


def remarks(plan: Plan, dreamer: Dreamer) -> Iterator[str]:
    """What is worth saying before the work begins."""
    from mariana_video.dream.octaves import USUAL

    width, height = plan.size
    yield f"{len(plan.times)} frames of {width}x{height}; {dreamer.network.name} dreams {dreamer.objective}, " + (
        f"on {dreamer.device.type} in {dreamer.precision}"
    )
    wanted, score = dreamer.recipe.dream.octaves, dreamer.score(0, plan.clip.rate)
    octaves = len(dreamer.octaves((height, width), score))
    if wanted is None and octaves < USUAL:
        yield f"the picture is small: {octaves} of {USUAL} octaves are large enough for the network"


def film_of(plan: Plan) -> Film:
    """What a plan's job makes."""
    from mariana_video.film.store import Film

    return Film(plan.clip, plan.size, plan.clip.rate, plan.times, plan.start, plan.duration)
