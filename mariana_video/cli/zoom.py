"""`mariana zoom`: an endless dive into a picture, as a film or a loop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from mariana_video.api.sizes import check_kind, foretell_size, usual_size
from mariana_video.cli.bar import say
from mariana_video.cli.follow import already_finished, follow
from mariana_video.errors import UsageError
from mariana_video.recipe.camera import Camera, Dive
from mariana_video.recipe.groups import FILE, PART
from mariana_video.recipe.job import Machine, Output
from mariana_video.recipe.options import Dream, Recipe, from_text
from mariana_video.recipe.toml import Plain, plain
from mariana_video.recipe.values.schedule import Bounds
from mariana_video.recipe.values.time import Time

if TYPE_CHECKING:
    from torch import Tensor

    from mariana_video.dive.descent import Descent
    from mariana_video.job.job import Job

_FLAG = Parameter(negative=(), group=FILE)
_NOISE = (640, 360)  # size of a dive that begins in noise, where none is asked for


def zoom(  # long: its docstring is what --help shows of each option
    source: str,
    output: str,  # a text, for a path forgets the "/" at its end
    /,
    *,
    dream: Dream = Dream(),
    camera: Camera = Camera(),
    dive: Dive = Dive(),
    at: Annotated[Time | None, from_text(Annotated[Time, Bounds(0)]), Parameter(group=PART)] = None,
    sound: Annotated[Path | None, Parameter(group=FILE)] = None,
    play_once: Annotated[bool, _FLAG] = False,
    machine: Machine = Machine(),
    encoding: Output = Output(),
    quiet: Annotated[bool, _FLAG] = False,
) -> None:
    """Dive into a picture: dream, move the camera a little, dream again. SOURCE comes first and becomes the dream.

    Parameters
    ----------
    source
        A picture, a video or an animation (its frame --at), or the word `noise`.
    output
        Its ending chooses the kind: .mp4, .gif, .webp, .mkv …, or a folder for numbered PNGs when it ends in /.
    at
        The frame of a video that is on the screen then: `90` (seconds), `1:02.5`, `75%`. Default: its first.
    sound
        A sound file, or a film's sound, to lie under the dive; cut to its length.
    play_once
        An animation that stops at its end. Default: it begins again and again.
    quiet
        No bar and no remarks; errors are still shown.
    """
    from mariana_video.api.unused import check_dive
    from mariana_video.media.output import check_output
    from mariana_video.media.sound.soundtrack import check_sound

    check_kind(output)
    file = None if source == "noise" else Path(source)
    if already_finished(output, encoding.overwrite, quiet):
        return
    check_output(output, file, encoding.overwrite)
    if sound is not None:
        check_sound(sound, output)
    check_dive(dream, encoding, output, play_once)

    from mariana_video.job.job import open_job

    picture, size = _start(source, at, dream.seed)
    size = usual_size(size, output) if dive.size is None else dive.size.fit(size)
    with open_job(output, file, encoding) as job:
        descent = _prepare(job, Recipe(dream), (camera, dive), machine, picture, size, (source, at, sound, play_once))
        _make(job, descent, sound, play_once, quiet)


def _prepare(
    job: Job,
    recipe: Recipe,
    groups: tuple[Camera, Dive],
    machine: Machine,
    picture: Tensor,
    size: tuple[int, int],
    words: tuple[str, Time | None, Path | None, bool],
) -> Descent:
    """The dive, after seeing that a job that was begun was begun with these settings (UsageError)."""
    from mariana_video.api.foresight import FRAME_BY_FRAME
    from mariana_video.dive.film import prepare
    from mariana_video.job.conditions import conditions_of
    from mariana_video.loop.dreamer import make_dreamer

    source, at, sound, play_once = words
    camera, dive = groups
    dreamer = make_dreamer(recipe, job.machine(machine))
    begins: dict[str, Plain] = {"at": str(at or 0), "play_once": play_once}
    if job.source is None:
        begins["source"] = source
    options = {"dream": plain(recipe.dream), "camera": plain(camera), "dive": plain(dive), "begins": begins}
    # The way as a whole says how large the canvas is, what suits its first layers, and where a loop closes.
    free = frozenset() if dive.loop else FRAME_BY_FRAME - {"layers"}
    job.agree(conditions_of("zoom", options, job.storage, dreamer, job.source, sound), free)
    return prepare(dreamer, camera, dive, picture, size)


def _make(job: Job, descent: Descent, sound: Path | None, play_once: bool, quiet: bool) -> None:
    from mariana_video.api.effort import effort_of_dive
    from mariana_video.api.foresight import check_changed, check_whole
    from mariana_video.dive.film import dive
    from mariana_video.job.stores.store import Film
    from mariana_video.media.output import check_output

    size, dreamer = descent.size, descent.dreamer
    check_whole(dreamer, descent.frames, descent.rate, size, groups=(descent.dive,), shape=descent.canvas.shape)
    times = tuple(index / descent.rate for index in range(descent.frames))
    film = Film(None, size, descent.rate, times, under=sound, endless=not play_once, dreamed=descent.canvas.shape)
    check_output(job.output, job.source, job.storage.overwrite, job.bytes_needed(film))
    told = foretell_size(job.output, size, descent.frames)
    say(f"{told}; {dreamer} in {dreamer.precision}", quiet)
    todo = job.prepare(film, frozenset(), lambda note: say(note, quiet))
    check_changed(job, dreamer, descent.rate, lambda note: say(note, quiet))
    follow(job, todo, lambda state, first: dive(descent, state, first), quiet, effort_of_dive(descent))


def _start(source: str, at: Time | None, seed: int) -> tuple[Tensor, tuple[int, int]]:
    """The picture that a dive begins with (1×3×H×W), and its (width, height)."""
    from mariana_video.dive.low_frequencies import noise
    from mariana_video.dream.arrays import to_tensor
    from mariana_video.footage.still import shown_at
    from mariana_video.media.read.opening import open_clip

    if source == "noise":
        if at is not None:
            raise UsageError(f"--at {at} takes a frame of a video, and noise is none; leave out --at")
        width, height = _NOISE
        return (0.5 + 0.2 * noise((height, width), seed, 0)).clamp(0, 1), _NOISE
    frame = shown_at(open_clip(Path(source)), at)
    return to_tensor(frame.rgb), (frame.rgb.shape[1], frame.rgb.shape[0])
