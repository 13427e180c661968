"""How long many workers will take: what is left, dealt out as the farm does it, the longest first."""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from mariana_video.api.foreseen.foretelling import Foretelling
from mariana_video.farm.errand import Item

_SOME = 0.02  # of the whole that has to be done before anything is said
_LATELY = 64  # words on how far it is that are learnt from
_SMALL = 1e-9


def makespan(weights: Iterable[float], workers: int, running: Sequence[float] = ()) -> float:
    """What passes until the last of `workers` is through with items of such `weights`, each in one piece.

    Whoever is free takes the heaviest that is left; `running` is what is left of those under way. (Graham 1969: never
    more than 4/3 of the best there is.)
    """
    free = sorted(running)[-workers:] if running else []
    free = [*free, *[0.0] * (workers - len(free))]
    heapq.heapify(free)
    for weight in sorted(weights, reverse=True):
        heapq.heappush(free, heapq.heappop(free) + weight)
    return max(free, default=0.0)


class SharedForetelling(Foretelling):
    """Tells the time that is left of items that many workers make at once.

    It learns what a weight takes by the clock from all that is told of steps; `workers` is how many take part now.
    """

    def __init__(self, items: Sequence[Item], after: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(sum(item.steps for item in items), None, after)
        self._clock = clock
        self._lately: deque[tuple[float, float, int, int]] = deque(maxlen=_LATELY)
        self.workers = 1
        self.begin(items)

    def begin(self, items: Sequence[Item]) -> None:
        """These are what is left by now: nothing of them is done."""
        self._items = {item.name: item for item in items}
        self._steps = dict.fromkeys(self._items, 0)
        self._whole = sum(item.weight for item in items)
        self._since = self._clock()
        self._lately.clear()

    def told(self, steps: Mapping[str, int]) -> int:
        """Items are so far; how many steps that is more than was known. What is made again counts once."""
        before = sum(self._steps.values())
        for name, number in steps.items():
            if name in self._steps:
                self._steps[name] = max(self._steps[name], min(number, self._items[name].steps))
        now = sum(self._steps.values())
        busy = max(1, min(self.workers, sum(1 for name in self._items if self._left(name) > 0) or 1))
        self._lately.append((self._clock(), self._spent(), now, busy))
        return now - before

    def left(self) -> float | None:
        """Seconds until all is there; None while too little is known."""
        spent = self._spent()
        if spent < _SOME * self._whole or len(self._lately) < 2:
            return None
        under_way = [self._left(name) for name, steps in self._steps.items() if 0 < steps < self._items[name].steps]
        waiting = [item.weight for name, item in self._items.items() if self._steps[name] == 0]
        return self._after + self._each() * makespan(waiting, max(1, self.workers), under_way)

    def whole(self) -> float | None:
        """Seconds that all of it takes, those that have passed included."""
        left = self.left()
        return None if left is None else self._clock() - self._since + left

    def rate(self) -> float:
        """How many steps a second lately, of all workers together."""
        if len(self._lately) < 2:
            return sum(self._steps.values()) / max(self._clock() - self._since, _SMALL)
        (first, _, before, _), (last, _, now, _) = self._lately[0], self._lately[-1]
        return (now - before) / max(last - first, _SMALL)

    def _each(self) -> float:
        """Seconds that one worker takes for a weight of one."""
        first, last = self._lately[0], self._lately[-1]
        busy = sum(one[3] for one in self._lately) / len(self._lately)
        return (last[0] - first[0]) * busy / max(last[1] - first[1], _SMALL)

    def _left(self, name: str) -> float:
        item = self._items[name]
        return item.weight * (1 - self._steps[name] / max(1, item.steps))

    def _spent(self) -> float:
        return self._whole - sum(map(self._left, self._items))
