"""Options that would do nothing are refused, with what to use instead: a person who says one expects something of it.

What counts is what was said (`Group.said`): a default that happens to do nothing is no fault.
"""

from __future__ import annotations

from typing import Any

from mariana_video.errors import UsageError
from mariana_video.recipe.group import Group
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Carry, Where
from mariana_video.recipe.values.schedule import Schedule


def idle(group: Group, name: str, why: str, instead: str) -> None:
    """Refuses option `name` of `group` if it was said: it does nothing `why`. Raises UsageError."""
    if name in group.said:
        raise does_nothing(name, getattr(group, name), why, instead)


def does_nothing(name: str, value: Any, why: str, instead: str) -> UsageError:
    """The error about an option that would do nothing."""
    option = f"no-{name}" if value is False else name
    shown = "" if isinstance(value, bool) else f" {value:g}" if isinstance(value, float) else f" {value}"
    return UsageError(f"--{option.replace('_', '-')}{shown} does nothing {why}; {instead}")


def check_dream(dream: Dream) -> None:
    """Refuses what the dream itself makes idle (UsageError)."""
    check_networks(dream)
    check_look(dream)
    check_layers(dream)
    check_guide(dream)
    tutorial = dream.step_rule == "tutorial"
    if tutorial:
        idle(dream, "jitter", "with --step-rule tutorial, which never shifts", "leave it out, or take --step-rule mean")
    if _always(dream.octaves, 1) or (tutorial and dream.octaves is None):
        idle(dream, "octave_scale", "with one octave", "give --octaves of 2 or more, or leave it out")


def check_layers(dream: Dream) -> None:
    """Refuses an objective of which nothing is dreamed (UsageError)."""
    terms = () if dream.layers is None else dream.layers.terms
    if terms and all(term.what.startswith("keep(") and term.weight > 0 for term in terms):
        raise UsageError(f"--layers {dream.layers} says what is to stay, and nothing to dream; add a layer to it")


def check_guide(dream: Dream) -> None:
    """Refuses a guide that nothing goes by, and what goes by one that isn't there (UsageError)."""
    if dream.layers is None:
        return
    going = next((term for term in dream.layers.terms if term.what.startswith("guide(")), None)
    if going is not None and dream.guide is None:
        raise UsageError(f"--layers {dream.layers}: {going.what} goes by a guide; give one with --guide FILE")
    if going is None:
        why = f"with --layers {dream.layers}, none of which goes by it"
        idle(dream, "guide", why, "leave it out, or write guide(LAYER) among them")


def check_look(dream: Dream) -> None:
    """Refuses what does nothing of how a dream looks (UsageError)."""
    if dream.step_rule in ("tutorial", "progress"):
        why = f"with --step-rule {dream.step_rule}, which weighs none"
        idle(dream, "bands", why, "leave it out, or take --step-rule mean")
    if _always(dream.symmetry, 0):
        idle(dream, "symmetry_in", "without --symmetry", "give a --symmetry, such as 6")
    if _always(dream.blur, 0):
        idle(dream, "blur_every", "without --blur", "give a --blur, such as 0.5")
    if dream.colour != "free":
        idle(dream, "colour_steps", f"with --colour {dream.colour}", "leave one of them out")


def check_where(dream: Dream, where: Where) -> None:
    """Refuses a mask that a dream can't keep to (UsageError)."""
    if where.mask is not None and dream.symmetry_in == "loop" and not _always(dream.symmetry, 0):
        raise UsageError(
            f"--symmetry {dream.symmetry} folds the source itself, and --mask {where.mask} leaves parts of it as they "
            "are; give --symmetry-in end, or leave one of them out"
        )


def check_networks(dream: Dream) -> None:
    """Refuses a network that is said beside others, and that no layer is of (UsageError)."""
    names = dream.network.names
    if dream.layers is None or "network" not in dream.said:
        return
    used = {term.network or names[0] for term in dream.layers.terms}
    for said in dream.network.said:
        if said.name not in used:
            why = f"with --layers {dream.layers}, none of which is of it"
            raise does_nothing("network", str(said), why, f"leave it out, or name its layers: {said.name}:…")


def check_seed(dream: Dream) -> None:
    """Refuses a seed where nothing is drawn but the jitter, and that is none (UsageError)."""
    if dream.step_rule == "tutorial" or _always(dream.jitter, 0):
        idle(dream, "seed", "without jitter: nothing is drawn at random", "leave it out, or give a --jitter")


def check_carry(dream: Dream, carry: Carry) -> None:
    """Refuses what the way of carrying makes idle (UsageError)."""
    if carry.flow != "raft":
        idle(carry, "flow_weights", f"with --flow {carry.flow}", "it is for --flow raft")
    if carry.flow == "none":
        idle(carry, "flow_scale", "with --flow none, which looks for no motion", "leave out one of them")
    if dream.step_rule == "tutorial" or _always(dream.jitter, 0):
        idle(carry, "jitter_hold", "without jitter", "leave it out, or give a --jitter")
    if not _always(carry.carry, 0):
        return
    for name in ("momentum", "jitter_hold"):
        idle(carry, name, "with --carry 0, where no frame goes on from another", "give a --carry above 0")
    idle(carry, "carried", "with --carry 0, which carries nothing", "give a --carry above 0, or leave it out")
    if dream.first_steps is not None or not _always(dream.steps, 0):
        idle(dream, "steps", "with --carry 0: each frame is a first one", "give --first-steps in place of it")
    if _always(carry.temporal_weight, 0):
        for name in ("flow", "flow_weights", "flow_scale"):
            idle(carry, name, "with --carry 0, where no frame goes on from another", "leave it out")


def _always(schedule: Schedule | None, value: float) -> bool:
    return schedule is not None and schedule.constant() == value
