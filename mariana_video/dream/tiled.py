"""The gradient of a score in a picture of any size: a large picture goes through the network tile by tile.

What the whole says counts, not what a tile does: the regions that channels are shared out in are added up over all
tiles first, and each tile carries back its part. So a gradient is that of the whole picture, however it is cut up, to
the last bit where convolutions give the same bits in a part as in the whole, as they do on processors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from mariana_video.dream.objectives.kind import Beside
from mariana_video.dream.room import AMPLE
from mariana_video.dream.score import Score, Seen
from mariana_video.networks.device import give_back
from mariana_video.networks.regions import Sums, slope_of
from mariana_video.networks.tiles import Laid, Parted, Tile, tiles_of

_WHOLE = 1_200_000  # pixels of a picture that is never cut up
_GRID = 8  # padded sides are multiples of it, and of the stride: no row is lost in pooling
_FORWARD = 3  # a picture that is only looked at costs a third of one whose gradient is wanted

Spots = Mapping[tuple[str, str], Tensor]
"""Something of each layer, by network and layer."""


@dataclass(frozen=True)
class Slope:
    """The `score` of a picture, its `gradient` (1×3×H×W), and how far its goals are still (see `Score.valued`)."""

    score: float
    gradient: Tensor
    left: Tensor | None = None

    def part(self, top: int, left: int, height: int, width: int) -> Slope:
        """That of a part of the picture."""
        rows, columns = slice(top, top + height), slice(left, left + width)
        far = None if self.left is None else self.left[..., rows, columns].contiguous()
        return Slope(self.score, self.gradient[..., rows, columns].contiguous(), far)


def gradient_of(score: Score, picture: Tensor, others: Mapping[Beside, Tensor]) -> Slope:
    """The score of a padded `picture` (1×3×H×W) and its gradient, the pictures that terms go by beside it."""
    if goes_in_parts(score, picture.shape):
        whole, far = torch.empty_like(picture), torch.empty_like(picture[:, :1])
        found, goals = lay_gradient(score, picture, others, whole, far)
        return Slope(found, whole, far if goals else None)
    seen = {which: _seen(score, which, others[which]) for which in score.beside}
    picture = _laid_out(picture).requires_grad_(True)
    value, left = score.valued(picture, seen)
    (gradient,) = torch.autograd.grad(value, picture)
    return Slope(float(value.detach()), gradient.float(), left)


def goes_in_parts(score: Score, shape: Sequence[int]) -> bool:
    """Whether a padded picture of `shape` (…, height, width) goes through the network part by part."""
    return len(tiles_for(score, (shape[-2], shape[-1]))) > 1 or _in_parts(score, shape)


def lay_gradient(
    score: Score, picture: Parted, others: Mapping[Beside, Parted], whole: Laid, far: Laid
) -> tuple[float, bool]:
    """The score of a padded `picture` that goes in parts; its gradient is laid on `whole`.

    How far its goals are still is laid on `far`, and it is said whether it was: see `Slope`.
    """
    if score.room.tight:
        give_back()
    tiles = tiles_for(score, (picture.shape[-2], picture.shape[-1]))
    found = _Tiled(score, picture, others, tiles).laid(whole, far)
    if score.room.tight:
        give_back()
    return found


def grid_of(score: Score) -> int:
    """Sides of what goes through the network are multiples of it."""
    return math.lcm(_GRID, score.stride)


def tiles_for(score: Score, shape: tuple[int, int], *, looked_at: bool = False) -> tuple[Tile, ...]:
    """The tiles in which a padded picture of `shape` (height, width) goes through the network.

    A mean activation is followed to the letter, as what it follows has it: in one piece.
    """
    largest = math.prod(shape)
    if largest > _WHOLE and score.measure != "mean":
        largest = _at_once(score)
    return tiles_of(shape, grid_of(score), score.view, largest, looked_at=looked_at)


def _at_once(score: Score) -> int:
    """Pixels of a tile of a large picture.

    Of one size always where what they give hangs on it a little: of a network whose layers don't lie on the picture's
    grid, and of terms that are means over places, unless it was said how much memory there is.
    """
    room = score.room
    if not score.aligned or (score.pooling(False).terms and not room.tight):
        return AMPLE.tile
    return room.tile


def pushed(score: Score, shape: tuple[int, int]) -> int:
    """The pixels that go through networks, each counting, for the gradient of a padded picture of `shape`."""
    tiles = tiles_for(score, shape)
    passes = (len(score.asked) + len(score.beside) / _FORWARD) * sum(tile.pixels for tile in tiles)
    if len(tiles) > 1 and _in_parts(score, shape):
        looked = sum(tile.pixels for tile in tiles_for(score, shape, looked_at=True))
        passes += len(score.pooling(True).asked) / _FORWARD * looked
    return round(passes)


def _in_parts(score: Score, shape: Sequence[int]) -> bool:
    """Whether regions are added up: those of a single tile as well, so that no bits hang on the tiles."""
    large = math.prod(shape[-2:]) > _WHOLE and score.measure != "mean"
    return large and bool(score.pooling(True).terms) and score.aligned


@dataclass(frozen=True)
class _Tiled:
    """The gradient of a `picture`, tile by tile."""

    score: Score
    picture: Parted
    others: Mapping[Beside, Parted]
    tiles: tuple[Tile, ...]

    @cached_property
    def _pooling(self) -> Score:
        """The terms that are found for the whole picture first."""
        found = self.score.pooling(True)
        return found if _in_parts(self.score, self.picture.shape) else self._none(found)

    @cached_property
    def _local(self) -> Score:
        """The others."""
        return self.score.pooling(False) if self._pooling.terms else self.score

    @staticmethod
    def _none(score: Score) -> Score:
        return Score(score.networks, (), score.measure, score.room)

    def laid(self, whole: Laid, far: Laid) -> tuple[float, bool]:
        """The score, and whether goals are known; laid on `whole` and `far`, see `lay_gradient`."""
        kept, total, wanted = None, 0.0, dict[tuple[str, str], Tensor]()
        if self._pooling.terms:
            kept, total, wanted = self._regional()
        guide: dict[Beside, Seen] = {}
        if "guide" in self._local.beside:
            guide["guide"] = _seen(self._local, "guide", whole_of(self.others["guide"]))
        pixels, goals = math.prod(self.picture.shape[-2:]), not self._pooling.terms
        for tile in self.tiles:
            window, said = kept or self._said(tile)
            seen = dict(guide)
            if "source" in self._local.beside:
                seen["source"] = _seen(self._local, "source", tile.window(self.others["source"]))
            slopes = {at: self._carried(said, at, one, tile) for at, one in wanted.items()}
            outputs, weights = [said[name][layer] for name, layer in slopes], list(slopes.values())
            if self._local.terms:
                value, left = self._local.judged(said, window.shape[-2:], seen)
                outputs.append(value)
                weights.append(torch.full_like(value, tile.pixels / pixels))  # it is a mean over the tile
                total += float(value.detach()) * tile.kept / pixels
                goals = goals and left is not None
                if goals and left is not None:
                    tile.lay(left, far)
            (gradient,) = torch.autograd.grad(outputs, window, weights)
            tile.lay(gradient, whole)
        return total, goals

    def _regional(self) -> tuple[tuple[Tensor, Seen] | None, float, dict[tuple[str, str], Tensor]]:
        """The score of the whole picture's regions, the gradient for those of each layer, and what was said.

        What a single tile says is kept, for it needs not be asked again.
        """
        sums, kept = self._sums(), None
        if len(self.tiles) == 1:
            kept = self._said(self.tiles[0])
            self._add(sums, kept[1], self.tiles[0])
        else:
            self._look(sums, self.picture)
        regions = {at: one.means().requires_grad_(True) for at, one in sums.items()}
        value, _ = self._pooling.judged({}, (), self._beside(), _by_network(regions))
        slopes = torch.autograd.grad(value, list(regions.values()))
        return kept, float(value.detach()), dict(zip(regions, slopes, strict=True))

    def _sums(self) -> dict[tuple[str, str], Sums]:
        asked, shape = self._pooling.asked, self.picture.shape[-2:]
        found = {}
        for name, layer in ((name, layer) for name, layers in asked.items() for layer in layers):
            network = self.score.networks[name]
            stride = network.layer(layer).stride
            natural = float(network.natural(layer).squares.mean())
            found[name, layer] = Sums((shape[0] // stride, shape[1] // stride), natural)
        return found

    def _add(self, sums: Mapping[tuple[str, str], Sums], said: Seen, tile: Tile) -> None:
        for (name, layer), one in sums.items():
            stride = self.score.networks[name].layer(layer).stride
            one.add(tile.inner(said[name][layer], stride), tile.core[0] // stride, tile.core[2] // stride)

    def _beside(self) -> dict[Beside, Seen]:
        """What the source says, where terms ask how loud each channel is in all of it."""
        if "source" not in self._pooling.beside:
            return {}
        sums = self._sums()
        self._look(sums, self.others["source"])
        return {"source": _by_network({at: one.size() for at, one in sums.items()})}

    def _look(self, sums: Mapping[tuple[str, str], Sums], picture: Parted) -> None:
        """Adds up all that networks say of a picture."""
        for tile in tiles_for(self.score, (picture.shape[-2], picture.shape[-1]), looked_at=True):
            with torch.no_grad():
                self._add(sums, self.score.responses(_laid_out(tile.window(picture))), tile)

    def _said(self, tile: Tile) -> tuple[Tensor, Seen]:
        window = _laid_out(tile.window(self.picture)).requires_grad_(True)
        return window, self.score.responses(window)

    def _carried(self, said: Seen, at: tuple[str, str], slopes: Tensor, tile: Tile) -> Tensor:
        """The gradient for a layer's responses in a tile, from that for the regions."""
        stride, shape = self.score.networks[at[0]].layer(at[1]).stride, self.picture.shape[-2:]
        whole = shape[0] // stride, shape[1] // stride
        return slope_of(said[at[0]][at[1]], slopes, whole, tile.top // stride, tile.left // stride)


def _by_network(spots: Spots) -> dict[str, dict[str, Tensor]]:
    found: dict[str, dict[str, Tensor]] = {}
    for (name, layer), one in spots.items():
        found.setdefault(name, {})[layer] = one
    return found


def whole_of(picture: Parted) -> Tensor:
    """All of it."""
    everything = slice(None)
    return picture[everything, everything, everything, everything]


def _laid_out(picture: Tensor) -> Tensor:
    return picture.detach().clone(memory_format=torch.channels_last)


def _seen(score: Score, which: Beside, other: Tensor) -> Seen:
    return score.seen(which, other.contiguous(memory_format=torch.channels_last))
