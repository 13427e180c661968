"""Where a job's finished frames are kept until OUTPUT stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mariana_video.footage.plan import shots_between
from mariana_video.loop.state import Finished
from mariana_video.media.clock import Clock

if TYPE_CHECKING:
    from mariana_video.media.clip import Clip

OnNote = Callable[[str], None]
_LONGER = 1.25  # frames of the average rate: nothing that rounding makes


@dataclass(frozen=True)
class Film:
    """What a job makes.

    `clip` is the source whose sound and tags come along (None: a film of its own), `times` are all frames' times in
    seconds on its clock, `start` and `duration` the span of it in seconds, `size` is (width, height). `under` is a
    sound file to lie under a film of its own; an animation that is `endless` begins again and again. `last` is how long
    the last picture is shown in seconds, where it is known; `dreamed` is the (height, width) that is dreamed on, where
    it is another than that of `size`. `cuts` are the positions at which new shots begin: no part goes across one. In a
    film that is made by a list of shots, `shot_keys` has a checksum of all that each shot depends on: parts are known
    by it, and outlive other shots' changes. `recipe` is the text that travels with it.
    """

    clip: Clip | None
    size: tuple[int, int]
    rate: Fraction
    times: tuple[Fraction, ...]
    start: Fraction | None = None
    duration: Fraction | None = None
    under: Path | None = None
    endless: bool = True
    last: Fraction | None = None
    dreamed: tuple[int, int] | None = None
    cuts: frozenset[int] = frozenset()
    shot_keys: tuple[str, ...] = ()
    recipe: str | None = None

    @property
    def shots(self) -> tuple[range, ...]:
        """The positions of each shot's frames."""
        return shots_between(self.cuts, len(self.times))

    @property
    def stays(self) -> bool:
        """Whether its last picture is shown for longer than the others are."""
        return self.last is not None and self.last * self.rate > _LONGER

    @property
    def own_times(self) -> list[Fraction]:
        """All frames' times on the film's own clock, in seconds."""
        zero = self.clock(Fraction(1)).zero
        return [time - zero for time in self.times]

    def clock(self, time_base: Fraction) -> Clock:
        """The film's clock, in ticks of `time_base` seconds."""
        return Clock(self.clip, self.times[0], self.rate, time_base, self.start, self.duration)


class Store(Protocol):
    """What every kind of OUTPUT offers to a job."""

    def missing(self) -> Iterator[range]:
        """The runs of positions that are not kept yet, or not soundly, in order."""
        ...

    def add(self, position: int, done: Finished) -> None:
        """Keep the frame at `position`; one that is kept already is passed over. Raises OutputError."""
        ...

    def sync(self) -> None:
        """Flush all that was added to the disk. Raises OSError."""
        ...

    def close(self) -> None:
        """Let go of open files."""
        ...

    def border(self, position: int) -> bool:
        """Whether a part of the film ends with this frame."""
        ...

    def files(self, positions: range) -> tuple[Path, ...]:
        """Where what is finished of whole shots, at such `positions`, lies in the job's folder, or is to lie."""
        ...

    def fits(self, made: Path, place: Path) -> bool:
        """Whether a file made elsewhere is whole and holds the frames that the one at `place` is to hold."""
        ...

    def assemble(self, on_note: OnNote) -> Path:
        """The complete result, made beside the parts, read back and flushed. Raises OutputError."""
        ...
