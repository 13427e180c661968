"""Makes a list of a film's shots, to be edited, with a small picture of each in a folder beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np

from mariana_video.api.making.work import Made, Watch, Work
from mariana_video.errors import OutputError, UsageError
from mariana_video.footage.plan import Plan, make_plan
from mariana_video.job.conditions import content_of
from mariana_video.media.files import write_whole
from mariana_video.media.output import cannot_write, check_output, discard, hidden_name
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import scan
from mariana_video.media.stills.pictures import write_picture
from mariana_video.recipe.options import Shooting, Span
from mariana_video.recipe.shots import Entry, list_text

NAME = "shots.toml"
_ENDING = ".toml"
_SIDE = 320  # pixels of the longer side of a shot's picture
_PICTURE = re.compile(r"\d{3,}\.jpg")


def list_path(source: Path, wanted: Path | None) -> Path:
    """Where the list is written: as `wanted`, or as shots.toml beside SOURCE. Raises UsageError for another ending."""
    path = source.parent / NAME if wanted is None else wanted
    if path.suffix.lower() != _ENDING:
        raise UsageError(f"{path} does not end as a list of shots; give a name that ends in {_ENDING}")
    return path


def list_work(source: Path, path: Path, shooting: Shooting, overwrite: bool) -> Work[Path]:
    """The work of writing the list of a film's shots as `path`."""
    check_list(source, path, overwrite)

    def make(watch: Watch) -> Path:
        plan = write_list(source, path, shooting, overwrite, lambda done: watch.made(Made(done, None)))
        for note in plan.notes:
            watch.note(note)
        count = len(plan.shots)
        watch.note(f"{path}: {count} shot{'s' * (count != 1)}; edit it, then: mariana video … --shots {path}")
        return path

    return Work("frames", None, make, output=path)


def check_list(source: Path, path: Path, overwrite: bool) -> None:
    """See that a list can be written as `path`, and SOURCE be opened. Raises what refuses it."""
    check_output(path, source, overwrite)
    _check_folder(path.with_suffix(""), source, path)
    open_clip(source)


def write_list(
    source: Path,
    path: Path,
    shooting: Shooting,
    overwrite: bool = False,
    on_frame: Callable[[int], None] = lambda frames: None,
) -> Plan:
    """Finds the shots of SOURCE and writes their list as `path`, and their pictures into the folder of its name.

    Both stand whole or not at all. `on_frame` is told how many frames were looked at. Raises OutputError where
    something is in the way: of a folder, only one with nothing but pictures of shots in it is ever replaced, with
    `overwrite`.
    """
    folder = path.with_suffix("")
    check_list(source, path, overwrite)
    plan = make_plan(source, Span(rate=shooting.rate, cut_threshold=shooting.cut_threshold), on_frame)
    made = hidden_name(folder)
    try:
        made.mkdir()
        _write_pictures(plan, made)
        _in_place(made, folder)
        write_whole(path, _text(plan, folder.name, shooting.cut_threshold).encode())
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        discard(made)
    return plan


def _check_folder(folder: Path, source: Path, path: Path) -> None:
    if not folder.exists() and not folder.is_symlink():
        return
    own = folder.is_dir() and not folder.is_symlink() and path.exists() and not folder.samefile(source)
    if not own or not all(_PICTURE.fullmatch(file.name) for file in folder.iterdir()):
        raise OutputError(
            f"{folder} is in the way: the shots' pictures would lie there; rename it, or give another name than {path}"
        )


def _write_pictures(plan: Plan, folder: Path) -> None:
    """The picture in the middle of each shot, small."""
    middles = {shot[len(shot) // 2]: number for number, shot in enumerate(plan.shots, 1)}
    for position, frame in enumerate(scan(plan.clip, small=_SIDE)):
        if position in middles and frame.small is not None:
            rgb = np.asarray(frame.small[..., ::-1] / 255, np.float32)
            write_picture(folder / picture_name(middles[position]), rgb)


def picture_name(shot: int) -> str:
    """The name of a shot's picture."""
    return f"{shot:03d}.jpg"


def _in_place(made: Path, folder: Path) -> None:
    old = hidden_name(folder)
    if folder.exists():
        folder.rename(old)
    made.rename(folder)
    discard(old)


def _text(plan: Plan, pictures: str, cut_threshold: float) -> str:
    clip, times = plan.clip, plan.times
    end = times[-1] + (plan.last or 1 / clip.rate)
    head: dict[str, str | int | float] = {
        "clip": clip.path.name,
        "size": f"{clip.size[0]}x{clip.size[1]}",
        "rate": str(clip.rate),
        "frames": len(times),
        "cut_threshold": cut_threshold,
        "content": content_of(clip.path),
    }
    entries = [
        Entry(
            times[shot.start] - clip.start,
            (times[shot.stop] if shot.stop < len(times) else end) - clip.start,
            shot,
            f"{pictures}/{picture_name(number)}",
        )
        for number, shot in enumerate(plan.shots, 1)
    ]
    closest = min((after - before for before, after in pairwise(times)), default=Fraction(1, 25))
    return list_text(head, entries, closest)
