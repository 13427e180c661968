"""Dreamed frames while knobs are turned: a quick one first, then a sharper one; another turn stops the one before."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mariana_video.errors import Cancelled, DreamError
from mariana_video.recipe.kinds import PictureRecipe
from mariana_video.recipe.travel.reading import read_travelled
from mariana_video.recipe.values.timeline import START
from mariana_video.studio.folders import Visitor, write_text
from mariana_video.studio.hand import Answer, Hand

WIDE = 480
"""Pixels of a preview's width."""

_QUICK = 320  # of the quick one
_SHARE = 4  # of the steps of the whole dream, the quick one takes one in so many
_LEAST = 2  # steps of the quick one
_LONGEST = 180.0  # seconds that a preview may take: others wait for theirs
_SETTLE = 0.15  # seconds in which a knob that is being dragged may go on


@dataclass(frozen=True)
class Shot:
    """A preview that stands: `picture` by its name, and whether it is the `sharp` one."""

    picture: str
    sharp: bool
    seconds: float


class Previews:
    """Makes the previews of all visitors, one after the other, in a process that keeps torch loaded."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._now: dict[Visitor, tuple[int, Answer | None]] = {}
        self._lock = threading.Lock()

    def dream(
        self, visitor: Visitor, turn: int, source: str, look: str, at: float | None, width: int
    ) -> Iterator[Shot]:
        """The previews of a frame, `at` a time in seconds of a film: the quick one, then the sharp one.

        `turn` is what `begin` gave, `width` is the source's own. Ends without more where another one was asked for
        meanwhile. Raises MarianaError in the command line's words.
        """
        began = time.monotonic()
        folder = visitor.made("preview")
        time.sleep(_SETTLE)
        recipe = folder / f"look{turn % 8}.toml"
        write_text(recipe, look)
        steps = steps_of(look)
        for sharp, wide in ((False, min(_QUICK, width)), (True, min(WIDE, width))):
            name = f"{'sharp' if sharp else 'quick'}{turn % 8}.jpg"
            options: dict[str, Any] = {"size": f"{wide}x", **({} if at is None else {"at": at})}
            if not sharp:
                options["first_steps"] = max(_LEAST, round(steps / _SHARE))
            task = {"do": "dream", "source": source, "output": str(folder / name), "recipe": str(recipe)}
            try:
                if self._ask(visitor, turn, {**task, "options": options}) is None:
                    return
            except Cancelled:
                return
            yield Shot(f"preview/{name}?{turn}", sharp, time.monotonic() - began)

    def moving(self, visitor: Visitor, task: Mapping[str, Any]) -> dict[str, Any] | None:
        """The same of some seconds that move: what comes of a `task`; None where a knob was turned meanwhile."""
        try:
            return self._ask(visitor, self.begin(visitor), task)
        except Cancelled:
            return None

    def begin(self, visitor: Visitor) -> int:
        """A new turn of a visitor's: what he asked for before is stopped, and comes to nothing."""
        with self._lock:
            turn, answer = self._now.get(visitor, (0, None))
            if answer is not None:
                answer.stop()
            self._now[visitor] = turn + 1, None
            return turn + 1

    def is_now(self, visitor: Visitor, turn: int) -> bool:
        """Whether a visitor has asked for nothing else since."""
        with self._lock:
            return self._now[visitor][0] == turn

    def _ask(self, visitor: Visitor, turn: int, task: Mapping[str, Any]) -> dict[str, Any] | None:
        """What comes of a task; None where it is no longer wanted."""
        with self._lock:
            if self._now[visitor][0] != turn:
                return None
            end = time.monotonic() + _LONGEST
            answer = self._hand.ask(task, lambda said: answer.stop() if time.monotonic() > end else None, _LONGEST)
            self._now[visitor] = turn, answer
        try:
            return answer.wait()
        except Cancelled:
            if time.monotonic() > end:
                raise DreamError(f"it took longer than {_LONGEST:g} seconds: fewer --first-steps are quicker") from None
            raise


def steps_of(look: str) -> float:
    """How many steps an octave a look takes on a picture, at its beginning."""
    recipe = read_travelled(look, PictureRecipe).recipe
    assert isinstance(recipe, PictureRecipe)
    return recipe.dream.first()(START)
