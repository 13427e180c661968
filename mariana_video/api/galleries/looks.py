"""The looks of an exploration: drawn, varied around one, or on the way between two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from mariana_video.api.foreseen.recipes import going_by
from mariana_video.api.galleries.draws import drawn
from mariana_video.api.galleries.labels import label_beside, label_of
from mariana_video.api.galleries.ranges import NETWORKS
from mariana_video.api.galleries.usual import usual_of
from mariana_video.api.galleries.variations import varied
from mariana_video.api.galleries.ways import End, between
from mariana_video.dream.plain.made_up import MadeUp, Source
from mariana_video.errors import UsageError
from mariana_video.loop.dreamer import Dreamer, Loaded, dreamer_for, make_dreamer
from mariana_video.networks.network import Network
from mariana_video.networks.several import load_named
from mariana_video.networks.weights import released
from mariana_video.recipe.job import Machine
from mariana_video.recipe.kind import Kind
from mariana_video.recipe.kinds import PictureRecipe
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Recipe
from mariana_video.recipe.toml import Sections, plain

K = TypeVar("K", bound=Kind)
_OCTAVES = ("octaves", "octave_scale")


@dataclass(frozen=True)
class Look:
    """A picture's recipe, none of which counts as said, who dreams it, and what stands under it."""

    label: str
    recipe: PictureRecipe
    dreamer: Dreamer


@dataclass(frozen=True)
class Looks:
    """The looks of an exploration, `of` what they hang on, and the networks that may dream them, by name."""

    looks: Sequence[Look]
    of: Sections
    networks: dict[str, Network]


@dataclass
class Studio:
    """Where looks get their dreamers: each network is loaded once, onto one machine."""

    machine: Machine
    loaded: Loaded = field(default_factory=dict)
    _first: Dreamer | None = None

    def dreamer(self, dream: Dream) -> Dreamer:
        """Who dreams a look. Raises as `make_dreamer` does."""
        if self._first is None:
            self._first = make_dreamer(Recipe(dream), self.machine)
        return dreamer_for(self._first, Recipe(dream), self.loaded)

    def look(self, label: str, recipe: PictureRecipe, dream: Dream) -> Look:
        """A look of a `dream`, all else as in the `recipe`."""
        return Look(label, unsaid(replace(recipe, dream=dream)), self.dreamer(dream))

    def fitting(self, dream: Dream, base: PictureRecipe) -> Dream:
        """`dream` without octaves of its own where the picture is too small for them."""
        dreamer = self.dreamer(dream)
        try:
            usual_of(dreamer, _shape(base))
        except UsageError:
            usual = Dream()
            return dream.taking({name: getattr(usual, name) for name in _OCTAVES if name not in base.dream.said})
        return dream

    def networks(self, dream: Dream, open_to_others: bool) -> dict[str, Network]:
        """The networks of a dream, and where it is `open_to_others` those that looks are drawn from, by name."""
        terms = () if dream.layers is None else dream.layers.terms
        others = [name for name in NETWORKS if name in released()] if open_to_others else []
        names = [*dream.network.names, *(term.network for term in terms if term.network), *others]
        return load_named(dream.network, dream.weights, names, self.loaded)


def unsaid(recipe: K) -> K:
    """The same recipe, none of which counts as said: what is gone by later (--recipe) doesn't either."""
    return type(recipe)(*(getattr(recipe, name).saying(()) for name in recipe.groups()))


def drawn_looks(base: PictureRecipe, count: int, source: Source, studio: Studio) -> Looks:
    """So many looks of `source` drawn at random; what `base` says holds in all of them."""
    dream = base.dream
    pool = studio.networks(dream, not dream.said & {"network", "weights"})
    made_up = isinstance(source, MadeUp)
    dreams = [studio.fitting(drawn(dream, number, pool, made_up), base) for number in range(1, count + 1)]
    looks = [studio.look(label_of(number, one), base, one) for number, one in enumerate(dreams, 1)]
    return Looks(looks, _said(dream), pool)


def varied_looks(base: PictureRecipe, like: Path, count: int, source: Source, studio: Studio) -> Looks:
    """So many looks around that of a result; what `base` says holds in all of them. Raises UsageError."""
    own = going_by(base, like, source, "--like")
    first = studio.dreamer(own.dream)
    usual = usual_of(first, _shape(base))
    dream = own.dream if own.dream.layers is not None else own.dream.taking({"layers": str(first.objective)})
    pool = studio.networks(own.dream, not base.dream.said & {"network", "weights"})
    others = (varied(dream, number, pool, usual) for number in range(2, count + 1))
    dreams = [own.dream, *(studio.fitting(one, base) for one in others)]
    looks = [studio.look(label_beside(number, one, dreams[0]), own, one) for number, one in enumerate(dreams, 1)]
    return Looks(looks, {**_said(base.dream), "like": plain(own.dream)}, pool)


def blended_looks(base: PictureRecipe, ends: Sequence[Path], count: int, source: Source, studio: Studio) -> Looks:
    """So many looks from that of one result to that of another; what `base` says holds. Raises UsageError."""
    recipes = [going_by(base, end, source, "--blend") for end in ends]
    first, last = (end_of(one.dream, studio, _shape(base)) for one in recipes)
    looks = []
    for number in range(1, count + 1):
        share = (number - 1) / (count - 1)
        looks.append(studio.look(f"{number} {share:.0%}", recipes[share >= 0.5], between(first, last, share)))
    ways: Sections = {"walk": {"pictures": count}, "from": plain(first.dream), "to": plain(last.dream)}
    pool = {**studio.networks(last.dream, False), **studio.networks(first.dream, False)}
    return Looks(looks, {**_said(base.dream), **ways}, pool)


def end_of(dream: Dream, studio: Studio, shape: tuple[int, int]) -> End:
    """A look as an end of a way, on pictures of `shape` (height, width)."""
    dreamer = studio.dreamer(dream)
    weight = sum(abs(term.weight) for term in dreamer.values().terms)
    return End(dream, dreamer.objective, usual_of(dreamer, shape), weight)


def _shape(base: PictureRecipe) -> tuple[int, int]:
    assert base.still.size is not None, "its size is settled before its looks"
    width, height = base.still.size.fit((1, 1))
    return height, width


def _said(dream: Dream) -> Sections:
    """What holds in all looks, and the seed, which says what is drawn."""
    return {"dream": {name: value for name, value in plain(dream).items() if name in {"seed", *dream.said}}}
