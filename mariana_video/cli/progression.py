"""`mariana progress`: the steps of one dream, as a film, a folder, or a contact sheet; and comparisons."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from mariana_video.cli.making import Shown, bytes_of, check_kind, foretell_size, usual_size, write_film
from mariana_video.cli.progress import Bar, say
from mariana_video.errors import UsageError
from mariana_video.recipe.job import Encoding, Machine
from mariana_video.recipe.options import Ascent, Recipe
from mariana_video.recipe.progress import Progress, Variant, variants

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mariana_video.film.dreamer import Dreamer
    from mariana_video.film.progress import Progressed
    from mariana_video.meters.convergence import Curve

_FLAG = Parameter(negative=())
_SHEETS = (".png", ".jpg", ".jpeg")
_USUAL, _ON_A_SHEET = 48, 12
_SHEET_SIDE = 320  # pixels of a picture's longer side on a contact sheet, where no size is asked for


@dataclass(frozen=True)
class Cell:
    """One place of a comparison: its words, what dreams in it, and the steps that are shown."""

    column: str
    row: str
    dreamer: Dreamer
    shown: tuple[int, ...]


def progress(
    source: Path,
    output: str,  # a text, for a path forgets the "/" at its end
    /,
    *,
    ascent: Ascent = Ascent(),
    progress: Progress = Progress(),
    at: float | None = None,
    play_once: Annotated[bool, _FLAG] = False,
    machine: Machine = Machine(),
    encoding: Encoding = Encoding(),
    quiet: Annotated[bool, _FLAG] = False,
) -> None:
    """Show how a picture becomes a dream, step by step; or set options side by side in one picture.

    Parameters
    ----------
    source
        A picture, or a video (its frame --at).
    output
        .gif, .webp, .mp4 … for a film; a name that ends in / for a folder of PNGs; .png or .jpg for a contact sheet,
        which of a comparison shows the last pictures.
    at
        The frame of a video at so many seconds. Default: its first.
    play_once
        An animation that stops at its end. Default: it begins again and again.
    quiet
        No bar and no remarks; errors are still told.
    """
    from mariana_video.media.output import check_output

    on_a_sheet = Path(output).suffix.lower() in _SHEETS and not output.endswith("/")
    if not on_a_sheet:
        check_kind(output)
    check_output(output, source, encoding.overwrite)
    columns, rows = (
        variants(ascent, progress.columns, "columns"),
        [variants(one.dream, progress.rows, "rows") for one in variants(ascent, progress.columns, "columns")],
    )
    if progress.plot is not None:
        _check_plot(progress.plot, source, encoding.overwrite)

    from mariana_video.meters.convergence import Curve

    picture = _picture(source, at, progress, output, on_a_sheet)
    cells = _cells(columns, rows, progress, machine, picture.shape[:2], on_a_sheet)
    curves = [Curve(" · ".join(filter(None, (cell.row, cell.column))) or str(source.name)) for cell in cells]
    if on_a_sheet:
        _sheet(output, picture, cells, len(columns), curves, quiet)
    else:
        _film(output, picture, cells, len(columns), curves, progress, encoding, not play_once, quiet)
    if progress.plot is not None:
        _plot(progress.plot, curves)
        say(f"{progress.plot}: how it converges", quiet)


def _check_plot(plot: Path, source: Path, overwrite: bool) -> None:
    from mariana_video.media.output import check_output

    endings = (".png", ".svg", ".pdf", ".csv")
    if plot.suffix.lower() not in endings:
        raise UsageError(f"--plot {plot}: these endings work: {', '.join(endings)}")
    check_output(plot, source, overwrite)


def _picture(source: Path, at: float | None, progress: Progress, output: str, on_a_sheet: bool) -> NDArray[np.float32]:
    from mariana_video.media.clip import open_clip
    from mariana_video.media.reader import frame_at
    from mariana_video.media.shape import fitted, resized

    clip = open_clip(source)
    if at is not None and (at < 0 or clip.kind == "picture"):
        what = "give seconds of at least 0" if at < 0 else f"it takes a frame of a video, and {source} is a picture"
        raise UsageError(f"--at {at:g}: {what}")
    rgb = frame_at(clip, Fraction(repr(at or 0))).rgb
    whole = rgb.shape[1], rgb.shape[0]
    usual = fitted(whole, _SHEET_SIDE) if on_a_sheet else usual_size(whole, output)
    return resized(rgb, usual if progress.size is None else progress.size.fit(whole))


def _cells(
    columns: Sequence[Variant],
    rows: Sequence[Sequence[Variant]],
    progress: Progress,
    machine: Machine,
    shape: tuple[int, ...],
    on_a_sheet: bool,
) -> list[Cell]:
    """The places of a comparison, row by row; without one, the only place."""
    from mariana_video.film.dreamer import make_dreamer
    from mariana_video.film.progress import chosen, steps_in_all

    made: list[Cell] = []
    usual = _ON_A_SHEET if on_a_sheet else _USUAL
    for row in range(len(rows[0])):
        for column, below in zip(columns, rows, strict=True):
            dreamer = make_dreamer(Recipe(below[row].dream), machine)
            total = steps_in_all(dreamer, (shape[0], shape[1]))
            shown = chosen(total, progress.every, progress.frames, usual)
            made.append(Cell(column.title, below[row].title, dreamer, shown))
    return made


def _pictures(picture: NDArray[np.float32], cells: Sequence[Cell]) -> Iterator[tuple[Progressed, ...]]:
    from mariana_video.film.progress import progress, side_by_side
    from mariana_video.film.tensors import to_tensor

    return side_by_side([progress(cell.dreamer, to_tensor(picture), cell.shown) for cell in cells])


def _frames(cells: Sequence[Cell]) -> int:
    return max(len(cell.shown) for cell in cells)


def _sheet(
    output: str,
    picture: NDArray[np.float32],
    cells: Sequence[Cell],
    columns: int,
    curves: Sequence[Curve],
    quiet: bool,
) -> None:
    """A contact sheet: the steps of one dream, or of a comparison the last picture of each."""
    from mariana_video.film.tensors import to_array
    from mariana_video.media.pictures import write_picture

    kept: list[tuple[Progressed, NDArray[np.float32]]] = []
    with Bar(_frames(cells), "pictures", quiet=quiet) as bar:
        for items in _pictures(picture, cells):
            if len(cells) > 1:
                kept = []
            kept += [(item, to_array(item.picture)) for item in items]
            _measured(curves, items)
            bar.step()
    pictures = [shown for _, shown in kept]
    captions = [str(item) for item, _ in kept]
    if len(cells) == 1:
        columns = math.ceil(math.sqrt(len(kept) * 4 / 3))
    write_picture(output, _laid(pictures, cells, columns, captions))
    say(f"{output}: {len(kept)} pictures", quiet)


def _laid(
    pictures: Sequence[NDArray[np.float32]], cells: Sequence[Cell], columns: int, captions: Sequence[str] = ()
) -> NDArray[np.float32]:
    from mariana_video.media.sheet import sheet

    titles = [cell.column for cell in cells[:columns]] if len(cells) > 1 else []
    sides = [cell.row for cell in cells[::columns]] if len(cells) > 1 else []
    return sheet(pictures, columns, captions, titles, sides)


def _film(
    output: str,
    picture: NDArray[np.float32],
    cells: Sequence[Cell],
    columns: int,
    curves: Sequence[Curve],
    progress: Progress,
    encoding: Encoding,
    endless: bool,
    quiet: bool,
) -> None:
    from mariana_video.media.containers import CONTAINERS
    from mariana_video.media.output import check_output

    rate, frames = Fraction(repr(progress.rate)), _frames(cells)
    first = picture if len(cells) == 1 else _laid([picture] * len(cells), cells, columns)
    size = first.shape[1], first.shape[0]
    check_output(output, None, encoding.overwrite, bytes_of(output, size, frames))
    dreamer = cells[0].dreamer
    what = f"{dreamer.network.name} dreams {dreamer.objective}" if len(cells) == 1 else f"{len(cells)} side by side"
    say(f"{foretell_size(output, size, frames)}; {what}, {cells[0].shown[-1]} steps", quiet)
    shown = _shown(picture, cells, columns, curves, progress)
    if Path(output).suffix.lower() in CONTAINERS:  # a film's players would pass over one picture's length
        still = round(Fraction(repr(progress.hold)) * rate)
        shown, frames = _staying(shown, still, rate), frames + still
    write_film(output, shown, frames, size=size, rate=rate, encoding=encoding, endless=endless, quiet=quiet)
    say(f"{output}: {frames} pictures", quiet)


def _staying(shown: Iterator[Shown], still: int, rate: Fraction) -> Iterator[Shown]:
    """The pictures, the last of them `still` times more."""
    for one in shown:
        last = Shown(one.rgb, one.time)
        yield last
    for number in range(1, still + 1):
        yield Shown(last.rgb, last.time + number / rate)


def _shown(
    picture: NDArray[np.float32], cells: Sequence[Cell], columns: int, curves: Sequence[Curve], progress: Progress
) -> Iterator[Shown]:
    """The finished pictures with their times; the last one stays."""
    from mariana_video.film.progress import nearer
    from mariana_video.film.tensors import to_array
    from mariana_video.media.sheet import labelled

    rate, last = Fraction(repr(progress.rate)), _frames(cells) - 1
    for number, items in enumerate(_pictures(picture, cells)):
        _measured(curves, items)
        made = [to_array(nearer(item.picture, progress.zoom, number, rate)) for item in items]
        if progress.label:
            made = [labelled(one, str(item)) for one, item in zip(made, items, strict=True)]
        hold = 1 / rate + (Fraction(repr(progress.hold)) if number == last else 0)
        yield Shown(made[0] if len(cells) == 1 else _laid(made, cells, columns), number / rate, hold)


def _measured(curves: Sequence[Curve], items: Sequence[Progressed]) -> None:
    from mariana_video.film.tensors import to_array

    for curve, item in zip(curves, items, strict=True):
        curve.add(item.step, item.score, item.change, to_array(item.picture))


def _plot(path: Path, curves: Sequence[Curve]) -> None:
    from mariana_video.media.output import commit, discard, hidden_name
    from mariana_video.meters.convergence import draw, table

    made = hidden_name(path)
    try:
        if path.suffix.lower() == ".csv":
            made.write_text(table(curves), encoding="utf-8")
        else:
            draw(curves, made)
        commit(made, path)
    finally:
        discard(made)
