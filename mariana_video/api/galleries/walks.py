"""A film in which the look walks from that of one result to that of another: a film's own, or before a still camera."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from mariana_video.api.foreseen.farming import is_farmed
from mariana_video.api.foreseen.recipes import going_by
from mariana_video.api.foreseen.sizes import usual_size
from mariana_video.api.foreseen.sources import file_of
from mariana_video.api.foreseen.unused import check_dive, check_video
from mariana_video.api.galleries.looks import Studio, end_of
from mariana_video.api.galleries.ways import moving, moving_carry
from mariana_video.api.making.dives import dive_work
from mariana_video.api.making.films import film_work
from mariana_video.api.making.work import Work
from mariana_video.api.spreading.dives import farmed_dive
from mariana_video.api.spreading.films import farmed_film
from mariana_video.dream.plain.made_up import SIZE, MadeUp, Source
from mariana_video.errors import SourceError
from mariana_video.media.clip import Clip
from mariana_video.media.output import check_output
from mariana_video.media.read.opening import check_film, open_clip
from mariana_video.recipe.camera import Camera, Dive
from mariana_video.recipe.idle import idle
from mariana_video.recipe.job import Output
from mariana_video.recipe.kinds import DiveRecipe, ExploreRecipe, FilmRecipe
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Span
from mariana_video.recipe.pictures import Begins
from mariana_video.recipe.reading import declared
from mariana_video.recipe.values.schedule import Schedule
from mariana_video.recipe.values.size import Size
from mariana_video.recipe.values.time import Length, Time

T = TypeVar("T")
_USUAL = Length(Fraction(8))
_KEPT = "0.95"  # of the dream in 1/25 s: what the look was a second ago makes room for what it is


def walk_work(source: Source, output: str, recipe: ExploreRecipe, on_look: Callable[[int], None]) -> Work[Path]:
    """The work of a film of `source` in which the look walks; `on_look` is told how many frames were looked at."""
    clip = None if isinstance(source, MadeUp) else open_clip(source)
    if clip is None or clip.kind == "picture":
        return _before_a_still_camera(source, output, recipe, clip)
    idle(recipe.begins, "at", "where a film of the whole is made", "leave it out, or name a folder for OUTPUT")
    return _of_a_film(clip, output, recipe, on_look)


def _ends(recipe: ExploreRecipe) -> Sequence[Path]:
    assert recipe.exploring.blend is not None, "a walk is asked for"
    return recipe.exploring.blend


def _of_a_film(clip: Clip, output: str, recipe: ExploreRecipe, on_look: Callable[[int], None]) -> Work[Path]:
    asked = recipe.exploring
    duration = None if asked.duration is None else Time.of(asked.duration)
    span = Span(duration=duration, size=asked.size)
    machine, farming = recipe.machine, recipe.farming
    base = FilmRecipe(recipe.dream, span=span, machine=machine, farming=farming, storage=recipe.storage)
    check_film(clip.path, output, recipe.storage.overwrite)
    ends = [going_by(base, end, clip.path, "--blend") for end in _ends(recipe)]
    check_video(ends[0].dreamt, recipe.storage, clip.path, output)
    size = clip.size if ends[0].span.size is None else ends[0].span.size.fit(clip.size)
    looks = [one.dream for one in ends]
    end = _last(_length(clip, ends[0].span), clip.rate)
    dream, staying = _walk(recipe, looks, size, end)
    carry, kept = moving_carry(ends[0].carry, ends[1].carry, end)
    made = replace(ends[0], dream=dream, carry=carry)
    work = farmed_film if is_farmed(made.farming) else film_work
    return _noted(work(clip.path, output, made, on_look), [*staying, *kept])


def _length(clip: Clip, span: Span) -> Fraction:
    """The seconds that are dreamed of a film. Raises SourceError where they are not known."""
    if clip.duration is None:
        if span.duration is None or span.duration.percent:
            raise SourceError(f"{clip.path} doesn't say how long it is: give --duration")
        return span.duration.amount
    start = Fraction(0) if span.start is None else span.start.seconds(clip.duration)
    left = clip.duration - start
    return left if span.duration is None else min(left, span.duration.seconds(clip.duration))


def _before_a_still_camera(source: Source, output: str, recipe: ExploreRecipe, clip: Clip | None) -> Work[Path]:
    asked, storage = recipe.exploring, recipe.storage
    own = SIZE if clip is None else clip.size
    size = usual_size(own, output) if asked.size is None else asked.size.fit(own)
    kept = {name: getattr(storage, name) for name in declared(Output)}
    written = Output(**kept).saying(storage.said & set(kept))
    dive = Dive(
        duration=asked.duration or _USUAL,
        size=Size(*size),
        keep=Schedule(_KEPT),
        channel_cycle=Length(Fraction(0)),
    )
    begins = Begins(at=recipe.begins.at)
    machine, farming = recipe.machine, recipe.farming
    camera = Camera(zoom=Schedule("1"))
    base = DiveRecipe(recipe.dream, camera, dive, begins, machine=machine, farming=farming, output=written)
    check_output(output, file_of(source), storage.overwrite)
    check_dive(recipe.dream, written, output, play_once=False)
    idle(storage, "sound", "for a picture, which has none", "leave it out")
    looks = [going_by(base, end, source, "--blend").dream for end in _ends(recipe)]
    dream, staying = _walk(recipe, looks, size, _last(dive.duration.amount, Fraction(dive.rate)))
    made = replace(base, dream=dream)
    work = farmed_dive if is_farmed(made.farming) else dive_work
    return _noted(work(source, output, made), staying)


def _walk(
    recipe: ExploreRecipe, looks: Sequence[Dream], size: tuple[int, int], end: float
) -> tuple[Dream, Sequence[str]]:
    """The look that walks between two on pictures of `size` (width, height), and what of it stays."""
    studio = Studio(recipe.machine)
    first, last = (end_of(look, studio, (size[1], size[0])) for look in looks)
    return moving(first, last, end)


def _last(length: Fraction, rate: Fraction) -> float:
    """When the last frame is shown, no later."""
    return max(1, int((length - 1 / rate) * 1_000_000)) / 1_000_000


def _noted(work: Work[T], staying: Sequence[str]) -> Work[T]:
    if staying:
        named = ", ".join(f"--{name.replace('_', '-')}" for name in staying)
        work.notes = (*work.notes, f"as the first look has it, for it can't move along a film: {named}")
    return work
