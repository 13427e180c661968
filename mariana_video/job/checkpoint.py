"""The state of a job on disk: named float tensors in a safetensors file, with a checksum in its name."""

from __future__ import annotations

import contextlib
import re
import zlib
from pathlib import Path

import torch
from torch import Tensor

from mariana_video.loop.state import State
from mariana_video.media.files import write_whole

_NAMED = re.compile(r"state-(\d{8})-([0-9a-f]{8})\.safetensors")
_KEPT = 2  # the newest ones: one may be damaged
_TENSORS = "tensors."


def save(folder: Path, position: int, state: State) -> None:
    """Writes the state after the frame at `position`; of older ones, the latest and the furthest are kept.

    Raises OSError if the disk refuses.
    """
    from safetensors.torch import save as to_bytes

    stored = {"index": torch.tensor([state.index]), "source": state.source, "dream": state.dream}
    stored |= {_TENSORS + name: tensor for name, tensor in state.tensors.items()}
    # Copied, for safetensors refuses tensors that share their memory, as a dream without steps does with its source.
    kept = {name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format) for name, tensor in stored.items()}
    content = to_bytes(kept)
    before = sorted(_stored(folder), key=lambda path: path.stat().st_mtime_ns)
    write_whole(folder / f"state-{position:08d}-{zlib.crc32(content):08x}.safetensors", content)
    staying = {*before[1 - _KEPT :], *sorted(before)[-1:]}
    for path in before:
        if path not in staying:
            path.unlink(missing_ok=True)


def latest(folder: Path, before: int) -> tuple[int, State] | None:
    """The furthest sound state at a position under `before`, with its position. Damaged files are passed over."""
    for path in sorted(_stored(folder), reverse=True):
        found = _NAMED.fullmatch(path.name)
        assert found is not None
        if int(found[1]) >= before:
            continue
        with contextlib.suppress(OSError):
            content = path.read_bytes()
            if zlib.crc32(content) == int(found[2], 16):
                return int(found[1]), _state(content)
    return None


def forget(folder: Path, positions: range) -> None:
    """Removes the states after frames at `positions`."""
    for path in _stored(folder):
        if int(path.name[6:14]) in positions:
            path.unlink(missing_ok=True)


def reached(folder: Path) -> int:
    """How many frames the furthest state says are finished."""
    return max((int(path.name[6:14]) + 1 for path in _stored(folder)), default=0)


def _state(content: bytes) -> State:
    from safetensors.torch import load

    stored: dict[str, Tensor] = load(content)
    tensors = {name.removeprefix(_TENSORS): tensor for name, tensor in stored.items() if name.startswith(_TENSORS)}
    return State(int(stored["index"]), stored["source"], stored["dream"], tensors)


def _stored(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if _NAMED.fullmatch(path.name)]
