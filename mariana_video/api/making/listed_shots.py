"""What a list of shots makes of a film: where each shot lies, and what dreams it, all checked before frame 0."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from mariana_video.api.foreseen.foresight import check_whole
from mariana_video.errors import DreamError, NetworkError, UsageError
from mariana_video.footage.film import shape_of
from mariana_video.footage.masks import check_mask
from mariana_video.footage.plan import Plan
from mariana_video.footage.shots import Shot
from mariana_video.loop.dreamer import Dreamer, Loaded, dreamer_for
from mariana_video.recipe.idle import check_carry, check_dream, check_seed, check_where, idle
from mariana_video.recipe.options import Recipe
from mariana_video.recipe.shots import Listed, ShotList, clock_text, read_list
from mariana_video.recipe.toml import sections, to_text

_SIZED_BY = frozenset({"network", "weights", "layers", "motif_size", "step_rule"})
"""Options that the size goes by at which a film is dreamed."""


def list_of(recipe: Recipe) -> ShotList | None:
    """The recipe's list of shots, with everything checked that can be known without the film. Raises UsageError."""
    if recipe.span.shots is None:
        return None
    instead = "leave it out, or give it to `mariana shots`, which makes the list"
    idle(recipe.span, "cut_threshold", "with --shots, whose list says where shots begin", instead)
    if recipe.span.split is not None:
        raise UsageError(
            f"--split {recipe.span.split} parts shots that are found, and --shots {recipe.span.shots} says where they "
            "are: write a further [[shot]] there, or leave one of them out"
        )
    found = read_list(recipe.span.shots)
    for shot in found.shots:
        with naming(recipe, shot.number):
            its = shot.recipe(recipe)
            check_dream(its.dream)
            check_where(its.dream, its.where)
            check_seed(its.dream)
            check_carry(its.dream, its.carry)
            if "mask" in shot.look and its.where.mask is not None:
                check_mask(its.where.mask)
    return found


def check_made_for(listed: ShotList | None, source: Path, content: str) -> None:
    """See that a list was made for a film of that `content`, a checksum, if it says for which (UsageError)."""
    if listed is not None and listed.content not in (None, content):
        raise UsageError(
            f"--shots {listed.path} was made for another film than {source} (the content differs); make a new list, or "
            "remove its line `content` if its times are right for this one"
        )


def planned_by(plan: Plan, listed: ShotList | None) -> Plan:
    """`plan` with the shots of a list in place of the cuts that were found.

    A shot begins with the frame that is nearest to its start. Raises UsageError for a list that does not fit.
    """
    if listed is None:
        return plan
    looks: dict[int, Listed] = {}
    for shot in listed.shots:
        with naming_list(f"--shots {listed.path}, shot {shot.number}"):
            position = _position(plan, shot)
            if position is None:
                continue
            if position in looks and looks[position].start + plan.clip.start > plan.times[0] - _half(plan, 0):
                at = clock_text(plan.times[position] - plan.clip.start)
                raise UsageError(f"it has no frame of its own: the one at {at} is nearest to the start before it, too")
            looks[position] = shot
    return replace(plan, cuts=frozenset(looks) - {0}, looks=tuple(looks[at] for at in sorted(looks)))


def _position(plan: Plan, shot: Listed) -> int | None:
    """The frame that a shot begins with: 0 for one that begins before the span, None for one after it."""
    time, times = shot.start + plan.clip.start, plan.times
    after = min(bisect_left(times, time), len(times) - 1)
    if time > times[-1] + _half(plan, len(times) - 1):
        if plan.duration is None:
            end = clock_text(times[-1] - plan.clip.start)
            raise UsageError(f"it starts at {clock_text(shot.start)}, and the film's last picture is at {end}")
        return None
    before = max(0, after - 1)
    return before if time - times[before] < times[after] - time else after


def _half(plan: Plan, position: int) -> Fraction:
    """Half of what lies between a frame and its neighbour, in seconds."""
    if len(plan.times) == 1:
        return 1 / plan.clip.rate / 2
    at = max(1, position)
    return (plan.times[at] - plan.times[at - 1]) / 2


def shots_of(plan: Plan, dreamer: Dreamer) -> tuple[Shot, ...]:
    """What dreams each shot; without a list, one dreamer the whole film. Raises UsageError and NetworkError.

    Shots of the same look share a dreamer, and dreamers their networks.
    """
    if not plan.looks:
        return (Shot(range(len(plan.times)), dreamer, shape_of(plan, dreamer)),)
    own = to_text(sections(dreamer.recipe))
    made: dict[str, Dreamer] = {own: dreamer}
    loaded: Loaded = {}
    whole = None if all(_SIZED_BY & shot.look.keys() for shot in plan.looks) else shape_of(plan, dreamer)
    found = []
    for positions, shot in zip(plan.shots, plan.looks, strict=True):
        with naming(dreamer.recipe, shot.number):
            recipe = shot.recipe(dreamer.recipe)
            text = to_text(sections(recipe))
            if text not in made:
                made[text] = dreamer_for(dreamer, recipe, loaded)
            alone = _SIZED_BY & shot.look.keys() or whole is None
            own_size = (plan.size[1], plan.size[0])
            shape = (
                made[text].shape(own_size, plan.timeline.instants(positions.stop, positions.start)) if alone else whole
            )
            assert shape is not None
            found.append(Shot(positions, made[text] if shot.dreamed else None, shape))
    return tuple(found)


def check_shots(plan: Plan, shots: Sequence[Shot]) -> None:
    """See that every frame of every shot can be dreamed (UsageError, DreamError)."""
    for number, shot in enumerate(shots):
        if shot.dreamer is None:
            continue
        if not plan.looks:
            check_whole(shot.dreamer, len(plan.times), plan.timeline, plan.size)
            continue
        with naming(shot.dreamer.recipe, plan.looks[number].number):
            stop, first = shot.positions.stop, shot.positions.start
            check_whole(shot.dreamer, stop, plan.timeline, plan.size, shape=shot.shape, first=first)
            mask = shot.dreamer.recipe.where.mask
            if mask is not None:
                check_mask(mask, replace(plan, times=plan.times[:stop]))


@contextmanager
def naming(recipe: Recipe, shot: int) -> Iterator[None]:
    """Lets errors tell in which shot of the list they are."""
    with naming_list(f"--shots {recipe.span.shots}, shot {shot}"):
        yield


@contextmanager
def naming_list(where: str) -> Iterator[None]:
    """Lets errors begin with where they are."""
    try:
        yield
    except (UsageError, NetworkError, DreamError) as error:
        raise type(error)(f"{where}: {error}") from error
