"""What a worker does: gets what it lacks, sees that its bits are those of the command's machine, and makes an item.

One process makes item after item, and prepares itself once an errand. What it has half made stays on its machine, so
that another try there goes on from it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from mariana_video import __version__
from mariana_video.errors import MarianaError
from mariana_video.farm import transport
from mariana_video.farm.errand import Errand, Given, Item, Maker, Unlike

if TYPE_CHECKING:
    from ray import ObjectRef
    from ray.actor import ActorHandle

_OLD = 7 * 86_400.0  # seconds after which what an errand left is nobody's any more
_PREVIEW = "preview"

Sending = Mapping[str, Sequence[transport.Pieces]]


@dataclass(frozen=True)
class Made:
    """An item is made: its files are on their way."""

    item: str
    files: tuple[transport.Pieces, ...]


@dataclass(frozen=True)
class Lacks:
    """What a worker needs and hasn't: checksums of what is to be sent."""

    item: str
    checksums: tuple[str, ...]


@dataclass(frozen=True)
class LeftOut:
    """A worker that can't take part: which node it is on, and why. It is `unlike` where its bits are others."""

    item: str
    node: str
    host: str
    why: str
    unlike: bool


Told = Made | Lacks | LeftOut


@dataclass(frozen=True)
class Order:
    """One item, and all that it takes to make it.

    `errand` is wrapped in a list, so that nothing of it is read before it is known that the versions are the same;
    `threads` None leaves their number as Ray sets it; `every` are the seconds between two words on how far it is.
    """

    version: str
    errand: Sequence[ObjectRef]
    item: Item
    sending: Sending
    desk: ActorHandle
    threads: int | None
    every: float


_ready: dict[str, Maker] = {}
"""What this process has prepared: one errand's, the last one's."""


def work(order: Order) -> Told:
    """Makes an item, on whatever machine of a farm."""
    import ray

    node, host, item = ray.get_runtime_context().get_node_id(), socket.gethostname(), order.item
    if order.version != __version__:
        why = f"the film is made by mariana {order.version}, and this is {__version__}"
        return LeftOut(item.name, node, host, why, True)
    errand: Errand = ray.get(order.errand[0])
    try:
        folder = transport.own_folder() / errand.token[:24]
        folder.mkdir(exist_ok=True)
        _forget_old(folder)
        lacks = _prepare(errand, order, folder)
        if lacks:
            return Lacks(item.name, lacks)
        return _made(_ready[errand.token], errand, order, folder)
    except Unlike as error:
        return LeftOut(item.name, node, host, str(error), True)
    except MarianaError as error:
        return LeftOut(item.name, node, host, str(error), False)
    except OSError as error:
        return LeftOut(item.name, node, host, (error.strerror or str(error)).lower(), False)
    except (ray.exceptions.OutOfDiskError, ray.exceptions.ObjectStoreFullError):
        return LeftOut(item.name, node, host, "Ray has no room there for what it made", False)


def _prepare(errand: Errand, order: Order, folder: Path) -> tuple[str, ...]:
    """Makes this process ready for an errand; gives what it lacks for that."""
    if errand.token in _ready:
        return ()
    _ready.clear()  # one network in memory is enough
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command has it, before torch is loaded
    own = transport.own_folder() / transport.FILES
    found = {sent.path: transport.place_of(sent, own, order.sending) for sent in errand.sent}
    lacks = tuple(sent.checksum for sent in errand.sent if found[sent.path] is None)
    if not lacks:
        places = {path: place for path, place in found.items() if place is not None}
        if order.threads is not None:
            import torch

            torch.set_num_threads(order.threads)
        maker = errand.maker(places, folder)
        maker.probe(folder / "probe" / str(os.getpid()))
        _ready[errand.token] = maker
    return lacks


def _made(maker: Maker, errand: Errand, order: Order, folder: Path) -> Made:
    item = order.item
    with own_place(folder / "items", item.name) as place:
        telling = _Telling(order, place / f"{_PREVIEW}{errand.preview}" if errand.preview else None)
        given: Given = maker.make(item.name, place, telling.step)
        telling.end()
        made = Made(item.name, tuple(transport.put(given.base / name, name) for name in given.names))
        shutil.rmtree(place, ignore_errors=True)
    return made


@contextmanager
def own_place(items: Path, name: str) -> Iterator[Path]:
    """A folder to make an item in, which no other process uses: the first such one, with what is half made there.

    Another process may be at the same item: for a command that was killed a moment ago, or for one in another folder.
    Raises OSError.
    """
    import fcntl

    items.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        place = items / (name if number == 1 else f"{name} {number}")
        with place.with_name(f".{place.name}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            place.mkdir(exist_ok=True)
            yield place
            return


class _Telling:
    """Tells the desk now and then how far an item is."""

    def __init__(self, order: Order, preview: Path | None) -> None:
        self._desk, self._item, self._preview, self._every = order.desk, order.item.name, preview, order.every
        self._steps, self._told, self._shown = 0, 0.0, 0.0

    def step(self) -> None:
        """One more step is done."""
        self._steps += 1
        if time.monotonic() - self._told >= self._every:
            self.end()

    def end(self) -> None:
        """Tells it now. Nobody waits for the answer: what is lost is told again."""
        self._told = time.monotonic()
        self._desk.tell.remote(self._item, self._steps, self._picture())

    def _picture(self) -> bytes:
        """The preview's file, where there is a new one."""
        with contextlib.suppress(OSError):
            if self._preview is not None and (when := self._preview.stat().st_mtime) != self._shown:
                self._shown = when
                return self._preview.read_bytes()
        return b""


def preview_in(folder: Path, ending: str) -> Path | None:
    """Where an item's maker leaves a picture of how far it is."""
    return folder / f"{_PREVIEW}{ending}" if ending else None


def _forget_old(folder: Path) -> None:
    """Removes what errands of long ago left on this machine."""
    os.utime(folder)
    files = folder.parent / transport.FILES
    for other in [*folder.parent.iterdir(), *(files.iterdir() if files.is_dir() else ())]:
        with contextlib.suppress(OSError):
            if other.is_dir() and other != files and time.time() - other.stat().st_mtime > _OLD:
                shutil.rmtree(other, ignore_errors=True)


class Desk:
    """Where workers tell how far they are, and the command looks at it. Lives on one of the farm's machines."""

    def __init__(self) -> None:
        self._steps: dict[str, int] = {}
        self._picture = b""

    def tell(self, item: str, steps: int, picture: bytes) -> None:
        """An item is so far."""
        self._steps[item] = steps
        self._picture = picture or self._picture

    def seen(self) -> tuple[dict[str, int], bytes]:
        """What was told since it was last asked."""
        told = self._steps, self._picture
        self._steps, self._picture = {}, b""
        return told
