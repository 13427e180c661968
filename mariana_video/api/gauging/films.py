"""Films of some sizes: how many carried frames a second, of a short one that is made up and dreamed as any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from mariana_video.api.foreseen.effort import effort_of_shots
from mariana_video.api.foreseen.trials import measured, memory_of, trials_of_film
from mariana_video.dream.plain.made_up import MadeUp
from mariana_video.dream.room import free_memory
from mariana_video.footage.film import shape_of
from mariana_video.footage.plan import make_plan
from mariana_video.footage.shots import Shot
from mariana_video.job.stores.sample import sample_of
from mariana_video.job.stores.store import Film
from mariana_video.loop.dreamer import Dreamer
from mariana_video.media.write.writer import Writer
from mariana_video.recipe.job import Storage
from mariana_video.recipe.options import Span
from mariana_video.recipe.toml import plain

SIZES = ((640, 360), (1280, 720), (1920, 1080), (3840, 2160))  # (width, height)
RATE = 25  # frames a second of a film whose minutes are told
_FRAMES = 13  # a first one, and thrice the four in which all octaves have their turn
_MOVES = 320  # frames in which the picture would move by its own width


@dataclass(frozen=True)
class Speed:
    """Of films of `size` (width, height): carried frames a second, all in all. None: there is no memory for one."""

    size: tuple[int, int]
    rate: float | None

    @property
    def minute(self) -> float | None:
        """Seconds that a minute of such a film takes, at `RATE` frames a second."""
        return None if self.rate is None else 60 * RATE / self.rate


def speed_of(dreamer: Dreamer, size: tuple[int, int], check: Callable[[], None] = lambda: None) -> Speed:
    """How fast films of a size are dreamed: read, dreamed and encoded, all beside each other."""
    # Its first frame has one step only: that says nothing of the frames that go on from it, and is soon done.
    quick = replace(dreamer, recipe=replace(dreamer.recipe, dream=dreamer.recipe.dream.but(first_steps=1)))
    with TemporaryDirectory() as folder:
        clip = Path(folder, "clip.mkv")
        _write_clip(clip, size)
        plan = make_plan(clip, Span())
        needed = memory_of(quick, len(plan.times), plan.timeline, plan.size, shape_of(plan, quick))
        free = free_memory(quick.device)
        if free is not None and needed > free:
            return Speed(size, None)
        shots = [Shot(range(len(plan.times)), quick, shape_of(plan, quick))]
        effort = effort_of_shots(plan, shots)
        film = Film(plan.clip, plan.size, plan.clip.rate, plan.times)
        sample = sample_of(film, "dream.mp4", {"storage": plain(Storage())})
        (trial,) = trials_of_film(plan, shots, effort)
        cost = measured(trial, check, sample.add)
    carried = effort.frames[1:]
    return Speed(size, len(carried) / sum(map(cost.of, carried)))


def _write_clip(path: Path, size: tuple[int, int]) -> None:
    """A short film of `size` (width, height): a natural sort of noise that moves to the left, and a piece to the right.

    What moves apart uncovers ground, as in any film; in a calm one a frame would take a quarter less.
    """
    (width, height), moves = size, max(1, size[0] // _MOVES)
    further = moves * _FRAMES
    ground, piece = (MadeUp.NOISE.picture((width + further, height), seed) for seed in (0, 1))
    high, across = slice(height // 4, 3 * height // 4), width // 2
    with Writer(path, None, size=size, rate=Fraction(RATE), codec="h264", sound=False) as writer:
        for number in range(_FRAMES):
            moved = moves * number
            picture = ground[:, moved : moved + width].copy()
            left = width // 8 + moved
            picture[high, left : left + across] = piece[high, :across]
            writer.write(picture, Fraction(number, RATE), None, None)
