"""How much memory a dream will take, foretold before hours are spent, and how much there is."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor

from mariana_video.dream.ascent import padded_shape
from mariana_video.dream.score import Score
from mariana_video.dream.tiled import tiles_for
from mariana_video.errors import DreamError
from mariana_video.loop.dreamer import Dreamer
from mariana_video.networks.network import CLASSES, Network

BASE = 800_000_000  # bytes of Python, torch and the network, measured
_BESIDE = 850  # bytes a pixel besides the network: frames read ahead, flow, the dream's state (measured at 640 to 1920)
_TRIAL = 64  # pixels a side, at least, of the picture that the network is tried with
_EVEN = 8  # sides that are proposed are multiples of it

# Linux: a container's limit and use, by the two versions of control groups.
_GROUPS = (
    (Path("/sys/fs/cgroup"), "memory.max", "memory.current", "inactive_file"),
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


def check_memory(dreamer: Dreamer, score: Score, size: tuple[int, int], dreamed: tuple[int, int] | None = None) -> None:
    """See that dreams of `size` (width, height) fit into memory. Raises DreamError with a size that would.

    `dreamed` is the (height, width) of what is dreamed on, where it is not what suits the size.
    """
    free = free_memory(dreamer.device)
    if free is None:
        return
    needed = memory_needed(dreamer, score, size, dreamed)
    if needed <= free:
        return
    told = f"a dream of {size[0]}x{size[1]} needs about {_gigabytes(needed)} of memory, and {_gigabytes(free)} are free"
    widths = range(_TRIAL, size[0], _EVEN)
    each = kept_for_backward(score, dreamer.device)

    def for_width(width: int) -> int:
        return memory_needed(dreamer, score, (width, max(1, round(width * size[1] / size[0]))), each=each)

    fitting = bisect(widths, free, key=for_width)
    other = "a larger --motif-size takes less, or other programs closed"
    raise DreamError(f"{told}; " + (f"--size {widths[fitting - 1]}x would fit" if fitting else other))


def memory_needed(
    dreamer: Dreamer,
    score: Score,
    size: tuple[int, int],
    dreamed: tuple[int, int] | None = None,
    each: float | None = None,
) -> int:
    """Bytes that dreams of `size` (width, height) take; `each` is what the network keeps for a pixel, where known."""
    shape = size[1], size[0]
    shapes = {shape, dreamed or dreamer.shape(shape)}
    at_once = max(tiles_for(score, padded_shape(score, one, 0))[0].pixels for one in shapes)
    kept = kept_for_backward(score, dreamer.device) if each is None else each
    return math.ceil(BASE + _further(score) + at_once * kept + max(map(math.prod, shapes)) * _BESIDE)


def _parameters(score: Score) -> list[Tensor]:
    return [parameter for name, layers in score.asked.items() for parameter in _of(score.networks[name], layers)]


def _of(network: Network, layers: Sequence[str]) -> Iterator[Tensor]:
    """A network's parameters, its classifier's where it is asked for."""
    yield from network.body.parameters()
    if network.head is not None and CLASSES in layers:
        yield from network.head.parameters()


def _further(score: Score) -> int:
    """Bytes of the networks beside the first, whose body is in `BASE`."""
    first = score.networks[next(iter(score.asked))]
    return sum(one.nbytes for one in _parameters(score)) - sum(one.nbytes for one in first.body.parameters())


def kept_for_backward(score: Score, device: torch.device) -> float:
    """Bytes a pixel that the network keeps from the way forward for the gradient, found by a small trial."""
    side = max(_TRIAL, math.ceil(score.smallest / _TRIAL) * _TRIAL)
    found: dict[int, int] = {parameter.untyped_storage().data_ptr(): 0 for parameter in _parameters(score)}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        found.setdefault(storage.data_ptr(), storage.nbytes())
        return tensor

    with torch.inference_mode(False), torch.enable_grad():
        picture = torch.zeros(1, 3, side, side, device=device, requires_grad=True)
        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            kept = score(picture, {which: score.seen(which, picture.detach()) for which in score.beside})
    del kept
    return sum(found.values()) / side**2


def free_memory(device: torch.device) -> int | None:
    """Bytes that can still be had, on the graphics card or in this process's machine or container; None: unknown."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return free
    found = [_available(), *(_left(*group) for group in _GROUPS)]
    return min((amount for amount in found if amount is not None), default=None)


def _available() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:  # not Linux
        return None
    amounts = [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    return amounts[0] if amounts else None


def _left(group: Path, limit: str, used: str, idle: str) -> int | None:
    """Bytes that a container may still take; files that it read once and could forget don't count as used."""
    try:
        facts = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        taken = int((group / used).read_text()) - int(facts.get(idle, 0))
        return max(0, int((group / limit).read_text()) - taken)
    except (OSError, ValueError):  # no such limit, or "max"
        return None


def _gigabytes(count: float) -> str:
    return f"{count / 1e9:.1f} GB"
