"""Which pictures a sheet is made of, and what each of them dreams."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mariana_video.dream.objectives.kind import Parted
from mariana_video.dream.objectives.reading import read
from mariana_video.errors import UsageError
from mariana_video.networks.network import Network
from mariana_video.recipe.group import bounds_of
from mariana_video.recipe.look import Dream
from mariana_video.recipe.values.objective import Objective

# Most channels of a deep layer say nothing of grey, and from nothing no motif can grow: a little of the whole layer
# begins in their place, and is drowned once they speak.
_LAYER = 0.01
_FIRST_STEPS = 30
_SMALLEST = 96  # pixels of a channel's picture: smaller ones are stamps
_LARGEST = 20_000  # pixels of a sheet's side: what viewers still open


@dataclass(frozen=True)
class Tile:
    """A picture of a sheet: its `label`, its `layers` as --layers says them, and how many pixels they see."""

    label: str
    layers: str
    view: int


def layer_tiles(networks: Mapping[str, Network]) -> tuple[Tile, ...]:
    """Every layer of `networks`, shallow to deep."""
    return tuple(
        Tile(said, said, layer.view)
        for name, network in networks.items()
        for layer in network.layers.values()
        for said in [_said(networks, name, layer.name)]
    )


def channel_tiles(objective: Objective, networks: Mapping[str, Network]) -> tuple[Tile, ...]:
    """Every channel that an objective names, in its order, none twice; a layer names all of its own.

    Raises UsageError for anything else that can be written, NetworkError on what a network does not have.
    """
    tiles: list[Tile] = []
    for term in read(objective.terms, networks):
        kind, network = term.kind, networks[term.network]
        if not objective.constant or term.weight != 1 or not isinstance(kind, Parted):
            raise UsageError(f"--channels {objective}: give layers, or channels of them, such as conv4_3[17]")
        (layer,) = kind.layers
        said = _said(networks, term.network, layer)
        tiles += [
            Tile(f"{said}[{number}]", f"{said}[{number}] + {_LAYER:g}*{said}", network.layers[layer].view)
            for number in kind.numbers(network)
        ]
    return tuple(dict.fromkeys(tiles))


def _said(networks: Mapping[str, Network], name: str, layer: str) -> str:
    return layer if len(networks) == 1 else f"{name}:{layer}"


def channel_side(tiles: Sequence[Tile]) -> int:
    """Pixels of a channel's picture a side: as many as its layer sees."""
    return max(_SMALLEST, *(tile.view for tile in tiles))


def channel_dream_of(tile: Tile, dream: Dream, side: int) -> Dream:
    """How the channel of a tile is dreamed on a picture of so many pixels a side; what is said of it holds."""
    bounds = bounds_of(Dream)["motif_size"]
    size = round(min(max(tile.view / side, bounds.low), bounds.high), 3)
    usual = {"first_steps": _FIRST_STEPS, "motif_size": size}
    return dream.but(layers=tile.layers, **{name: usual[name] for name in usual if name not in dream.said})


def columns_of(count: int) -> int:
    """How many of `count` pictures stand side by side: about 4 of 3, so that the last row is as full as can be."""
    middle = math.ceil(math.sqrt(count * 4 / 3))
    return min((middle, middle + 1, max(1, middle - 1)), key=lambda columns: -count % columns)


def check_sheet_size(count: int, columns: int, size: tuple[int, int], fewer: str) -> None:
    """See that so many pictures of `size` (width, height) make a sheet that can be opened.

    Raises UsageError; `fewer` says in words how to ask for fewer of them.
    """
    sides = columns * size[0], -(-count // columns) * size[1]
    if max(sides) > _LARGEST:
        raise UsageError(
            f"{count} pictures of {size[0]}x{size[1]} in {columns} columns make a sheet of {sides[0]}x{sides[1]} "
            f"pixels, and {_LARGEST} a side are the most: give a smaller --size, other --columns, or {fewer}"
        )
