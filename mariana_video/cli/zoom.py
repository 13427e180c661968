"""`mariana zoom`: an endless dive into a picture, as a film or a loop."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from mariana_video.cli.making import Shown, bytes_of, check_kind, foretell_size, usual_size, write_film
from mariana_video.cli.progress import say
from mariana_video.errors import UsageError
from mariana_video.recipe.camera import Camera, Dive
from mariana_video.recipe.job import Encoding, Machine
from mariana_video.recipe.options import Dream, Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from mariana_video.film.zoom import Descent

_FLAG = Parameter(negative=())
_NOISE = (640, 360)  # size of a dive that begins in noise, where none is asked for


def zoom(
    source: str,
    output: str,  # a text, for a path forgets the "/" at its end
    /,
    *,
    dream: Dream = Dream(),
    camera: Camera = Camera(),
    dive: Dive = Dive(),
    at: float | None = None,
    sound: Path | None = None,
    play_once: Annotated[bool, _FLAG] = False,
    machine: Machine = Machine(),
    encoding: Encoding = Encoding(),
    quiet: Annotated[bool, _FLAG] = False,
) -> None:
    """Dive into a picture: dream, move the camera a little, dream again. SOURCE comes first and becomes the dream.

    Parameters
    ----------
    source
        A picture, a video (its frame --at), or the word `noise`.
    output
        Its ending chooses the kind: .mp4, .gif, .webp, .mkv …, or a folder for numbered PNGs when it ends in /.
    at
        The frame of a video at so many seconds. Default: its first.
    sound
        A sound file, or a film's sound, to lie under the dive; cut to its length.
    play_once
        An animation that stops at its end. Default: it begins again and again.
    quiet
        No bar and no remarks; errors are still told.
    """
    from mariana_video.media.output import check_output
    from mariana_video.media.soundtrack import check_sound

    check_kind(output)
    check_output(output, None if source == "noise" else source, encoding.overwrite)
    if sound is not None:
        check_sound(sound, output)

    from mariana_video.film.dreamer import make_dreamer
    from mariana_video.film.zoom import prepare

    picture, size = _start(source, at, dream.seed)
    size = usual_size(size, output) if dive.size is None else dive.size.fit(size)
    dreamer = make_dreamer(Recipe(dream), machine)
    descent = prepare(dreamer, camera, dive, picture, size)
    check_output(output, source, encoding.overwrite, bytes_of(output, size, descent.frames))
    told = foretell_size(output, size, descent.frames)
    say(f"{told}; {dreamer.network.name} dreams {dreamer.objective} in {dreamer.precision}", quiet)
    _write(descent, output, sound, encoding, not play_once, quiet)


def _start(source: str, at: float | None, seed: int) -> tuple[Tensor, tuple[int, int]]:
    """The picture that a dive begins with (1×3×H×W), and its (width, height)."""
    from mariana_video.film.ground import noise
    from mariana_video.film.tensors import to_tensor
    from mariana_video.media.clip import open_clip
    from mariana_video.media.reader import frame_at

    if at is not None and at < 0:
        raise UsageError(f"--at {at:g}: give seconds of at least 0")
    if source == "noise":
        width, height = _NOISE
        return (0.5 + 0.2 * noise((height, width), seed, 0)).clamp(0, 1), _NOISE
    clip = open_clip(Path(source))
    if at is not None and clip.kind == "picture":
        raise UsageError(f"--at {at:g} takes a frame of a video, and {source} is a picture")
    frame = frame_at(clip, Fraction(repr(at or 0)))
    return to_tensor(frame.rgb), (frame.rgb.shape[1], frame.rgb.shape[0])


def _write(descent: Descent, output: str, sound: Path | None, encoding: Encoding, endless: bool, quiet: bool) -> None:
    from mariana_video.media.output import discard, hidden_name
    from mariana_video.media.soundtrack import lay_under

    silent = output if sound is None else str(hidden_name(Path(output)))
    try:
        write_film(
            silent,
            _pictures(descent),
            descent.frames,
            size=descent.canvas.size,
            rate=descent.rate,
            encoding=encoding,
            endless=endless,
            quiet=quiet,
        )
        if sound is not None:
            lay_under(Path(silent), sound, Path(output))
    finally:
        if sound is not None:
            discard(Path(silent))
    say(f"{output}: {descent.frames} frames", quiet)


def _pictures(descent: Descent) -> Iterator[Shown]:
    from mariana_video.film.tensors import to_array
    from mariana_video.film.zoom import descend

    for rendered in descend(descent):
        yield Shown(to_array(rendered.picture), rendered.time)
