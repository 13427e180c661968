"""`mariana video`: a film is given back dreamed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from mariana_video.cli.progress import Bar, foretell, say
from mariana_video.recipe.job import Machine, Storage
from mariana_video.recipe.options import Carry, Dream, Recipe, Span

if TYPE_CHECKING:
    from mariana_video.film.dreamer import Dreamer
    from mariana_video.film.plan import Plan
    from mariana_video.media.writer import FrameWriter

_FORETOLD = 5  # frames after which the whole can be foretold: the first one takes many more steps than those after it
Quiet = Annotated[bool, Parameter(negative=())]


def video(
    source: Path,
    output: Path,
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
    from mariana_video.film.dreamer import make_dreamer
    from mariana_video.film.plan import make_plan
    from mariana_video.media.output import check_output

    check_output(output, source, storage.overwrite)
    dreamer = make_dreamer(Recipe(dream, carry, span), machine)
    with Bar(None, "frames", label="looking at the source", quiet=quiet) as bar:
        plan = make_plan(source, span, lambda _: bar.step())
    check_output(output, source, storage.overwrite, bytes_of(plan, storage))
    for note in (*plan.notes, *remarks(plan, dreamer)):
        say(note, quiet)
    seconds = _render(plan, dreamer, output, storage, quiet)
    frames = len(plan.times)
    say(f"{output}: {frames} frames, {frames / seconds:.2f} a second", quiet)


def bytes_of(plan: Plan, storage: Storage) -> int:
    """About how large OUTPUT will be: measured, a dream at crf 17 takes 0.35 bytes a pixel at the most."""
    width, height = plan.size
    each = 3.0 if storage.codec == "ffv1" else 0.35
    return round(width * height * len(plan.times) * each)


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


def _render(plan: Plan, dreamer: Dreamer, output: Path, storage: Storage, quiet: bool) -> float:
    """Makes the film; returns the seconds it took. Ctrl-C leaves what is finished beside OUTPUT, and says so."""
    from mariana_video.media.writer import open_writer

    began = time.monotonic()
    options = {"codec": storage.codec, "crf": storage.crf, "sound": storage.sound}
    told = lambda note: say(note, quiet)  # noqa: E731
    with open_writer(
        output,
        plan.clip,
        size=plan.size,
        rate=plan.clip.rate,
        start=plan.start,
        duration=plan.duration,
        notes=told,
        **options,
    ) as writer:
        part = writer.keep_part()
        try:
            _frames(plan, dreamer, writer, quiet)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"stopped; what is finished can be played: {part}") from None
    return time.monotonic() - began


def _frames(plan: Plan, dreamer: Dreamer, writer: FrameWriter, quiet: bool) -> None:
    from mariana_video.film.film import Finished, film
    from mariana_video.film.pipeline import sink

    def write(done: Finished) -> None:
        writer.write(done.rgb, done.rendered.time, done.alpha, done.duration)

    total = len(plan.times)
    with film(plan, dreamer) as frames, sink(write, 3) as put, Bar(total, "frames", quiet=quiet) as bar:
        began = time.monotonic()
        first = 0.0
        for number, done in enumerate(frames, 1):
            put(done)
            bar.step()
            if number == 1:
                first = time.monotonic() - began
            if number == _FORETOLD and total > _FORETOLD:
                each = (time.monotonic() - began - first) / (number - 1)
                bar.say(foretell(total, first + each * (total - 1)))
