"""`mariana image`: a picture, a folder of pictures or one frame of a video is dreamed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from mariana_video.cli.bar import Bar, say
from mariana_video.errors import MarianaError, SourceError, UsageError
from mariana_video.recipe.groups import FILE, FIRST
from mariana_video.recipe.job import Machine, Output
from mariana_video.recipe.options import Dream, Recipe, Where, from_text, needs_clock
from mariana_video.recipe.toml import Plain, plain
from mariana_video.recipe.values.schedule import Bounds
from mariana_video.recipe.values.size import Size
from mariana_video.recipe.values.time import Time

if TYPE_CHECKING:
    from mariana_video.api.pictures import Pair
    from mariana_video.footage.still import Still
    from mariana_video.job.record import Record
    from mariana_video.loop.dreamer import Dreamer

_QUIET = Parameter(negative=(), group=FILE)
_OVERWRITE = Parameter(negative=(), group=FIRST)
_FIRST = Parameter(group=FIRST)
_NAMED = 3  # pictures that failed and are named in the last line


def image(
    source: Path,
    output: Path,
    /,
    *,
    dream: Dream = Dream(),
    where: Where = Where(),
    at: Annotated[Time | None, from_text(Annotated[Time, Bounds(0)]), _FIRST] = None,
    size: Annotated[Size | None, from_text(Size), _FIRST] = None,
    machine: Machine = Machine(),
    overwrite: Annotated[bool, _OVERWRITE] = False,
    quiet: Annotated[bool, _QUIET] = False,
) -> None:
    """Dream a picture, every picture of a folder, or one frame of a video: the way to tune before a long job.

    Parameters
    ----------
    source
        A picture, a folder of pictures, or a video or animation (its frame --at).
    output
        A picture (.png, .jpg, .webp, .tif), or a folder where SOURCE is one.
    at
        The frame of a video that is on the screen then: `90` (seconds), `1:02.5`, `75%`. What moves along the film is
        as `mariana video` has it there, in a film of the whole video. Default: its first.
    size
        `640x360`, or `640x` and `x360` to keep the shape. Default: the source's.
    overwrite
        Replace pictures that exist; otherwise that is refused.
    quiet
        No bar and no remarks; errors are still shown.
    """
    from mariana_video.api.unused import check_image

    check_image(dream)
    recipe = Recipe(dream, where=where)
    if not source.is_dir():
        _one(source, output, recipe, at, size, machine, overwrite, quiet)
    elif at is not None:
        raise UsageError(f"--at {at} takes a frame of a video, and {source} is a folder; leave out --at")
    else:
        _folder(source, output, recipe, size, machine, overwrite, quiet)


def _one(
    source: Path,
    output: Path,
    recipe: Recipe,
    at: Time | None,
    size: Size | None,
    machine: Machine,
    overwrite: bool,
    quiet: bool,
) -> None:
    from mariana_video.media.output import check_output
    from mariana_video.media.stills.pictures import ENDINGS_OUT

    if output.suffix.lower() not in ENDINGS_OUT:
        raise UsageError(f"{output} has no ending of a picture; these work: {', '.join(ENDINGS_OUT)}")
    for read in (source, recipe.where.mask):
        check_output(output, read, overwrite)

    from mariana_video.footage.still import read_still
    from mariana_video.loop.dreamer import make_dreamer  # loads torch: not for a refusal

    still = read_still(source, at, size, needs_clock(recipe))
    dreamer = make_dreamer(recipe, machine)
    _dream_one(dreamer, still, output, quiet)
    say(f"{output}: {_dreamed(dreamer, still)}", quiet)


def _dream_one(dreamer: Dreamer, still: Still, output: Path, quiet: bool) -> None:
    from mariana_video.dream.arrays import to_array
    from mariana_video.footage.film import dream_picture
    from mariana_video.loop.detail import steps_of
    from mariana_video.loop.footprint import check_memory
    from mariana_video.media.stills.pictures import write_picture

    height, width = still.rgb.shape[:2]
    score = dreamer.score(still.instant)
    check_memory(dreamer, score, (width, height))
    with Bar(steps_of(dreamer, (height, width), still.instant), "steps", quiet=quiet) as bar:
        rendered = dream_picture(
            dreamer,
            still.rgb,
            still.alpha,
            lambda step: bar.step(f"score {step.score:.1f}"),
            still.instant,
        )
    write_picture(output, to_array(rendered.picture), still.alpha)


def _dreamed(dreamer: Dreamer, still: Still) -> str:
    steps = dreamer.values(still.instant).first_steps
    frame = f"frame {still.instant.frame}, " if still.instant.frame else ""
    return f"{frame}dreamed {dreamer.objective}, {steps} steps an octave, in {dreamer.precision}"


def _folder(
    source: Path, output: Path, recipe: Recipe, size: Size | None, machine: Machine, overwrite: bool, quiet: bool
) -> None:
    from mariana_video.api.pictures import check_largest, left_to_make, make_folder, pairs_of
    from mariana_video.job.conditions import conditions_of
    from mariana_video.job.record import open_record
    from mariana_video.loop.dreamer import make_dreamer

    pairs = pairs_of(source, output)
    dreamer = make_dreamer(recipe, machine)
    check_largest(pairs, dreamer, size)
    picture: dict[str, Plain] = {} if size is None else {"size": str(size)}
    conditions = conditions_of("image", {"dream": plain(recipe.dream), "picture": picture}, Output(), dreamer, None)
    begun = make_folder(output)
    try:
        with open_record(output, conditions, overwrite, {pair.target.name for pair in pairs}) as record:
            left = left_to_make(pairs, record, overwrite, recipe.where.mask)
            _dream_left(left, len(pairs), output, dreamer, size, record, quiet)
    finally:
        if begun and not any(output.iterdir()):
            output.rmdir()
    say(f"{output}: {len(pairs)} pictures, dreamed {dreamer.objective} in {dreamer.precision}", quiet)


def _dream_left(
    left: list[Pair], total: int, output: Path, dreamer: Dreamer, size: Size | None, record: Record, quiet: bool
) -> None:
    """Makes what is left of a folder, with a bar. Raises SourceError at the end, naming the pictures that failed."""
    from mariana_video.api.pictures import dream_each

    stand, failed = total - len(left), list[MarianaError]()
    if stand:
        say(f"continuing: {stand} of {total} pictures are done", quiet)
    try:
        with Bar(total, "pictures", quiet=quiet, done=stand) as bar:
            for error in dream_each(left, dreamer, size, record):
                if error is None:
                    stand += 1
                else:
                    failed.append(error)
                    bar.say(f"left out: {error}")
                bar.step()
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"stopped; {stand} of {total} pictures are done, and the same command continues"
        ) from None
    if failed:
        raise _not_all(failed, total, output)
    record.whole = True


def _not_all(failed: list[MarianaError], total: int, output: Path) -> SourceError:
    named = "; ".join(str(error) for error in failed[:_NAMED])
    more = f"; and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
    return SourceError(
        f"{len(failed)} of {total} pictures could not be dreamed: {named}{more}. The others are in {output}: "
        "put this right, and the same command makes only what is missing"
    )
