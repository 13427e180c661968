"""How much memory there is, and how much of a picture may go through the networks at once for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from mariana_video.recipe.values.memory import Memory

STANDING = 800_000_000  # bytes of Python, torch and a network, before any picture
_WHOLE = 2000  # bytes that VGG16 takes for a pixel of a picture that goes through it as it is
_IN_PIECES = 600  # and of one whose shallow stages run piece by piece
_ONCE = 400_000_000  # and for a piece of those, however large the picture
_SHARE = 3  # networks take no more than one in so many bytes that there are
_SMALL = 300_000  # pixels of a picture that always goes through as it is

# Linux: a container's limit and use, by the two versions of control groups.
_GROUPS = (
    (Path("/sys/fs/cgroup"), "memory.max", "memory.current", "inactive_file"),
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


@dataclass(frozen=True)
class Room:
    """The room that there is for what networks keep for the gradient. No bit of it hangs on that.

    A picture of up to `whole` pixels goes through them as it is. Of a larger one `tile` pixels do at a time, shallow
    stages piece by piece. Where it is `tight`, what was freed is given back before as much of another shape is taken.
    """

    whole: int = 400_000
    tile: int = 2_400_000
    tight: bool = False


AMPLE = Room()


def room_in(memory: Memory | None, device: torch.device, beside: int = 0) -> Room:
    """What goes through the networks at once where the work may take so much memory; None: what is free.

    Of what was said, `beside` are the bytes that the work takes beside the networks: the rest is theirs.
    """
    amount = free_memory(device) if memory is None else memory.bytes - STANDING
    if amount is None:
        return AMPLE
    whole, tile = (amount // _SHARE // each for each in (_WHOLE, _IN_PIECES))
    whole = max(_SMALL, min(AMPLE.whole, whole))
    if memory is not None:
        tile = min(tile, (amount - beside - _ONCE) // _IN_PIECES)
    return Room(whole, max(1, min(AMPLE.tile, tile)), tight=memory is not None)


def standing(device: torch.device) -> int:
    """Bytes that this process has by now, with torch and the networks; on a graphics card that is no matter."""
    if device.type == "cuda":
        return 0
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:  # not Linux
        return STANDING
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), STANDING)


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
