"""`mariana networks` and `mariana layers`: what can be dreamed with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from mariana_video.recipe.reading import declare
from mariana_video.recipe.values.networks import Networks

if TYPE_CHECKING:
    from mariana_video.networks.network import Network

_ZOO = "torchvision's own download at first use, or --weights FILE; dreams only"


def networks() -> None:
    """List the networks that can be dreamed with, with classes, accuracy and size."""
    from mariana_video.networks.weights import load_file, released
    from mariana_video.networks.zoo import NAMES

    rows: list[tuple[str, ...]] = [("network", "classes", "accuracy", "size", "suited layers")]
    here = released()
    rows += [_row(load_file(path), path) for path in here.values()]
    _print_table(rows)
    for name in (name for name in NAMES if name not in here):
        print(f"{name}  {_ZOO}")


def layers(
    network: Annotated[str, Parameter(name="--network")] = "mariana",
    *,
    weights: Annotated[Path | None, Parameter(negative=())] = None,
) -> None:
    """List a network's layers, with their channels, stride and view in pixels.

    Parameters
    ----------
    network
        A network's name (`mariana networks` lists them), also `vgg16@FILE`, or a weights file.
    weights
        A weights file for `inception_v3`, in place of torchvision's download, or for `vgg16`.
    """
    from mariana_video.dream.objectives.reading import sentences
    from mariana_video.networks.several import load_named

    said = declare("network", Networks).read(network)
    for found in load_named(said, weights, said.names).values():
        rows: list[tuple[str, ...]] = [("layer", "channels", "stride", "view")]
        rows += [(layer.name, *map(str, (layer.channels, layer.stride, layer.view))) for layer in found.layers.values()]
        _print_table(rows)
    print("\nwith --layers these can be written, joined by +:")
    _print_table([(example, means) for example, means in sentences()])


def _row(network: Network, path: Path) -> tuple[str, ...]:
    found = [part.get("balanced_accuracy") for part in network.metadata.get("accuracy", {}).values()]
    accuracy = " / ".join(f"{100 * value:.1f} %" for value in found if value is not None)
    size = f"{path.stat().st_size / 1e6:.1f} MB"
    said = accuracy or ("unknown" if network.classes else "dreams only")
    return (network.name, str(len(network.classes)), said, size, network.suited.layers)


def _print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
