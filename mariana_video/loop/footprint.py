"""How much memory a dream will take, foretold before hours are spent, and how much there is."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

import torch
from torch import Tensor

from mariana_video.dream.ascent import padded_shape
from mariana_video.dream.room import STANDING, free_memory, standing
from mariana_video.dream.score import Score
from mariana_video.dream.tiled import tiles_for
from mariana_video.errors import DreamError
from mariana_video.loop.dreamer import Dreamer
from mariana_video.networks import pieces
from mariana_video.networks.network import CLASSES, Network
from mariana_video.recipe.values.memory import Memory


@dataclass(frozen=True)
class Beside:
    """Bytes besides the network, as `lines` (bytes at once, bytes a pixel) of which the highest counts.

    So many bytes a pixel less are taken where all that was freed is given back (`trimmed`).
    """

    lines: tuple[tuple[int, int], ...]
    trimmed: int = 0


# Measured at 640, 1920 and 3840 pixels (`benchmarks/memory.py`). Of a film frames read ahead, flow, the dream's state
# and the encoder come on top of what a picture needs.
STILL = Beside(((100_000_000, 150), (50_000_000, 187)), trimmed=45)
FILM = Beside(((300_000_000, 225),))
_SPARE = 1.37  # times what is kept for the gradient is taken on the way
_TILED = 90  # bytes a pixel of a tile that goes through the network in pieces, beside what is kept
_TRIAL = 64  # pixels a side, at least, of the picture that the network is tried with
_EVEN = 8  # sides that are proposed are multiples of it
STEP = 10**8
"""Amounts of memory that are proposed are multiples of it."""


@dataclass(frozen=True)
class Kept:
    """Bytes a pixel that networks keep for the gradient: of a picture as a whole, and where shallow stages go in pieces
    (None: they don't)."""

    whole: float
    in_pieces: float | None = None


def check_memory(
    dreamer: Dreamer,
    score: Score,
    size: tuple[int, int],
    dreamed: tuple[int, int] | None = None,
    beside: Beside = STILL,
) -> None:
    """See that dreams of `size` (width, height) fit into memory. Raises DreamError with what would.

    `dreamed` is the (height, width) of what is dreamed on, where it is not what suits the size; `beside` is FILM or
    STILL.
    """
    allowed = allowed_memory(dreamer)
    if allowed is None:
        return
    kept = kept_for_backward(score, dreamer.device)
    needed = memory_needed(dreamer, score, size, dreamed, kept, beside)
    if needed <= allowed:
        return
    said = dreamer.memory is not None and dreamer.memory.bytes <= allowed
    what = f"--memory allows {in_words(allowed)}" if said else f"{in_words(allowed)} can be had"
    told = f"a dream of {size[0]}x{size[1]} needs about {in_words(needed)} of memory, and {what}"
    raise DreamError(f"{told}; {_remedy(dreamer, score, size, dreamed, kept, beside, allowed)}")


def _remedy(
    dreamer: Dreamer,
    score: Score,
    size: tuple[int, int],
    dreamed: tuple[int, int] | None,
    kept: Kept,
    beside: Beside,
    allowed: int,
) -> str:
    """What would fit, in words."""

    def with_memory(amount: int) -> int:
        """Bytes needed where so many may be taken: the less, the smaller the tiles."""
        other = replace(dreamer, memory=Memory(amount))
        return memory_needed(other, replace(score, room=other.room), size, dreamed, kept, beside)

    def for_width(width: int) -> int:
        smaller = width, max(1, round(width * size[1] / size[0]))
        return memory_needed(dreamer, score, smaller, None, kept, beside)

    less = allowed // STEP * STEP
    if dreamer.memory is None and less > STANDING and with_memory(less) <= less:
        return f"--memory {Memory(less)} would do, in smaller tiles"
    more = ""
    if dreamer.memory is not None and dreamer.memory.bytes <= allowed:
        amount = next(amount for amount in count(less + STEP, STEP) if with_memory(amount) <= amount)
        more = f", or --memory {Memory(amount)}"
    fitting = fitting_width(for_width, size[0], allowed)
    other = "a larger --motif-size takes less, or other programs closed"
    return f"{other}{more}" if fitting is None else f"--size {fitting}x would fit{more}"


def fitting_width(needed: Callable[[int], int], width: int, allowed: int) -> int | None:
    """The largest width below `width` that needs no more bytes than are `allowed`; None where none does."""
    widths = range(_TRIAL, width, _EVEN)
    fitting = bisect(widths, allowed, key=needed)
    return widths[fitting - 1] if fitting else None


def memory_needed(
    dreamer: Dreamer,
    score: Score,
    size: tuple[int, int],
    dreamed: tuple[int, int] | None = None,
    kept: Kept | None = None,
    beside: Beside = STILL,
) -> int:
    """Bytes that this process will have taken when dreams of `size` (width, height) are made; on a graphics card those
    of the card. What `kept_for_backward` gives may be known."""
    shape = size[1], size[0]
    shapes = {shape, dreamed or dreamer.shape(shape)}
    kept = kept or kept_for_backward(score, dreamer.device)
    network = max(at_once(score, padded_shape(score, one, 0), kept) for one in shapes)
    pixels = max(map(math.prod, shapes))
    return math.ceil(standing(dreamer.device) + network + bytes_beside(pixels, beside, score.room.tight))


def bytes_beside(pixels: int, beside: Beside, tight: bool) -> int:
    """Bytes that pictures of so many pixels take beside the network."""
    return max(once + each * pixels for once, each in beside.lines) - beside.trimmed * pixels * tight


def at_once(score: Score, shape: tuple[int, int], kept: Kept) -> float:
    """Bytes that the gradient of a picture of `shape` (height, width) takes in the network."""
    pixels = tiles_for(score, shape)[0].pixels
    if kept.in_pieces is None or pixels <= score.room.whole:
        return _SPARE * kept.whole * pixels
    return _SPARE * kept.whole * pieces.AT_ONCE + (_TILED + kept.in_pieces) * pixels


def kept_for_backward(score: Score, device: torch.device) -> Kept:
    """What networks keep from the way forward for the gradient, found by a small trial."""
    side = max(_TRIAL, math.ceil(score.smallest / _TRIAL) * _TRIAL)
    picture = torch.zeros(1, 3, side, side, device=device)

    def all_of(picture: Tensor) -> object:
        return score(picture, {which: score.seen(which, picture.detach()) for which in score.beside})

    whole = _kept(all_of, picture, _parameters(score))
    shallow, between, parted = 0, 0, False
    for name, layers in score.asked.items():
        network = score.networks[name]
        x = picture.new_zeros(1, 1 if network.grey else 3, side, side, dtype=network.dtype)
        stages = tuple(network.body.named_children())
        for part in pieces.parts_of(stages, network.layers, network.stages(layers)):
            shallow += _kept(part, x, _parameters(score))
            with torch.inference_mode(False), torch.no_grad():
                x = part(x)
            between, parted = between + x.nbytes, True
    pixels = side**2
    return Kept(whole / pixels, (whole - shallow + between) / pixels if parted else None)


def _kept(run: Callable[[Tensor], object], x: Tensor, known: Sequence[Tensor]) -> int:
    """Bytes that are kept for the gradient of what is run on `x`; what is `known` is there anyway."""
    found = {tensor.untyped_storage().data_ptr(): 0 for tensor in known}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        found.setdefault(storage.data_ptr(), storage.nbytes())
        return tensor

    with torch.inference_mode(False), torch.enable_grad():
        x = x.clone().requires_grad_(True)
        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            made = run(x)
    del made
    return sum(found.values())


def _parameters(score: Score) -> list[Tensor]:
    return [parameter for name, layers in score.asked.items() for parameter in _of(score.networks[name], layers)]


def _of(network: Network, layers: Sequence[str]) -> Iterator[Tensor]:
    """A network's parameters, its classifier's where it is asked for."""
    yield from network.body.parameters()
    if network.head is not None and CLASSES in layers:
        yield from network.head.parameters()


def allowed_memory(dreamer: Dreamer) -> int | None:
    """Bytes that the work may take in all, what this process has by now included; None: unknown."""
    free = free_memory(dreamer.device)
    could = None if free is None else free + standing(dreamer.device)
    limits = [could, None if dreamer.memory is None else dreamer.memory.bytes]
    return min((limit for limit in limits if limit is not None), default=None)


def in_words(count: float) -> str:
    return f"{count / 1e9:.1f} GB"
