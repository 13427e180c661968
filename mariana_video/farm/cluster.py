"""The connection to a farm: made, looked at, given up."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mariana_video.errors import FarmError, UsageError
from mariana_video.recipe.values.farm import Farm

_THREADS = 4  # of a worker in a cluster: more gain a dream little, and a machine has room for several workers
_STORE = 512 << 20  # bytes of this machine's memory for what goes between workers on it
_TRIES, _WAIT = 3, 2.0  # looks at a head that doesn't answer, and seconds that each may take
_MISSING = 'a --farm needs Ray, which is not installed here: pip install "mariana-video[farm]"'


def check_there(farm: Farm) -> None:
    """Raises UsageError on Windows and without Ray, FarmError where the head that is said does not answer."""
    from importlib.util import find_spec

    if sys.platform == "win32":
        raise UsageError(f"--farm {farm} does not work on Windows; leave it out, or use Linux (WSL has one)")
    found = find_spec("ray")
    if found is None or found.origin is None:  # without one it is just a folder of that name
        raise UsageError(_MISSING)
    if farm.head is not None:
        try:
            _call(farm.head)
        except OSError as error:
            told = (error.strerror or str(error)).lower()
            raise FarmError(
                f"--farm {farm} can't be reached: {told}; is its head running, with "
                "`ray start --head --ray-client-server-port=10001`, and does a firewall let this machine through?"
            ) from error


def _call(address: str) -> None:
    """Sees that somebody answers at HOST:PORT. Raises OSError."""
    host, _, port = address.rpartition(":")
    socket.create_connection((host, int(port)), _WAIT).close()


class HeadGone(FarmError):
    """The farm's head can't be reached any more."""

    @classmethod
    def of(cls, farm: Farm) -> HeadGone:
        """Says it."""
        return cls(f"the head of --farm {farm} is gone; what has come in is kept, and the same command goes on")


@dataclass(frozen=True)
class Node:
    """A machine of a farm, with what a task may ask of it."""

    name: str
    host: str
    cores: float
    gpus: float


@contextmanager
def connected(farm: Farm) -> Iterator[None]:
    """Ray, connected to a farm as long as this lasts. One that the caller is connected to already stays so.

    Raises FarmError where it can't be reached.
    """
    import ray

    if ray.is_initialized():
        if farm.workers is not None:
            raise UsageError(f"--farm {farm}: this process is connected to Ray already; give --farm auto")
        yield
        return
    with _silent():
        try:
            with _signals_kept():
                _connect(farm)
            yield
        finally:
            ray.shutdown()


def _connect(farm: Farm) -> None:
    import ray

    quiet: dict[str, Any] = {"logging_level": "CRITICAL", "log_to_driver": False}
    try:
        if farm.workers is None:
            ray.init(address=farm.text, **quiet)
        else:
            own = {"num_cpus": farm.workers, "include_dashboard": False, "object_store_memory": _STORE}
            with _environment("RAY_USAGE_STATS_ENABLED", "0"):  # a farm of one's own is nobody else's business
                ray.init(address="local", **own, **quiet)
    except Exception as error:  # Ray raises whatever comes to its mind
        told = str(error).strip().partition("\n")[0].rstrip(".")
        raise FarmError(
            f"--farm {farm} can't be reached: {told}; is its head running (`ray start --head`), of this version of "
            f"Ray ({ray.__version__}) and Python?"
        ) from error


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """A variable of the environment, where nobody has set it."""
    if name in os.environ:
        yield
        return
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Ray takes SIGTERM for itself; here it stops the work as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _silent() -> Iterator[None]:
    """Ray's remarks on workers that were lost would tear the bar: its logs and its dashboard have them."""
    from ray._private import worker

    before = worker.print_worker_logs
    worker.print_worker_logs = lambda *_: None
    try:
        yield
    finally:
        worker.print_worker_logs = before


def check_head(farm: Farm) -> None:
    """Raises FarmError where the farm's head can't be reached any more.

    Ray itself would end the whole process after a minute, without a word of ours.
    """
    import ray

    try:
        address: str = farm.head or ray.get_runtime_context().gcs_address
        for again in range(_TRIES, 0, -1):
            try:
                _call(address)
                return
            except OSError:
                if again == 1:
                    raise
                time.sleep(_WAIT)
    except Exception as error:  # Ray raises whatever comes to its mind
        raise HeadGone.of(farm) from error


def nodes() -> list[Node]:
    """The machines that are there now and can work."""
    import ray

    alive: list[Mapping[str, Any]] = [node for node in ray.nodes() if node["Alive"]]
    found = []
    for node in alive:
        resources = node["Resources"]
        cores = float(resources.get("CPU", 0))
        if cores >= 1:
            found.append(Node(node["NodeID"], node["NodeManagerHostname"], cores, float(resources.get("GPU", 0))))
    return found


@dataclass(frozen=True)
class Share:
    """What of a machine one worker takes."""

    cores: int
    gpus: int
    threads: int | None

    def workers(self, node: Node) -> int:
        """How many workers a machine has room for."""
        by_cores = int(node.cores) // self.cores
        return min(by_cores, int(node.gpus) // self.gpus) if self.gpus else by_cores


def share_of(farm: Farm, machines: list[Node]) -> Share:
    """What one worker takes: a few cores, and one of the GPUs where there are some."""
    if farm.workers is not None:
        return Share(1, 0, max(1, (os.cpu_count() or 1) // farm.workers))
    gpus = 1 if any(node.gpus >= 1 for node in machines) else 0
    fewest = min((int(node.cores) for node in machines if not gpus or node.gpus >= 1), default=1)
    return Share(max(1, min(_THREADS, fewest)), gpus, None)
