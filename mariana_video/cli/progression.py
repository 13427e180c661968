"""`mariana progress`: the steps of one dream, as a film, a folder, or a contact sheet; and comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from mariana_video.api.sizes import check_kind, foretell_size, usual_size
from mariana_video.cli.bar import Bar, say
from mariana_video.cli.follow import already_finished, follow
from mariana_video.errors import UsageError
from mariana_video.recipe.groups import FILE, PART
from mariana_video.recipe.job import Machine, Output
from mariana_video.recipe.options import Ascent, Recipe, from_text
from mariana_video.recipe.progression import Progress, Variant, variants
from mariana_video.recipe.toml import Plain, plain
from mariana_video.recipe.values.schedule import Bounds
from mariana_video.recipe.values.time import Time

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mariana_video.job.job import Job
    from mariana_video.meters.convergence import Curve
    from mariana_video.progression.film import Cell, Progression
    from mariana_video.progression.steps import Progressed

_FLAG = Parameter(negative=(), group=FILE)
_SHEETS = (".png", ".jpg", ".jpeg")
_USUAL, _ON_A_SHEET = 48, 12
_SHEET_SIDE = 320  # pixels of a picture's longer side on a contact sheet, where no size is asked for


def progress(  # long: its docstring is what --help shows of each option
    source: Path,
    output: str,  # a text, for a path forgets the "/" at its end
    /,
    *,
    ascent: Ascent = Ascent(),
    progress: Progress = Progress(),
    at: Annotated[Time | None, from_text(Annotated[Time, Bounds(0)]), Parameter(group=PART)] = None,
    play_once: Annotated[bool, _FLAG] = False,
    machine: Machine = Machine(),
    encoding: Output = Output(),
    quiet: Annotated[bool, _FLAG] = False,
) -> None:
    """Show how a picture becomes a dream, step by step; or set options side by side in one picture.

    Parameters
    ----------
    source
        A picture, or a video or an animation (its frame --at).
    output
        .gif, .webp, .mp4 … for a film; a name that ends in / for a folder of PNGs; .png or .jpg for a contact sheet,
        which of a comparison shows the last pictures.
    at
        The frame of a video that is on the screen then: `90` (seconds), `1:02.5`, `75%`. Default: its first.
    play_once
        An animation that stops at its end. Default: it begins again and again.
    quiet
        No bar and no remarks; errors are still shown.
    """
    from mariana_video.api.unused import check_progress, check_sheet
    from mariana_video.media.output import check_output

    on_a_sheet = Path(output).suffix.lower() in _SHEETS and not output.endswith("/")
    if not on_a_sheet:
        check_kind(output)
        if already_finished(output, encoding.overwrite, quiet):
            return
    check_output(output, source, encoding.overwrite)
    columns = variants(ascent, progress.columns, "columns")
    rows = [variants(one.dream, progress.rows, "rows") for one in columns]
    for one in (one for below in rows for one in below):
        (check_sheet if on_a_sheet else check_progress)(one.dream, encoding, output, play_once, progress)
    if progress.plot is not None:
        _check_plot(progress.plot, source, output, encoding)
    picture = _picture(source, at, progress, output, on_a_sheet)
    if on_a_sheet:
        shown = _shown(picture, columns, rows, progress, machine, on_a_sheet)
        _sheet(output, shown, quiet)
    else:
        from mariana_video.job.job import open_job

        with open_job(output, source, encoding) as job:
            shown = _shown(picture, columns, rows, progress, job.machine(machine), on_a_sheet)
            job.agree(_conditions(job, shown, ascent, str(at or 0), play_once))
            _film(job, shown, not play_once, quiet)
    if progress.plot is not None:
        _plot(progress.plot, _whole(shown))
        say(f"{progress.plot}: how it converges", quiet)


def _check_plot(plot: Path, source: Path, output: str, encoding: Output) -> None:
    from mariana_video.media.output import check_output, would_replace

    endings = (".png", ".svg", ".pdf", ".csv")
    if plot.suffix.lower() not in endings:
        raise UsageError(f"--plot {plot}: these endings work: {', '.join(endings)}")
    check_output(plot, source, encoding.overwrite)
    for other in (Path(output), encoding.preview):
        if other is not None and would_replace(plot, other):
            raise UsageError(f"--plot {plot} would be the same file as {other}; give another name")


def _picture(source: Path, at: Time | None, progress: Progress, output: str, on_a_sheet: bool) -> NDArray[np.float32]:
    from mariana_video.footage.still import shown_at
    from mariana_video.media.read.opening import open_clip
    from mariana_video.media.shape import fitted, resized

    rgb = shown_at(open_clip(source), at).rgb
    whole = rgb.shape[1], rgb.shape[0]
    usual = fitted(whole, _SHEET_SIDE) if on_a_sheet else usual_size(whole, output)
    return resized(rgb, usual if progress.size is None else progress.size.fit(whole))


def _shown(
    picture: NDArray[np.float32],
    columns: Sequence[Variant],
    rows: Sequence[Sequence[Variant]],
    progress: Progress,
    machine: Machine,
    on_a_sheet: bool,
) -> Progression:
    """What is shown: the places of a comparison, row by row; without one, the only place."""
    from mariana_video.loop.dreamer import make_dreamer
    from mariana_video.loop.footprint import check_memory
    from mariana_video.meters.convergence import Curve
    from mariana_video.progression.film import Cell, Progression
    from mariana_video.progression.steps import chosen, steps_in_all

    made: list[Cell] = []
    usual = _ON_A_SHEET if on_a_sheet else _USUAL
    for row in range(len(rows[0])):
        for column, below in zip(columns, rows, strict=True):
            dreamer = make_dreamer(Recipe(below[row].dream), machine)
            check_memory(dreamer, dreamer.score(0, Fraction(25)), (picture.shape[1], picture.shape[0]))
            total = steps_in_all(dreamer, (picture.shape[0], picture.shape[1]))
            shown = chosen(total, progress.every, progress.frames, usual)
            made.append(Cell(column.title, below[row].title, dreamer, shown))
    curves = [Curve(" · ".join(filter(None, (cell.row, cell.column))) or "the dream") for cell in made]
    return Progression(picture, made, len(columns), progress, curves)


def _sheet(output: str, shown: Progression, quiet: bool) -> None:
    """A contact sheet: the steps of one dream, or of a comparison the last picture of each."""
    from mariana_video.dream.arrays import to_array
    from mariana_video.media.stills.pictures import write_picture

    kept: list[tuple[Progressed, NDArray[np.float32]]] = []
    with Bar(shown.pictures, "pictures", quiet=quiet) as bar:
        for items in shown.steps():
            if len(shown.cells) > 1:
                kept = []
            pictures = map(to_array, shown.at_full_size(items))
            kept += list(zip(items, pictures, strict=True))
            bar.step()
    write_picture(output, shown.laid([picture for _, picture in kept], [str(item) for item, _ in kept]))
    say(f"{output}: {len(kept)} pictures", quiet)


def _conditions(job: Job, shown: Progression, ascent: Ascent, at: str, play_once: bool) -> dict[str, dict[str, Plain]]:
    """All that the film depends on; where the plot goes is not of it."""
    from mariana_video.job.conditions import conditions_of, weights_of

    networks = {f"network_{number}": weights_of(cell.dreamer) for number, cell in enumerate(shown.cells[1:], 2)}
    options: dict[str, dict[str, Plain]] = {
        "dream": plain(ascent),
        "progress": plain(replace(shown.options, plot=None)),
        "begins": {"at": at, "play_once": play_once},
        "beside": dict(networks),
    }
    conditions = conditions_of("progress", options, job.storage, shown.cells[0].dreamer, job.source)
    return {section: dict(values) for section, values in conditions.items()}


def _film(job: Job, shown: Progression, endless: bool, quiet: bool) -> None:
    from mariana_video.api.effort import effort_of_progression
    from mariana_video.api.foresight import check_numbers
    from mariana_video.job.stores.store import Film
    from mariana_video.media.containers import CONTAINERS
    from mariana_video.media.output import check_output
    from mariana_video.progression.film import frames

    still = 0
    if Path(job.output).suffix.lower() in CONTAINERS:  # a film's players would pass over one picture's length
        still = round(shown.options.hold.amount * shown.rate)
    check_numbers(shown.options, shown.pictures, shown.rate)
    count = shown.pictures + still
    times = tuple(number / shown.rate for number in range(count))
    film = Film(None, shown.size, shown.rate, times, endless=endless)
    check_output(job.output, job.source, job.storage.overwrite, job.bytes_needed(film))
    cell = shown.cells[0]
    what = str(cell.dreamer) if len(shown.cells) == 1 else f"{len(shown.cells)} side by side"
    say(f"{foretell_size(job.output, shown.size, shown.pictures)}; {what}, {cell.shown[-1]} steps", quiet)
    todo = job.prepare(film, frozenset(), lambda note: say(note, quiet))
    follow(job, todo, lambda state, first: frames(shown, still, state, first), quiet, effort_of_progression(shown))


def _whole(shown: Progression) -> Sequence[Curve]:
    """The curves; measured anew where a job had nothing left to dream when it went on."""
    if not all(curve.points for curve in shown.curves):
        for _ in shown.steps():
            pass
    return shown.curves


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
