"""The device that networks run on."""

from __future__ import annotations

import ctypes
import os
import sys

import torch

from mariana_video.errors import UsageError

_first_used = list[int]()  # the process that first loaded a network, once one did


def check_not_forked() -> None:
    """See that this process was not forked from one that had loaded a network already (UsageError).

    Torch's threads are not there in such a process, and its first computation waits for them without end.
    """
    if not _first_used:
        _first_used.append(os.getpid())
    if _first_used[0] != os.getpid():
        raise UsageError(
            "this process was forked after mariana had been used, and torch can't compute in it: start processes with "
            'multiprocessing.get_context("spawn"), or fork before the first use'
        )


def choose_device(name: str = "auto") -> torch.device:
    """The device called `name`, or the best there is. Raises UsageError where the machine lacks it."""
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0][:120]
        raise UsageError(f"--device {name}: this machine can't use it ({reason}); use auto or cpu") from None
    return device


_TOLD = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"  # of glibc's malloc.h


class _Heap(ctypes.Structure):
    """What mallinfo2 tells."""

    _fields_ = tuple((name, ctypes.c_size_t) for name in _TOLD.split())


def give_back(above: int = 0) -> None:
    """Gives the system what was freed and the C library keeps, where it is known how, and is more than so many bytes.

    Blocks of many sizes leave gaps that no later one fits into: with large pictures as much as is in use. But what is
    given back is zeroed as it is taken again, which for a large frame is a seventh of its time.
    """
    if sys.platform != "linux":
        return
    library = ctypes.CDLL(None)
    trim, told = getattr(library, "malloc_trim", None), getattr(library, "mallinfo2", None)
    if above and told is not None:
        told.restype = _Heap
        if told().fordblks <= above:
            return
    if trim is not None:
        trim(0)
