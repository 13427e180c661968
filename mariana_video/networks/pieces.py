"""A network's shallow stages over a large picture, piece by piece.

They say as much of one pixel as the deep ones of a hundred. What they would keep for the gradient is not kept: each
piece is run again on the way back (Chen et al., "Training Deep Nets with Sublinear Memory Cost", arXiv 1604.06174,
2016). Pieces overlap by all that a position sees, so what comes out is what the whole gives, to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

from mariana_video.networks.tiles import Tile, tiles_of

AT_ONCE = 200_000  # positions of a piece of the first stages; later ones hold more of each
_ENDS = (4, 8)  # strides at which a part ends: what is kept there is little, what comes after takes a part of the work
_POOLED = 3  # positions a side, at most, of which pooling makes one
_TRIED = 16  # positions a side that a part is tried with

Stages = tuple[tuple[str, nn.Module], ...]


class Spaced(Protocol):
    """A layer, by how far apart its positions are and how much of the picture one of them sees."""

    @property
    def stride(self) -> int:
        """In pixels."""
        ...

    @property
    def view(self) -> int:
        """In pixels."""
        ...


@dataclass(frozen=True)
class Part:
    """Stages that follow each other. What goes in has a position each `stride` pixels, what comes out `ratio` times
    fewer; one of those sees `view` of these."""

    stages: tuple[nn.Module, ...]
    stride: int
    ratio: int
    view: int

    def __call__(self, x: Tensor) -> Tensor:
        """Of 1×C×h×w, as a whole."""
        for stage in self.stages:
            x = stage(x)
        return x

    def tiles(self, x: Tensor, *, looked_at: bool = False) -> tuple[Tile, ...]:
        """The pieces of what goes in."""
        shape = x.shape[-2], x.shape[-1]
        return tiles_of(shape, self.ratio, self.view, AT_ONCE // self.stride, looked_at=looked_at)

    def fits(self, x: Tensor) -> bool:
        """Whether it gives a position for each `ratio` of `x`, as stages that pad do: then pieces can be put together.

        Tried with a little of it.
        """
        if any(side % self.ratio for side in x.shape[-2:]):
            return False
        side = _TRIED * self.ratio
        with torch.no_grad():
            found = self(x.new_zeros(1, x.shape[1], side, side))
        return tuple(found.shape[-2:]) == (_TRIED, _TRIED)


def begun(x: Tensor, stages: Stages, layers: Mapping[str, Spaced], wanted: Collection[str]) -> tuple[Tensor, Stages]:
    """What the first stages make of `x` (1×C×h×w), piece by piece, and the stages that are left.

    Those from the first one that is `wanted` are always left.
    """
    if len(x) > 1:
        return x, stages
    for part in parts_of(stages, layers, wanted):
        if not part.fits(x):
            break
        x, stages = _InPieces.apply(x, part), stages[len(part.stages) :]
    return x, stages


def parts_of(stages: Stages, layers: Mapping[str, Spaced], wanted: Collection[str]) -> list[Part]:
    """The parts before the first stage that is `wanted`; each ends with pooling, which is no layer."""
    found: list[Part] = []
    some: list[nn.Module] = []
    stride, seen, last = 1, 1, None
    for (name, stage), (following, _) in pairwise(stages):
        if name in wanted:
            break
        some.append(stage)
        last, after = layers.get(name, last), layers.get(following)
        if name in layers or last is None or after is None or after.stride not in _ENDS or after.stride <= stride:
            continue
        view = math.ceil((last.view + (_POOLED - 1) * last.stride - seen) / stride) + 1
        found.append(Part(tuple(some), stride, after.stride // stride, view))
        stride, seen, some = after.stride, last.view, []
    return found


class _Context(FunctionCtx):
    part: Part
    saved_tensors: tuple[Tensor, ...]


class _InPieces(torch.autograd.Function):
    """A part, of which nothing but what goes in is kept for the gradient."""

    @staticmethod
    def forward(ctx: _Context, x: Tensor, part: Part) -> Tensor:
        ctx.part = part
        ctx.save_for_backward(x)
        made: Tensor | None = None
        for tile in part.tiles(x, looked_at=True):
            piece = part(_apart(tile.window(x)))
            if made is None:
                shape = (1, piece.shape[1], x.shape[-2] // part.ratio, x.shape[-1] // part.ratio)
                made = torch.empty(shape, dtype=x.dtype, device=x.device, memory_format=_layout(piece))
            tile.middle(made, part.ratio).copy_(tile.inner(piece, part.ratio))
        assert made is not None, "there is always a tile"
        return made

    @staticmethod
    def backward(ctx: _Context, slope: Tensor) -> tuple[Tensor, None]:
        (x,), part = ctx.saved_tensors, ctx.part
        found = torch.empty_like(x)
        for tile in part.tiles(x):
            window = _apart(tile.window(x.detach())).requires_grad_(True)
            with torch.enable_grad():
                piece = part(window)
            (one,) = torch.autograd.grad(piece, window, _apart(tile.window(slope, part.ratio)))
            tile.middle(found).copy_(tile.inner(one))
        return found, None


def _apart(window: Tensor) -> Tensor:
    """A copy, laid out as the whole is."""
    return window.clone(memory_format=_layout(window))


def _layout(x: Tensor) -> torch.memory_format:
    return torch.channels_last if x.stride(1) == 1 else torch.contiguous_format
