"""What a command is about to make: looked at from end to end before anything is begun, and made by `run`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from mariana_video.api.foreseen.foretelling import Foretelling
from mariana_video.errors import Cancelled, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mariana_video.api.foreseen.outlook import Outlook

T = TypeVar("T")
OnNote = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """One more of what a work makes: number `number` (from 1) of `total`, None where nobody knows how many there are.

    `picture` gives what is seen of it (float32 H×W×3, 0…1), where there is anything to see; `note` is a word on it,
    `phase` what the work is about, where it does one thing after the other, and `time` when a frame is shown, in
    seconds on its film's clock.
    """

    number: int
    total: int | None
    picture: Callable[[], NDArray[np.float32]] | None = None
    note: str = ""
    phase: str = ""
    time: Fraction | None = None

    @property
    def rgb(self) -> NDArray[np.float32] | None:
        """What is seen of it: float32 H×W×3, 0…1; None where there is nothing to see."""
        return None if self.picture is None else self.picture()


class Watch:
    """What a running work tells, and where it learns that it is to stop."""

    def __init__(self, on_made: Callable[[Made], None], note: OnNote, stopped: threading.Event) -> None:
        self._on_made, self.note, self._stopped = on_made, note, stopped

    def check(self, *_: object) -> None:
        """Raises Cancelled where somebody has asked for it; may be called as often as one likes."""
        if self._stopped.is_set():
            raise Cancelled("cancelled; nothing is lost: run it again, and it goes on")

    def made(self, made: Made) -> None:
        """One more stands."""
        self._on_made(made)
        self.check()


class Work(Generic[T]):
    """What is about to be made, of which nothing is begun yet.

    `total` things of a kind, `unit` ("frames", "pictures", "steps" …), of which `done` stand already; `size` is their
    (width, height), where they have one, and `notes` are remarks on what will be done. `weights` says what each of
    those that are left is expected to cost: how often the full picture goes through the network for it (None: all
    alike). What many make at once has a foretelling of its own, `foretold`.
    """

    def __init__(
        self,
        unit: str,
        total: int | None,
        make: Callable[[Watch], T],
        *,
        done: int = 0,
        size: tuple[int, int] | None = None,
        notes: Sequence[str] = (),
        weights: Sequence[float] | None = None,
        after: float = 0.0,
        output: str | Path | None = None,
        foresee: Callable[[Callable[[], None]], Outlook] | None = None,
        foretold: Foretelling | None = None,
    ) -> None:
        self.unit, self.total, self.done, self.size, self.notes = unit, total, done, size, tuple(notes)
        self.weights, self.after, self.output = weights, after, output
        self._make, self._foresee, self.foretold = make, foresee, foretold
        self._stopped, self._running = threading.Event(), threading.Lock()

    def __repr__(self) -> str:
        size = "" if self.size is None else f" of {self.size[0]}×{self.size[1]}"
        number = "" if self.total is None else f"{self.total} "
        stand = f", {self.done} of them done" if self.done else ""
        return f"Work({number}{self.unit}{size}{stand}; .run() makes {self.output or 'them'})"

    @property
    def passes(self) -> float | None:
        """How often the full picture will go through the network for what is left: the cost foretold."""
        return None if self.weights is None else sum(self.weights)

    def foretelling(self) -> Foretelling:
        """Tells the time that is left: `step()` it for each thing made, and ask `left()` for the seconds."""
        return self.foretold or Foretelling((self.total or 0) - self.done, self.weights, self.after)

    def foresee(self) -> Outlook:
        """What it will take: frames, time, memory, disk. A few frames are dreamed for that; nothing is written.

        Raises what refuses the work, UsageError where its kind can't be foreseen, and Cancelled after `cancel`.
        """
        if self._foresee is None:
            raise UsageError(f"{self!r} can't be foreseen: that is for films, dives and progressions")
        try:
            return self._foresee(self._check)
        finally:
            self._stopped.clear()

    def _check(self) -> None:
        if self._stopped.is_set():
            raise Cancelled("cancelled")

    def run(self, on_frame: Callable[[Made], None] = lambda made: None, on_note: OnNote = lambda note: None) -> T:
        """Makes what is left, and gives what it comes to: the path of OUTPUT, or the figures.

        `on_frame` gets each thing as it is made, `on_note` remarks. What either raises stops the work, as Ctrl-C and
        `cancel` do: what is finished is kept, and running again goes on from there.

        Raises Cancelled after `cancel`, UsageError where it is running already, else MarianaError in one line.
        """
        for name, function in (("on_frame", on_frame), ("on_note", on_note)):
            if not callable(function):
                raise UsageError(f"{name} is {function!r}; give a function")
        if not self._running.acquire(blocking=False):
            raise UsageError(f"{self!r} is running already")
        try:
            return self._make(Watch(on_frame, on_note, self._stopped))
        finally:
            self._stopped.clear()
            self._running.release()

    def then(self, after: Callable[[Watch], None]) -> Work[T]:
        """The same, after which `after` is done, too."""
        make = self._make

        def both(watch: Watch) -> T:
            made = make(watch)
            after(watch)
            return made

        self._make = both
        return self

    def cancel(self) -> None:
        """Stops it, from any thread: `run` raises Cancelled after its step; before `run`, at its start."""
        self._stopped.set()
