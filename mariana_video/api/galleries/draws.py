"""Looks drawn at random with an eye for them: each is a function of a seed and its number, whatever else is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from mariana_video.api.foreseen.unused import check_image
from mariana_video.api.galleries import ranges
from mariana_video.api.galleries.chances import Between, Dice, significant
from mariana_video.api.galleries.subjects import guided, subject
from mariana_video.dream.objectives.reading import read
from mariana_video.errors import MarianaError, UsageError
from mariana_video.networks.network import USUAL_SIDE, Network
from mariana_video.recipe.group import bounds_of
from mariana_video.recipe.look import Dream
from mariana_video.recipe.values.objective import Objective

Pool = Mapping[str, Network]
Options = Mapping[str, str | float]


def drawn(base: Dream, number: int, pool: Pool, made_up: bool = False) -> Dream:
    """The look of a number (from 1): what `base` says holds, the rest is drawn from networks of the `pool`, by name.

    A picture that is `made_up` takes longer to become something. What is drawn does not count as said. Raises what
    `base` itself is refused for.
    """
    return _Draw(base, number, pool, made_up).look()


@dataclass(frozen=True)
class _Draw:
    """One look that is being drawn."""

    base: Dream
    number: int
    pool: Pool
    made_up: bool

    def look(self) -> Dream:
        """It."""
        card, said = self._card(), self.base.said
        chosen = self._networks(card)
        options: dict[str, str | float] = {} if not self._draws_network() else {"network": ", ".join(chosen)}
        if "layers" not in said:
            options["layers"] = self._subject(card, chosen)
        layers = self.base.layers or Objective(str(options["layers"]))
        touches = self._touches(card if len(chosen) == 1 else "two", _usual_size(layers, {**chosen, **self.pool}))
        loud = max(ranges.LOUD.get(name, 0.0) for name in chosen)
        if self._dice("calm").below(loud):
            touches = [*touches, ranges.CALM]
        return self._fitting(options, touches, min(ranges.HEAVY.get(name, 1.0) for name in chosen))

    def _dice(self, word: str) -> Dice:
        return Dice(word, self.base.seed, self.number)

    def _card(self) -> str:
        block, place = divmod(self.number - 1, len(ranges.DECK))
        return Dice("deck", self.base.seed, block).shuffled(ranges.DECK)[place]

    def _draws_network(self) -> bool:
        """Whether who dreams is open: not where it is said, nor where every layer says whose it is."""
        named = self.base.layers is not None and all(term.network for term in self.base.layers.terms)
        return not named and not self.base.said & {"network", "weights"}

    def _networks(self, card: str) -> dict[str, Network]:
        """Who dreams: all that are said, else one or, by the card, two of the pool."""
        if not self._draws_network():
            return {name: self.pool[name] for name in self.base.network.names}
        able = {name: one for name, one in self.pool.items() if self._can(name, one, card)} or dict(self.pool)
        dice, left = self._dice("network"), list(able)
        often = {**ranges.NETWORKS, **ranges.FAVOURED.get(card, {})}
        chosen: dict[str, Network] = {}
        for _ in range(2 if card == "two" and len(able) > 1 and self.base.layers is None else 1):
            name = dice.one(left, [often.get(one, 1.0) for one in left])
            left.remove(name)
            chosen[name] = able[name]
        return chosen

    def _can(self, name: str, network: Network, card: str) -> bool:
        """Whether a network has what is to be dreamed."""
        if self.base.layers is None:
            return card != "class" or bool(network.classes)
        with suppress(MarianaError):
            read(self.base.layers.terms, {name: network, **self.pool})
            return True
        return False

    def _subject(self, card: str, chosen: Pool) -> str:
        dice = self._dice("layers")
        return subject(card, dice, chosen) if self.base.guide is None else guided(dice, chosen)

    def _touches(self, card: str, size: float) -> list[Options]:
        """The decisions that join what is dreamed, first the ones that come with it."""
        own = [_settled(ranges.NOTHING, self._dice("nothing"), size)] if self.made_up else []
        if card in ranges.OWN and self.base.layers is None and self.base.guide is None:
            own.append(_settled(ranges.OWN[card], self._dice("own"), size))
        dice = self._dice("touches")
        kinds = [kind for kind in dice.shuffled(list(ranges.CHANCES)) if dice.below(ranges.CHANCES[kind])]
        found = []
        for kind in (kinds or [dice.one(("colour", "size", "depth"))])[: ranges.MOST]:
            touches, each = ranges.TOUCHES[kind], self._dice(kind)
            found.append(_settled(each.one(touches, [touch.weight for touch in touches]), each, size))
        return [*own, *found]

    def _fitting(self, options: Options, touches: Sequence[Options], heavy: float) -> Dream:
        """The look of `options` and as many of the `touches` as can stand beside each other and what is said."""
        made = self._with(options, heavy)
        for touch in touches:
            more = {name: value for name, value in touch.items() if name not in options}
            if not more or any(options.get(name, value) != value for name, value in touch.items() if _decided(name)):
                continue
            if "step_size" in more and self.base.step_rule != "mean":  # its unit is another one
                continue
            with suppress(UsageError):
                made, options = self._with({**options, **more}, heavy), {**options, **more}
        return made

    def _with(self, options: Options, heavy: float) -> Dream:
        """The look of what is said and `options`. Raises UsageError where one of them would do nothing."""
        left = {name: value for name, value in options.items() if name not in self.base.said}
        steps = left.get("first_steps")
        if heavy < 1 and isinstance(steps, int | float):
            left["first_steps"] = max(10, round(heavy * steps))
        look = self.base.taking(left)
        check_image(look.saying({*self.base.said, *left}))
        return look


def _usual_size(layers: Objective, networks: Pool) -> float:
    """How large motifs of these layers usually are, as a share of the picture's shorter side."""
    terms = read(layers.terms, networks)
    return max(networks[term.network].layer(one).view for term in terms for one in term.kind.layers) / USUAL_SIDE


def _decided(name: str) -> bool:
    """Whether two decisions that say something else of an option can't both be: of two numbers of steps one does."""
    return name != "first_steps"


def _settled(touch: ranges.Touch, dice: Dice, size: float) -> Options:
    """A decision with its numbers; motifs are so many times the usual `size`."""
    settled = {name: _value(value, name, dice) for name, value in touch.options.items()}
    if "motif_size" in settled:
        low = bounds_of(Dream)["motif_size"].low
        wanted = float(settled["motif_size"]) * size
        settled["motif_size"] = significant(min(max(wanted, low), ranges.LARGEST_MOTIF), 2)
    return settled


def _value(value: ranges.Value, name: str, dice: Dice) -> str | float:
    if isinstance(value, Between):
        number = dice.number(value)
        return round(number) if bounds_of(Dream)[name].whole else number
    return dice.one(value) if isinstance(value, tuple) else value
