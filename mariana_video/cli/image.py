"""`mariana image`: a picture, a folder of pictures or one frame of a video is given back dreamed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from mariana_video.cli.progress import Bar, say
from mariana_video.errors import SourceError, UsageError
from mariana_video.recipe.job import Machine
from mariana_video.recipe.options import Dream, Recipe, Where, from_text
from mariana_video.recipe.size import Size

if TYPE_CHECKING:
    from mariana_video.film.dreamer import Dreamer

_FLAG = Parameter(negative=())


def image(
    source: Path,
    output: Path,
    /,
    *,
    dream: Dream = Dream(),
    where: Where = Where(),
    at: float | None = None,
    size: Annotated[Size | None, from_text(Size.of)] = None,
    machine: Machine = Machine(),
    overwrite: Annotated[bool, _FLAG] = False,
    quiet: Annotated[bool, _FLAG] = False,
) -> None:
    """Dream a picture, every picture of a folder, or one frame of a video: the way to tune before a long job.

    Parameters
    ----------
    source
        A picture, a folder of pictures, or with --at a video.
    output
        A picture (.png, .jpg, .webp, .tif), or a folder where SOURCE is one.
    at
        The frame of a video at so many seconds.
    size
        `640x360`, or `640x` and `x360` to keep the shape. Default: the source's.
    overwrite
        Replace pictures that exist; otherwise that is refused.
    quiet
        No bar and no remarks; errors are still told.
    """
    from mariana_video.film.dreamer import make_dreamer
    from mariana_video.media.output import check_output

    jobs = _jobs(source, output, at)
    for given, made in jobs:
        check_output(made, given, overwrite)
    dreamer = make_dreamer(Recipe(dream, where=where), machine)
    total = round(dream.first()(0, 25))
    for number, (given, made) in enumerate(jobs, 1):
        label = f"{number} of {len(jobs)}" if len(jobs) > 1 else ""
        with Bar(None, "steps", label=label, quiet=quiet) as bar:
            _dream_one(dreamer, given, made, at, size, bar)
    say(f"{output}: dreamed {dreamer.objective}, {total} steps an octave, in {dreamer.precision}", quiet)


def _jobs(source: Path, output: Path, at: float | None) -> list[tuple[Path, Path]]:
    """What is read and what is written: one pair, or one a picture of a folder."""
    from mariana_video.media.pictures import ENDINGS_OUT, picture_files

    if at is not None and at < 0:
        raise UsageError(f"--at {at:g}: give seconds of at least 0")
    if not source.is_dir():
        if output.suffix.lower() not in ENDINGS_OUT:
            raise UsageError(f"{output} has no ending of a picture; these work: {', '.join(ENDINGS_OUT)}")
        return [(source, output)]
    if at is not None:
        raise UsageError(f"--at {at:g} takes a frame of a video, and {source} is a folder")
    files = picture_files(source)
    if not files:
        raise SourceError(f"{source} holds no pictures")
    output.mkdir(exist_ok=True)
    return [
        (file, output / (file.stem + (file.suffix if file.suffix.lower() in ENDINGS_OUT else ".png"))) for file in files
    ]


def _dream_one(dreamer: Dreamer, source: Path, output: Path, at: float | None, size: Size | None, bar: Bar) -> None:
    from fractions import Fraction

    from mariana_video.film.film import dream_picture
    from mariana_video.film.footprint import check_memory
    from mariana_video.film.tensors import to_array
    from mariana_video.media.opening import open_clip
    from mariana_video.media.pictures import read_picture, write_picture
    from mariana_video.media.reader import frame_at
    from mariana_video.media.shape import resized

    if at is None:
        rgb, alpha = read_picture(source)
    else:
        frame = frame_at(open_clip(source), Fraction(repr(at)))
        rgb, alpha = frame.rgb, frame.alpha
    wanted = rgb.shape[1], rgb.shape[0]
    if size is not None:
        wanted = size.fit(wanted)
    check_memory(dreamer, dreamer.score(0, Fraction(25)), wanted)
    if size is not None:
        rgb, alpha = resized(rgb, wanted), None if alpha is None else resized(alpha[..., None], wanted)[..., 0]
    rendered = dream_picture(dreamer, rgb, alpha, seen=lambda step: bar.step(f"score {step.score:.1f}"))
    write_picture(output, to_array(rendered.picture), alpha)
