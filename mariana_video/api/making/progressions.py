"""The steps of one dream, or of several side by side: prepared as a job, or as a contact sheet."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from mariana_video.api.foreseen.effort import Effort, effort_of_progression
from mariana_video.api.foreseen.foresight import check_numbers
from mariana_video.api.foreseen.outlook import Looked, outlook_of
from mariana_video.api.foreseen.sizes import foretell_size, is_sheet, usual_size
from mariana_video.api.foreseen.sources import file_of
from mariana_video.api.foreseen.trials import trial_of_progression
from mariana_video.api.making.jobs import Asked, job_work, looked
from mariana_video.api.making.pictures import Elsewhere
from mariana_video.api.making.travelling import Carried, carried
from mariana_video.api.making.work import Made, Watch, Work
from mariana_video.dream.arrays import to_array
from mariana_video.dream.ascent import Step
from mariana_video.dream.plain.made_up import SIZE, MadeUp, Source
from mariana_video.errors import MarianaError
from mariana_video.footage.still import shown_at
from mariana_video.job.conditions import conditions_of, weights_of
from mariana_video.job.job import Frames, Job
from mariana_video.job.stores.sample import Pictures
from mariana_video.job.stores.store import Film
from mariana_video.loop.dreamer import make_dreamer
from mariana_video.loop.footprint import check_memory
from mariana_video.media.containers import CONTAINERS
from mariana_video.media.output import commit, discard, hidden_name
from mariana_video.media.read.opening import open_clip
from mariana_video.media.shape import fitted, resized
from mariana_video.media.stills.pictures import ENDINGS_OUT, write_picture
from mariana_video.meters.convergence import Curve, draw, table
from mariana_video.progression.film import Cell, Progression, frames
from mariana_video.progression.steps import Progressed, chosen, steps_in_all
from mariana_video.recipe.job import Machine, Output
from mariana_video.recipe.kinds import ProgressionRecipe
from mariana_video.recipe.options import Recipe
from mariana_video.recipe.progression import Progress, Variant
from mariana_video.recipe.toml import Plain, Sections, plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

_USUAL, _ON_A_SHEET = 48, 12
_SHEET_SIDE = 320  # pixels of a picture's longer side on a contact sheet, where no size is asked for

Places = Sequence[tuple[Variant, Sequence[Variant]]]
"""What is set side by side: each column, and what stands in it row by row."""


def progression_work(
    source: Source, output: str, recipe: ProgressionRecipe, places: Places, elsewhere: Elsewhere | None = None
) -> Work[Path]:
    """The work of showing the steps of the dreams of `source`; a comparison's sheet may be made `elsewhere`."""
    if is_sheet(output):
        shown = shown_on_sheet(source, output, recipe, places)
        travels = _carried(recipe, shown, source)
        if elsewhere is not None:
            conditions = conditions_of_progression(Output(), source, shown, recipe)
            return _fetched_sheet_work(output, shown, travels, conditions, elsewhere)
        return _sheet_work(output, shown, travels)
    picture, everywhere = _picture(source, recipe, output), isinstance(source, MadeUp)
    with looked(output, file_of(source), recipe.output) as job:
        progression = _shown(picture, places, recipe.progress, job.machine(recipe.machine), _USUAL, everywhere)
        work = job_work(job, _asked(job, source, progression, recipe))
    return _plotted(work, progression)


def shown_on_sheet(source: Source, output: str, recipe: ProgressionRecipe, places: Places) -> Progression:
    """What is shown on a contact sheet."""
    picture, everywhere = _picture(source, recipe, output), isinstance(source, MadeUp)
    return _shown(picture, places, recipe.progress, recipe.machine, _ON_A_SHEET, everywhere)


def last_of_cell(shown: Progression, number: int, check: Callable[[Step], None]) -> tuple[NDArray[np.float32], str]:
    """The last picture of one cell of a comparison, and its caption, dreamed alone."""
    alone = replace(shown, cells=[shown.cells[number]], curves=[shown.curves[number]], columns=1)
    (item,) = deque(_checked(alone, check).steps(), maxlen=1).pop()
    return to_array(alone.at_full_size([item])[0]), str(item)


def _picture(source: Source, recipe: ProgressionRecipe, output: str) -> NDArray[np.float32]:
    if isinstance(source, MadeUp):
        return source.picture(_size(SIZE, recipe, output), recipe.ascent.seed)
    rgb = shown_at(open_clip(source), recipe.begins.at).rgb
    return resized(rgb, _size((rgb.shape[1], rgb.shape[0]), recipe, output))


def _size(whole: tuple[int, int], recipe: ProgressionRecipe, output: str) -> tuple[int, int]:
    """The (width, height) of what is shown of a source of size `whole`."""
    if recipe.progress.size is not None:
        return recipe.progress.size.fit(whole)
    return fitted(whole, _SHEET_SIDE) if is_sheet(output) else usual_size(whole, output)


def _shown(
    picture: NDArray[np.float32], places: Places, options: Progress, machine: Machine, usual: int, everywhere: bool
) -> Progression:
    """What is shown: the places of a comparison, row by row; without one, the only place."""
    made: list[Cell] = []
    for row in range(len(places[0][1])):
        for column, below in places:
            dreamer = replace(make_dreamer(Recipe(below[row].dream), machine), everywhere=everywhere)
            check_memory(dreamer, dreamer.score(), (picture.shape[1], picture.shape[0]))
            total = steps_in_all(dreamer, (picture.shape[0], picture.shape[1]))
            made.append(
                Cell(column.title, below[row].title, dreamer, chosen(total, options.every, options.frames, usual))
            )
    curves = [Curve(" · ".join(filter(None, (cell.row, cell.column))) or "the dream") for cell in made]
    return Progression(picture, made, len(places), options, curves)


def _checked(shown: Progression, check: Callable[[Step], None]) -> Progression:
    """The same, whose every step asks `check` whether it is to stop."""
    cells = [replace(cell, dreamer=replace(cell.dreamer, on_step=check)) for cell in shown.cells]
    return replace(shown, cells=cells)


def _carried(recipe: ProgressionRecipe, shown: Progression, source: Source) -> Carried:
    dreamers = [cell.dreamer for cell in shown.cells]
    return carried(recipe, recipe.travelling, recipe.ascent.network, dreamers, source)


def _sheet_work(output: str, shown: Progression, travels: Carried) -> Work[Path]:
    """A contact sheet: the steps of one dream, or of a comparison the last picture of each."""

    def make(watch: Watch) -> Path:
        kept: list[tuple[Progressed, NDArray[np.float32]]] = []
        running = _checked(shown, watch.check)
        for number, items in enumerate(running.steps(), 1):
            if len(shown.cells) > 1:
                kept.clear()
            kept.extend(zip(items, map(to_array, shown.at_full_size(items)), strict=True))
            watch.made(Made(number, shown.pictures, partial(_last, kept)))
        laid = shown.laid([picture for _, picture in kept], [str(item) for item, _ in kept])
        write_picture(output, laid, text=travels.text)
        return Path(output)

    effort = effort_of_progression(shown)
    weights = effort.of((range(shown.pictures),))
    notes = list(travels.notes)
    work = Work(
        "pictures",
        shown.pictures,
        make,
        size=shown.size,
        notes=notes,
        weights=weights,
        output=output,
        foresee=partial(outlook_of, _looked(output, shown, effort)),
    )
    return _plotted(work, shown)


def _fetched_sheet_work(
    output: str, shown: Progression, travels: Carried, conditions: Sections, elsewhere: Elsewhere
) -> Work[Path]:
    """The contact sheet of a comparison, each cell of which is made elsewhere."""
    weights = [sum(effort_of_progression(replace(shown, cells=[cell])).frames) for cell in shown.cells]

    def make(watch: Watch) -> Path:
        work.done = 0
        laid: dict[int, tuple[NDArray[np.float32], str]] = {}
        with TemporaryDirectory(dir=Path(output).absolute().parent, prefix=".mariana-") as folder:
            for number, made in elsewhere.made(dict(enumerate(weights)), conditions, Path(folder), watch, work):
                if isinstance(made, MarianaError):
                    raise made
                with np.load(made) as found:
                    laid[number] = found["picture"], str(found["caption"])
        cells = [laid[number] for number in range(len(shown.cells))]
        write_picture(output, shown.laid(*map(list, zip(*cells, strict=True))), text=travels.text)
        return Path(output)

    foretold, notes = elsewhere.foretold(weights), list(travels.notes)
    work = Work(
        "pictures", len(weights), make, size=shown.size, notes=notes, weights=weights, output=output, foretold=foretold
    )
    return work


def _looked(output: str, shown: Progression, effort: Effort) -> Looked:
    laid = shown.pictures if len(shown.cells) == 1 else 1  # a comparison shows its last pictures alone
    return Looked(
        output,
        shown.size,
        shown.pictures,
        effort,
        [range(shown.pictures)],
        [trial_of_progression(shown, 0)],
        shown.cells[0].dreamer.device,
        sample=partial(Pictures, laid, ENDINGS_OUT[Path(output).suffix.lower()]),
        beside=None,
    )


def _last(kept: Sequence[tuple[Progressed, NDArray[np.float32]]]) -> NDArray[np.float32]:
    return kept[-1][1]


def _plotted(work: Work[Path], shown: Progression) -> Work[Path]:
    """`work`, after which it is drawn how the picture converges, where that is asked for."""
    plot = shown.options.plot
    return work if plot is None else work.then(lambda watch: _plot(plot, shown, watch))


def _asked(job: Job, source: Source, shown: Progression, recipe: ProgressionRecipe) -> Asked:
    still = 0
    if Path(job.output).suffix.lower() in CONTAINERS:  # a film's players would pass over one picture's length
        still = round(shown.options.hold.amount * shown.rate)
    conditions = conditions_of_progression(job.storage, source, shown, recipe)
    job.agree(conditions)
    check_numbers(shown.options, shown.pictures, shown.timeline)
    times = tuple(number / shown.rate for number in range(shown.pictures + still))
    travels, cell = _carried(recipe, shown, source), shown.cells[0]
    what = str(cell.dreamer) if len(shown.cells) == 1 else f"{len(shown.cells)} side by side"
    return Asked(
        film=Film(None, shown.size, shown.rate, times, endless=not recipe.played.play_once, recipe=travels.text),
        conditions=conditions,
        free=frozenset(),
        frames=lambda check: _frames(_checked(shown, check), still),
        effort=effort_of_progression(shown),
        dreamer=cell.dreamer,
        timeline=shown.timeline,
        trials=[trial_of_progression(shown, still)],
        notes=[
            f"{foretell_size(job.output, shown.size, shown.pictures)}; {what}, {cell.shown[-1]} steps",
            *travels.notes,
        ],
    )


def _frames(shown: Progression, still: int) -> Frames:
    return lambda state, first: frames(shown, still, state, first)


def conditions_of_progression(
    storage: Output, source: Source, shown: Progression, recipe: ProgressionRecipe
) -> dict[str, dict[str, Plain]]:
    """All that the film depends on; where the plot goes is not of it."""
    beside = {f"network_{number}": weights_of(cell.dreamer) for number, cell in enumerate(shown.cells[1:], 2)}
    if len(shown.cells) > 1:
        for number, dream in enumerate((cell.dreamer.recipe.dream for cell in shown.cells), 1):
            files = {"guide": dream.guide, "palette": dream.palette}
            beside |= {f"{name}_{number}": file.checksum() for name, file in files.items() if file is not None}
    options: dict[str, dict[str, Plain]] = {
        "dream": plain(recipe.ascent),
        "progress": plain(replace(shown.options, plot=None)),
        "begins": {"at": str(recipe.begins.at or 0), "play_once": recipe.played.play_once},
        "beside": dict(beside),
    }
    mixed, dreamer = recipe.farming.mixed, shown.cells[0].dreamer
    conditions = conditions_of("progress", options, storage, dreamer, source, recipe.files(), mixed)
    return {section: dict(values) for section, values in conditions.items()}


def _plot(path: Path, shown: Progression, watch: Watch) -> None:
    """Draws the curves; measured anew where a job had nothing left to dream when it went on."""
    if not all(curve.points for curve in shown.curves):
        for _ in _checked(shown, watch.check).steps():
            pass
    made = hidden_name(path)
    try:
        if path.suffix.lower() == ".csv":
            made.write_text(table(shown.curves), encoding="utf-8")
        else:
            draw(shown.curves, made)
        commit(made, path)
    finally:
        discard(made)
    watch.note(f"{path}: how it converges")
