"""Whole jobs in the test's own process, broken off where a test wants it, and what came out of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import torch

from mariana_video.footage.film import film
from mariana_video.footage.plan import make_plan
from mariana_video.job.conditions import conditions_of
from mariana_video.job.job import open_job
from mariana_video.job.output_paths import folder_for
from mariana_video.job.stores.store import Film
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.state import Finished
from mariana_video.recipe.job import Storage
from mariana_video.recipe.options import Recipe, recipe
from mariana_video.recipe.toml import sections
from mariana_video.recipe.values.objective import Objective
from tests.conftest import small_network

FRAMES = 22  # of the little clip that most films are made of
RECIPE = recipe(first_steps=2)
STORAGE = Storage()


@dataclass
class Told:
    """What a job said, and which positions it dreamed."""

    notes: list[str] = field(default_factory=list)
    dreamed: list[int] = field(default_factory=list)
    first: int = -1


def make(
    output: Path | str,
    clip: Path,
    which: Recipe = RECIPE,
    storage: Storage = STORAGE,
    *,
    stop: int | None = None,
    each: Callable[[int], None] = lambda position: None,
    dreaming: Callable[[Recipe], Dreamer] = lambda which: Dreamer(
        small_network(), which, Objective("conv3"), torch.device("cpu"), "fp32"
    ),
) -> Told:
    """Makes `output` of `clip`, or is stopped as by Ctrl-C after `stop` frames."""
    told = Told()
    with open_job(str(output), clip, storage) as job:
        dreamer = dreaming(which)
        job.agree(conditions_of("video", sections(which), storage, dreamer, clip))
        plan = make_plan(clip, which.span)
        wanted = Film(plan.clip, plan.size, plan.clip.rate, plan.times, plan.start, plan.duration)
        told.first = job.prepare(wanted, plan.cuts, told.notes.append).first

        def seen(done: Finished) -> None:
            told.dreamed.append(done.rendered.index - plan.first)
            each(told.dreamed[-1])
            if len(told.dreamed) == stop:
                raise KeyboardInterrupt

        job.make(lambda state, first: film(plan, dreamer, state, first), seen, storage.preview)
        job.finish(told.notes.append)
    return told


def stopped(output: Path | str, clip: Path, frames: int, *more: Recipe | Storage) -> Told:
    """A job broken off after `frames` more frames."""
    told = Told()
    try:
        told = make(output, clip, *more, stop=frames)  # type: ignore[arg-type]
    except KeyboardInterrupt:
        return told
    raise AssertionError(f"{output} was finished before frame {frames}")


def part(output: Path | str) -> Path:
    """The job's folder."""
    return folder_for(str(output))


@dataclass(frozen=True)
class Seen:
    """A film as PyAV sees it: every picture's bytes and time in seconds, and where each other stream ends."""

    pictures: tuple[bytes, ...]
    times: tuple[Fraction, ...]
    ends: tuple[float, ...]


def seen(path: Path) -> Seen:
    """Decodes a whole film, or reads a folder's pictures; an animation, that few libraries read, is taken as it is."""
    if path.suffix in (".gif", ".webp"):
        return Seen((path.read_bytes(),), (), ())
    if path.is_dir():
        files = sorted(path.iterdir())
        return Seen(tuple(file.read_bytes() for file in files), (), ())
    with av.open(str(path)) as container:
        frames = [
            (b"".join(map(_rows, frame.planes)), frame.pts * frame.time_base) for frame in container.decode(video=0)
        ]
    with av.open(str(path)) as container:
        ends: dict[int, float] = {}
        for packet in container.demux():
            if packet.stream.type != "video" and packet.pts is not None:
                end = float((packet.pts + packet.duration) * packet.time_base)
                ends[packet.stream.index] = max(end, ends.get(packet.stream.index, end))
    first = frames[0][1]
    return Seen(tuple(p for p, _ in frames), tuple(t - first for _, t in frames), tuple(ends.values()))


def _rows(plane: av.VideoFrame) -> bytes:
    lines = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return lines[:, : plane.width].tobytes()
