"""What stands under a look: its number, and in a few words what makes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mariana_video.recipe.look import Dream
from mariana_video.recipe.reading import declared

_AS_THEY_ARE = ("decorrelated", "energy", "adam", "tutorial", "progress")  # words that tell their option themselves
_SAID = ("network", "layers", "seed")  # first of all, or not seen
_QUIET = ("first_steps", "step_size", "octave_scale", "colour_steps")  # what nobody would tell a look by
_SHORT = {"first_steps": "steps", "motif_size": "motifs", "symmetry_in": "folded at the", "octave_scale": "scale"}


def label_of(number: int, look: Dream) -> str:
    """The label of a look that was drawn: who dreams what, and what of it is not as usual."""
    networks = "" if len(look.network.names) > 1 else f"{look.network} "
    dreams = str(look.layers) if look.layers is not None else "as usual"
    return _one_line(f"{number} {', '.join([networks + dreams, *_differences(look, Dream(), (*_SAID, *_QUIET))])}")


def label_beside(number: int, look: Dream, other: Dream) -> str:
    """The label of a look by what of it is not as in the `other`."""
    said = [str(getattr(look, name)) for name in ("network", "layers") if getattr(look, name) != getattr(other, name)]
    return _one_line(f"{number} {', '.join([*said, *_differences(look, other, _SAID)]) or 'as it is'}")


def _one_line(text: str) -> str:
    """What somebody else wrote may stand in several lines."""
    return " ".join(text.split())


def _differences(look: Dream, other: Dream, without: Sequence[str]) -> Iterator[str]:
    for name in declared(Dream):
        value = getattr(look, name)
        if name in without or value == getattr(other, name):
            continue
        word = _SHORT.get(name, name.replace("_", " "))
        yield "usual " + word if value is None else str(value) if value in _AS_THEY_ARE else f"{word} {value}"
