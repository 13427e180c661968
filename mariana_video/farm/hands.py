"""Items handed out to a farm and fetched back, the dearest first.

Who makes what, where, and again after a machine was lost, is Ray's to decide. Here it is seen to that no more is under
way than the farm has hands for, that workers of other bits are left out, and that whatever ends the work ends it there.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from mariana_video import __version__
from mariana_video.errors import FarmError
from mariana_video.farm import transport
from mariana_video.farm.cluster import HeadGone, Node, Share, check_head, nodes, share_of
from mariana_video.farm.errand import Errand, Item
from mariana_video.farm.worker import Desk, Lacks, LeftOut, Made, Order, Told, work
from mariana_video.recipe.values.farm import Farm

if TYPE_CHECKING:
    from ray import ObjectRef

_AHEAD = 2  # items under way for each worker, so that none waits for this machine
_LOOK = 0.5  # seconds between two looks at how far they are
_AGAIN = 5.0  # seconds between two looks at which machines are there
_PATIENCE = 20.0  # seconds without any machine, after which that is said
_WORDS = 200  # a second that all workers together may say of how far they are
_RETRIES = 3  # of Ray's, where a worker or its machine was lost
_LOST = 3  # times that what an item came to may be lost on its way


class Watch(Protocol):
    """Who is told of the work, and may end it by raising."""

    def check(self) -> None:
        """Raises where the work is to end."""
        ...

    def note(self, line: str) -> None:
        """A sentence for a person."""
        ...

    def steps(self, told: Mapping[str, int], /) -> None:
        """How many steps of items are done."""
        ...

    def workers(self, number: int) -> None:
        """How many workers take part now."""
        ...

    def picture(self, content: bytes) -> None:
        """The file of a picture that shows how far a worker is."""
        ...


class Hands:
    """A farm at work on one errand. `folder` is where what comes back lies until it is taken."""

    def __init__(self, farm: Farm, errand: Errand, items: Sequence[Item], folder: Path, watch: Watch) -> None:
        import ray

        self._farm, self._errand, self._folder, self._watch = farm, errand, folder, watch
        self._items = {item.name: item for item in items}
        self._queue = deque(sorted(items, key=lambda item: -item.weight))
        self._pending: dict[ObjectRef, str] = {}
        self._sending: dict[str, list[transport.Pieces]] = {}
        self._out: dict[str, str] = {}
        self._lost, self._refused = Counter[str](), dict[str, str]()
        self._looked, self._since = -_AGAIN, time.monotonic()
        self._machines: list[Node] = []
        self._share = Share(1, 0, None)
        try:
            self._errand_ref = ray.put(errand)
            self._desk: Any = ray.remote(num_cpus=0, max_restarts=-1)(Desk).remote()
        except ImportError as error:  # a head unpickles what clients send
            raise FarmError(
                f"the head of --farm {farm} lacks mariana {__version__} ({error}): install it there"
            ) from error
        self._seen: list[ObjectRef] = []
        self._asked = 0.0

    def made(self) -> Iterator[tuple[str, Path]]:
        """Every item, as it comes in: its name, and the folder that holds its files until the next is asked for."""
        import ray

        self._look()
        try:
            while self._queue or self._pending:
                self._watch.check()
                self._look()
                self._hand_out()
                self._ask()
                ready, _ = ray.wait([*self._pending, *self._seen], timeout=_LOOK)
                for ref in ready:
                    if ref in self._pending:
                        yield from self._taken(ref)
                    else:
                        self._tell(ref)
        except ConnectionError as error:
            if ray.is_initialized():
                raise
            raise HeadGone.of(self._farm) from error  # a client finds out by itself, in the midst of anything
        finally:
            self._end()

    def _look(self) -> None:
        """Sees which machines are there. Raises FarmError where none is left that could do it."""
        now = time.monotonic()
        if now - self._looked < _AGAIN:
            return
        self._looked = now
        check_head(self._farm)
        there = nodes()
        self._machines = [node for node in there if node.name not in self._out]
        self._share = share_of(self._farm, self._machines)
        workers = sum(self._share.workers(node) for node in self._machines)
        self._watch.workers(workers)
        if workers:
            self._since = now
        elif self._out and there and all(node.name in self._out for node in there):
            whys = "; ".join(dict.fromkeys(self._out.values()))
            raise FarmError(f"no worker of --farm {self._farm} can make this: {whys}")
        elif now - self._since > _PATIENCE:
            self._since = now
            self._watch.note(f"--farm {self._farm} has no free machine with a processor; waiting for one")

    def _hand_out(self) -> None:
        """Hands out items, as long as there are hands for them."""
        import ray

        workers = sum(self._share.workers(node) for node in self._machines)
        room, every = max(1, _AHEAD * workers), max(1.0, workers / _WORDS)
        task = ray.remote(num_cpus=self._share.cores, num_gpus=self._share.gpus, max_retries=_RETRIES)(work)
        if self._out:
            task = task.options(label_selector={"ray.io/node-id": f"!in({','.join(sorted(self._out))})"})
        while self._queue and len(self._pending) < room:
            item = self._queue.popleft()
            order = Order(__version__, [self._errand_ref], item, self._sending, self._desk, self._share.threads, every)
            self._pending[task.remote(order)] = item.name

    def _ask(self) -> None:
        """Asks the desk now and then."""
        now = time.monotonic()
        if not self._seen and now - self._asked >= _LOOK:
            self._asked = now
            self._seen = [self._desk.seen.remote()]

    def _tell(self, seen: ObjectRef) -> None:
        """Passes on how far workers are. A desk that is lost with its machine is set up anew by Ray."""
        import ray

        self._seen = []
        with contextlib.suppress(ray.exceptions.RayError):
            steps, picture = ray.get(seen)
            if picture:
                self._watch.picture(picture)
            if steps:
                self._watch.steps({name: number for name, number in steps.items() if name in self._pending.values()})

    def _taken(self, ref: ObjectRef) -> Iterator[tuple[str, Path]]:
        """What came of a task."""
        import ray

        name = self._pending.pop(ref)
        try:
            told: Told = ray.get(ref)
        except ray.exceptions.RayTaskError as error:
            raise FarmError(f"a worker failed at {name}: {_last(error)}; is mariana {__version__} there?") from error
        except (ray.exceptions.RayError, OSError) as error:
            raise FarmError(f"{name} could not be made, and Ray gave up: {_first(error)}") from error
        if isinstance(told, LeftOut):
            self._leave_out(told)
        elif isinstance(told, Lacks):
            self._send(told)
        else:
            yield from self._fetched(told)
            return
        self._queue.appendleft(self._items[name])

    def _fetched(self, made: Made) -> Iterator[tuple[str, Path]]:
        """The files of an item, brought here."""
        import ray

        place = self._folder / made.item
        try:
            for pieces in made.files:
                transport.fetch(pieces, place / pieces.entry.name)
        except ray.exceptions.RayError as error:  # the machine went before its files were here
            self._lost[made.item] += 1
            if self._lost[made.item] >= _LOST:
                raise FarmError(f"{made.item} was made {_LOST} times, and lost on its way: {_first(error)}") from error
            self._queue.appendleft(self._items[made.item])
            return
        self._watch.steps({made.item: self._items[made.item].steps})
        yield made.item, place

    def _leave_out(self, told: LeftOut) -> None:
        """A machine takes no part from now on. Raises FarmError for what a second one refuses, too."""
        if told.node not in self._out:
            self._out[told.node] = told.why
            hint = "; --mixed takes it as it is" if told.unlike else ""
            self._watch.note(f"{told.host} is left out: {told.why}{hint}")
        elif not told.unlike:
            return
        before = self._refused.setdefault(told.item, told.node)
        if before != told.node and not told.unlike:
            raise FarmError(f"{told.item}: {told.why}")
        self._looked = -_AGAIN

    def _send(self, told: Lacks) -> None:
        """Puts what workers lack where they can fetch it."""
        for sent in self._errand.sent:
            if sent.checksum in told.checksums and sent.checksum not in self._sending:
                files = [transport.put(sent.file(entry), entry.name) for entry in sent.entries]
                self._sending[sent.checksum] = files

    def _end(self) -> None:
        """Ends what is still under way: nobody goes on for a command that has stopped."""
        import ray

        if not ray.is_initialized():  # whoever asked now would start another farm
            return
        for ref in self._pending:
            with contextlib.suppress(Exception):  # the farm may be gone
                ray.cancel(ref, force=True)
        with contextlib.suppress(Exception):
            ray.kill(self._desk)


def _last(error: BaseException) -> str:
    """What went wrong at the bottom of it: the last line of a traceback."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


def _first(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
