"""The connection to a farm: made, looked at, given up."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mariana_video.errors import FarmError, UsageError
from mariana_video.recipe.values.farm import Farm

_THREADS = 4  # of a worker in a cluster: more gain a dream little, and a machine has room for several workers
_STORE = 512 << 20  # bytes of this machine's memory for what goes between workers on it
_MISSING = 'a --farm needs Ray, which is not installed here: pip install "mariana-video[farm]"'


def check_there() -> None:
    """Raises UsageError where Ray isn't installed."""
    from importlib.util import find_spec

    if find_spec("ray") is None:
        raise UsageError(_MISSING)


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
    with _signals_kept():
        _connect(farm)
    try:
        yield
    finally:
        ray.shutdown()


def _connect(farm: Farm) -> None:
    import ray

    os.environ.setdefault("RAY_DEDUP_LOGS", "0")
    quiet: dict[str, Any] = {"logging_level": "CRITICAL", "log_to_driver": False}
    try:
        if farm.workers is None:
            ray.init(address=farm.text, **quiet)
        else:
            own = {"num_cpus": farm.workers, "include_dashboard": False, "object_store_memory": _STORE}
            ray.init(address="local", **own, **quiet)
    except Exception as error:  # Ray raises whatever comes to its mind
        told = str(error).strip().partition("\n")[0].rstrip(".")
        raise FarmError(
            f"--farm {farm} can't be reached: {told}; is its head running (`ray start --head`), of this version of "
            f"Ray ({ray.__version__}) and Python?"
        ) from error


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


def nodes() -> list[Node]:
    """The machines that are there now and can work. Raises what Ray raises where its head is gone."""
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
