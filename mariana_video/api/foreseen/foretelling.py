"""How long a job will take, learnt from the frames that it has made.

Frames cost differently by plan: a first one takes many steps, those that go on from it run the full size in turn with a
smaller one, schedules change the steps. What each is *expected* to cost, its weight, is known beforehand
(`api/effort.py`); what a weight costs on this machine is learnt. Costs are counted in seconds of the processor, which
others who use the machine hardly change; people get the clock's seconds, by how the two went together lately.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

ENOUGH = 5  # frames after which anything is said
_LATELY = 64  # frames that are learnt from
_BESIDE = 0.5  # what a frame is thought to cost beside its weight, in weights, …
_BELIEF = 0.5  # … and how many frames that thought counts for
_ROUNDS = 5  # of fitting, each with the trust that the one before gave
_FAR = 0.5  # a thing so far off, of what is expected, is trusted less
_SMALL = 1e-9

Clocks = Callable[[], tuple[float, float]]


def clocks() -> tuple[float, float]:
    """Seconds of the processor that this process has used, all its threads together, and seconds on the clock."""
    return time.process_time(), time.monotonic()


class Estimate:
    """What `count` things will cost, of which some are done. `weights` are their expected costs (None: all alike).

    Those beyond the weights cost nothing.
    """

    def __init__(self, count: int, weights: Sequence[float] | None = None) -> None:
        self._weights = deque([1.0] * count if weights is None else weights[:count])
        self._known: deque[tuple[float, float]] = deque(maxlen=_LATELY)
        self._weight = sum(self._weights)
        self.done = 0

    def add(self, cost: float) -> None:
        """The next one is done, and cost so much."""
        self.done += 1
        if self._weights:
            weight = self._weights.popleft()
            self._weight -= weight
            self._known.append((weight, max(0.0, cost)))

    def left(self) -> float | None:
        """What those that are left will cost; None while too little is known."""
        if not self._weights:
            return 0.0
        if self.done < ENOUGH:
            return None
        each, by_weight = fitted(self._known)
        return len(self._weights) * each + max(0.0, self._weight) * by_weight


def fitted(known: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """The cost of each thing, and the cost by its weight, that explain (weight, cost) pairs best: none below 0.

    Errors count in proportion to what is expected, so that dear things don't rule, and one far off counts little: the
    first may have taken ten times its due, for a machine has to warm up.
    """
    points = list(known)
    middle = sorted(cost for _, cost in points)[len(points) // 2]
    each, by_weight = max(middle, _SMALL), 0.0
    for _ in range(_ROUNDS):
        rows = [(weight, cost, _trust(cost, each + by_weight * weight, middle)) for weight, cost in points]
        each, by_weight = _solved(rows, _BELIEF / max(middle, _SMALL) ** 2)
    return each, by_weight


def _trust(cost: float, expected: float, middle: float) -> float:
    expected = max(expected, 0.1 * middle, _SMALL)
    off = abs(cost / expected - 1)
    return expected**-2 * (1 if off < _FAR else _FAR / off)


def _solved(rows: Sequence[tuple[float, float, float]], belief: float) -> tuple[float, float]:
    """Least squares of each + by_weight · weight − cost, trusted so much; the belief is one more row."""
    ones = belief + sum(trust for _, _, trust in rows)
    both = -_BESIDE * belief + sum(trust * weight for weight, _, trust in rows)
    squares = _BESIDE**2 * belief + sum(trust * weight**2 for weight, _, trust in rows)
    cost = sum(trust * cost for _, cost, trust in rows)
    weighed = sum(trust * weight * cost for weight, cost, trust in rows)
    each = (cost * squares - weighed * both) / max(ones * squares - both**2, _SMALL * ones * squares)
    if each <= 0:
        return 0.0, weighed / squares
    by_weight = (weighed - each * both) / squares
    return (each, by_weight) if by_weight > 0 else (cost / ones, 0.0)


class Foretelling:
    """An estimate of work in progress, by both clocks; it begins as it is made.

    `after` are seconds that come once all is done, of the processor and of the clock alike.
    """

    def __init__(
        self, count: int, weights: Sequence[float] | None = None, after: float = 0.0, clocks: Clocks = clocks
    ) -> None:
        self._estimate = Estimate(count, weights)
        self._after, self._clocks = after, clocks
        self._marks: deque[tuple[float, float]] = deque([clocks()], maxlen=_LATELY)
        self.began = self._marks[0]

    @property
    def done(self) -> int:
        """How many are done."""
        return self._estimate.done

    def step(self) -> None:
        """One more is done."""
        now = self._clocks()
        self._estimate.add(now[0] - self._marks[-1][0])
        if self.done == 2 and len(self._marks) == 2:
            self._marks.popleft()  # the first one keeps the machine busy in ways of its own
        self._marks.append(now)

    def cost(self) -> float | None:
        """Seconds of the processor that all of it takes, those done included."""
        left = self._estimate.left()
        return None if left is None else self._marks[-1][0] - self.began[0] + left + self._after

    def left(self) -> float | None:
        """Seconds on the clock that what is left takes."""
        left = self._estimate.left()
        if left is None:
            return None
        (busy, clock), (busy_now, clock_now) = self._marks[0], self._marks[-1]
        return self._after + left * max(clock_now - clock, _SMALL) / max(busy_now - busy, _SMALL)

    def whole(self) -> float | None:
        """Seconds on the clock that all of it takes, those done included."""
        left = self.left()
        return None if left is None else self._marks[-1][1] - self.began[1] + left

    def rate(self) -> float:
        """How many a second lately."""
        return (len(self._marks) - 1) / max(self._marks[-1][1] - self._marks[0][1], _SMALL)


def span(seconds: float) -> str:
    """Seconds as people say them: `40 s`, `12 min`, `3 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
