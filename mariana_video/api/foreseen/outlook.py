"""What a work will take, in figures: frames, time, memory and disk, as `--dry-run` tells them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import torch

from mariana_video.api.foreseen.effort import Effort
from mariana_video.api.foreseen.foretelling import span
from mariana_video.api.foreseen.sizes import bytes_of
from mariana_video.api.foreseen.trials import Cost, Trial, measured
from mariana_video.dream.room import free_memory
from mariana_video.job.stores.choice import is_animation
from mariana_video.job.stores.sample import Sample
from mariana_video.media.output import real, size_in_words

_GROWS = 250_000_000  # bytes that a long work takes beyond a trial, measured: states, queues that are full, joining


@dataclass(frozen=True)
class Outlook:
    """What a work will take, foretold by a few of its frames, which were dreamed in memory.

    `total` frames (pictures, of a contact sheet) of `size` (width, height), of which `left` are to be made; `seconds`
    on the clock from the first of them to the finished OUTPUT, and `seconds_left` of what is left. In bytes: `memory`
    at its peak, and `memory_free` of it now (None: unknown), on the `device`; `output` is OUTPUT, without sounds that
    come along, `folder` the work's folder at its largest, OUTPUT included until it gets its name, and `disk_free` what
    is free there.
    """

    total: int
    left: int
    size: tuple[int, int]
    seconds: float
    seconds_left: float
    device: str
    memory: int
    memory_free: int | None
    output: int
    folder: int
    disk_free: int

    def to_dict(self) -> dict[str, Any]:
        """All figures, by name, for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        width, height = self.size
        yield f"frames  {self.total} of {width}x{height}" + (
            f", {self.left} of them still to be made" if self.left < self.total else ""
        )
        left = f", of which {span(self.seconds_left)} are left" if self.left < self.total else ""
        yield f"time    about {span(self.seconds)}{left}, from the first frame until it stands"
        free = "" if self.memory_free is None else f"; {self.memory_free / 1e9:.1f} GB are free"
        yield f"memory  about {self.memory / 1e9:.1f} GB at its peak, on {self.device}{free}"
        yield (
            f"disk    about {size_in_words(self.output)}, and up to {size_in_words(self.folder)} while it is made; "
            f"{size_in_words(self.disk_free)} are free there"
        )


@dataclass(frozen=True)
class Looked:
    """What is known of a work before any trial: `total` pictures of `size` (width, height), made as `output`.

    They are of an `effort`, those at `left` (runs of positions) are to be made, and `trials` say what they cost on the
    `device`. `sample` begins one of how large they are; `beside` are the bytes of the work's folder beside them (None:
    it has no folder).
    """

    output: str
    size: tuple[int, int]
    total: int
    effort: Effort
    left: Sequence[range]
    trials: Sequence[Trial]
    device: torch.device
    sample: Callable[[], Sample]
    beside: int | None


def outlook_of(work: Looked, check: Callable[[], None]) -> Outlook:
    """What a work will take. Dreams the frames of its trials in memory, and writes nothing; `check` may stop it."""
    sample, free = work.sample(), free_memory(work.device)
    costs = [measured(trial, check, sample.add) for trial in work.trials]
    kept, after = sample.bytes_of_all(), work.effort.after(work.output, work.total)
    output = bytes_of(work.output, work.size, work.total) if is_animation(Path(work.output)) else kept
    return Outlook(
        total=work.total,
        left=sum(map(len, work.left)),
        size=work.size,
        seconds=_seconds(work, costs, [range(work.total)]) + after,
        seconds_left=_seconds(work, costs, work.left) + after,
        device=work.device.type,
        memory=max(_held(work.device) + _GROWS, *(trial.memory() for trial in work.trials)),
        memory_free=free,
        output=output,
        folder=output if work.beside is None else kept + output + work.beside,
        disk_free=shutil.disk_usage(real(work.output).absolute().parent).free,
    )


def _seconds(work: Looked, costs: Sequence[Cost], runs: Sequence[range]) -> float:
    """What the frames at `runs` of positions take; those beyond the weights are repeated, and cost next to nothing."""
    which = {position: number for number, trial in enumerate(work.trials) for position in trial.positions}
    positions, seconds = chain.from_iterable(runs), 0.0
    for position, weight in zip(positions, work.effort.of(runs), strict=False):
        trial, cost = work.trials[which[position]], costs[which[position]]
        seconds += cost.of(weight) + (trial.unseen * cost.each if position == 0 else 0.0)
    return seconds


def _held(device: torch.device) -> int:
    """The most bytes that this process has held so far where it dreams; 0 where nobody says."""
    if device.type == "cuda":
        return torch.cuda.max_memory_reserved(device)
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
