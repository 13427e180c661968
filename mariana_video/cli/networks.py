"""`mariana networks` and `mariana layers`: what can be dreamed with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from mariana_video.cli.terminal.follow import already_finished, follow_pictures
from mariana_video.cli.video import Quiet
from mariana_video.recipe.kinds import SheetRecipe

if TYPE_CHECKING:
    from mariana_video.api.networks import Known

_WIDE = 100  # characters of a line


def networks() -> None:
    """List the networks that can be dreamed with, with classes, accuracy and size."""
    from mariana_video.api.networks import list_networks

    known = list_networks()
    rows: list[tuple[str, ...]] = [("network", "classes", "accuracy", "size", "suited layers")]
    _print_table(rows + [_row(one, one.file) for one in known if one.file is not None])
    print()
    _print_table([(one.name, one.layers, one.comes) for one in known if one.file is None])


def layers(
    network: Annotated[str | None, Parameter(name="NETWORK")] = None,
    output: Annotated[Path | None, Parameter(name="OUTPUT")] = None,
    /,
    *,
    recipe: SheetRecipe = SheetRecipe(),
    quiet: Quiet = False,
) -> None:
    """List a network's layers, with their channels, stride and view in pixels; or show what they dream, on a sheet.

    Parameters
    ----------
    network
        A network's name (`mariana networks` lists them), also `vgg16@FILE`, or a weights file. Default: `mariana`.
    output
        The sheet, .png or .jpg. Default: NETWORK-layers.png, or NETWORK-LAYER-channels.png.
    quiet
        No bar and no remarks; errors are still shown.
    """
    from mariana_video.api.sheet import asks_for_sheet, sheet, sheet_path, with_network

    asked = with_network(network, recipe)
    if not asks_for_sheet(asked, output):
        _list(asked)
        return
    made = sheet_path(output, asked)
    if not already_finished(str(made), asked.tiles.overwrite, quiet):
        follow_pictures(sheet(None, made, asked), quiet)


def _list(recipe: SheetRecipe) -> None:
    from mariana_video.api.networks import list_classes, list_kinds, list_layers

    asked = str(recipe.dream.network), recipe.dream.weights
    for found in list_layers(*asked).values():
        rows: list[tuple[str, ...]] = [("layer", "channels", "stride", "view")]
        rows += [(layer.name, *map(str, (layer.channels, layer.stride, layer.view))) for layer in found]
        _print_table(rows)
    print("\nwith --layers these can be written, joined by +:")
    _print_table(list_kinds())
    for name, classes in list_classes(*asked).items():
        if classes:
            print(f"\n{name} tells these apart, each dreamed by class(NAME):")
            print(fill(", ".join(classes), _WIDE, break_on_hyphens=False))


def _row(known: Known, file: Path) -> tuple[str, ...]:
    accuracy = " / ".join(f"{100 * value:.1f} %" for value in known.accuracies)
    said = accuracy or ("unknown" if known.classes else "dreams only")
    return (known.name, str(len(known.classes)), said, f"{file.stat().st_size / 1e6:.1f} MB", known.layers)


def _print_table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
