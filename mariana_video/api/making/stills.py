"""A picture, a folder of pictures or one frame of a video, dreamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Tensor

from mariana_video.api.making.pictures import (
    Elsewhere,
    Pair,
    check_largest,
    dream_each,
    dreamed,
    fetch_each,
    left_to_make,
    made_in,
    pairs_of,
    write,
)
from mariana_video.api.making.posters import LargePicture, is_large
from mariana_video.api.making.travelling import Carried, carried
from mariana_video.api.making.work import Made, Watch, Work
from mariana_video.dream.arrays import to_array, to_tensor
from mariana_video.dream.ascent import Step
from mariana_video.dream.objectives.classes import Class, sureness
from mariana_video.dream.plain.made_up import SIZE, MadeUp, Source
from mariana_video.errors import MarianaError, SourceError
from mariana_video.footage.film import dream_picture
from mariana_video.footage.kaleidoscope import folded_alpha
from mariana_video.footage.still import Still, read_still
from mariana_video.job.conditions import conditions_of
from mariana_video.job.record import WORK, Record
from mariana_video.loop.detail import steps_of
from mariana_video.loop.dreamer import Dreamer, make_dreamer
from mariana_video.loop.footprint import check_memory
from mariana_video.media.read.opening import open_clip
from mariana_video.media.stills.pictures import write_picture
from mariana_video.poster.needs import weights_of
from mariana_video.recipe.job import Output
from mariana_video.recipe.kinds import PictureRecipe
from mariana_video.recipe.options import Recipe, needs_clock
from mariana_video.recipe.toml import Plain, Sections, plain
from mariana_video.recipe.values.size import Size
from mariana_video.recipe.values.time import Time
from mariana_video.recipe.values.timeline import START, Instant

_NAMED = 3  # pictures that failed and are named in the last line


def picture_work(source: Source, output: Path, recipe: PictureRecipe) -> Work[Path]:
    """The work of dreaming a picture or a frame of a clip."""
    sizes = _sizes_of(source, recipe.still.size)
    dreamer = replace(make_dreamer(recipe.dreamt, recipe.machine), everywhere=isinstance(source, MadeUp))
    if sizes is not None and isinstance(source, Path):
        own, known = sizes
        if is_large(dreamer, source, own, known):
            return _large_work(LargePicture(dreamer, source, output, own, known), recipe)
        check_memory(dreamer, dreamer.score(), known)
    still = _planar(still_of(source, recipe.still.at, recipe.still.size, recipe.dreamt))
    shape = still.rgb.shape[0], still.rgb.shape[1]
    if sizes is None:
        check_memory(dreamer, dreamer.score(still.instant), (shape[1], shape[0]))
    steps = steps_of(dreamer, shape, still.instant)
    travels = carried(recipe, recipe.travelling, recipe.dream.network, [dreamer], source)

    def make(watch: Watch) -> Path:
        done = 0

        def one(step: Step) -> None:
            nonlocal done
            done += 1
            watch.made(Made(done, steps, lambda: to_array(step.picture), f"score {step.score:.1f}"))

        rendered = dream_picture(dreamer, still.rgb, still.alpha, one, still.instant)
        alpha = folded_alpha(still.alpha, dreamer.values(still.instant))
        write_picture(output, to_array(rendered.picture), alpha, travels.text)
        told = ", ".join([_dreamed(dreamer, still.instant), *_sure(dreamer, still, rendered.picture)])
        watch.note(f"{output}: {told}")
        return output

    return Work("steps", steps, make, size=(shape[1], shape[0]), notes=list(travels.notes), output=output)


def _large_work(large: LargePicture, recipe: PictureRecipe) -> Work[Path]:
    """The work of dreaming a picture that is too large for memory."""
    large.check()
    dreamer, size, output = large.dreamer, large.size, large.output
    weights = weights_of(dreamer, (size[1], size[0]))
    travels = carried(recipe, recipe.travelling, recipe.dream.network, [dreamer], large.source)

    def make(watch: Watch) -> Path:
        large.make(watch, len(weights), travels)
        watch.note(f"{output}: {_dreamed(dreamer, START)}")
        return output

    notes = [large.note, *travels.notes]
    return Work("steps", len(weights), make, size=size, notes=notes, weights=weights, output=output)


def _sizes_of(source: Source, size: Size | None) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The (width, height) of a picture, and that it is dreamed on at, before it is read; None: it must be read first.

    So it is with a film's frame, and with what is made up.
    """
    if isinstance(source, MadeUp):
        return None
    clip = open_clip(source)
    if clip.kind != "picture":
        return None
    return clip.size, clip.size if size is None else size.fit(clip.size)


def _planar(still: Still) -> Still:
    """The same, its picture lying in memory as the dream has it: so there is one of it, not two."""
    return replace(still, rgb=to_tensor(still.rgb)[0].permute(1, 2, 0).numpy())


def still_of(source: Source, at: Time | None, size: Size | None, recipe: Recipe) -> Still:
    """The picture of `source` that is dreamed on, of `size` or its own."""
    if isinstance(source, MadeUp):
        return Still(source.picture(SIZE if size is None else size.fit(SIZE), recipe.dream.seed), None, START)
    return read_still(source, at, size, needs_clock(recipe))


def _dreamed(dreamer: Dreamer, instant: Instant) -> str:
    steps = dreamer.values(instant).first_steps
    frame = f"frame {instant.frame}, " if instant.frame else ""
    far = f"{steps} step{'s' * (steps != 1)} far on each octave"
    return f"{frame}dreamed {dreamer.objective.brief}, {far}, in {dreamer.precision}"


def _sure(dreamer: Dreamer, still: Still, picture: Tensor) -> Iterator[str]:
    """How sure networks became of the classes that were dreamed, of the whole picture."""
    before = to_tensor(still.rgb).to(dreamer.device)
    for term in dreamer.values(still.instant).terms:
        if isinstance(term.kind, Class):
            network, number = dreamer.networks[term.network], term.kind.number
            was, now = (100 * sureness(network, number, one) for one in (before, picture))
            yield f"{network.classes[number]}: {now:.4g} % sure, {was:.4g} % before"


@dataclass(frozen=True)
class Folder:
    """A folder of pictures that was looked at: all that is asked, and what dreams them into which files."""

    recipe: PictureRecipe
    output: Path
    pairs: Sequence[Pair]
    dreamer: Dreamer
    conditions: Sections
    travels: Carried

    def make(self, number: int, folder: Path, check: Callable[[], None]) -> Path:
        """Dreams one of them into a file in `folder`. Raises MarianaError."""
        pair, made = self.pairs[number], folder / self.pairs[number].target.name
        still, picture = dreamed(pair, replace(self.dreamer, on_step=lambda _: check()), self.recipe.still.size)
        write(made, still, picture, self.dreamer, self.travels.of(pair.source))
        return made


def folder_of(source: Path, output: Path, recipe: PictureRecipe) -> Folder:
    """A folder of pictures, looked at."""
    pairs, size = pairs_of(source, output), recipe.still.size
    dreamer = make_dreamer(recipe.dreamt, recipe.machine)
    check_largest(pairs, dreamer, size)
    travels = carried(recipe, recipe.travelling, recipe.dream.network, [dreamer])
    picture: dict[str, Plain] = {} if size is None else {"size": str(size)}
    options, mixed = {"dream": plain(recipe.dream), "picture": picture}, recipe.farming.mixed
    conditions = conditions_of("image", options, Output(), dreamer, None, recipe.files(), mixed)
    return Folder(recipe, output, pairs, dreamer, conditions, travels)


def folder_work(source: Path, output: Path, recipe: PictureRecipe, elsewhere: Elsewhere | None = None) -> Work[Path]:
    """The work of dreaming every picture of a folder, here or `elsewhere`."""
    found, overwrite = folder_of(source, output, recipe), recipe.still.overwrite
    pairs, conditions, travels, beside = found.pairs, found.conditions, found.travels, recipe.files().values()
    names = {pair.target.name for pair in pairs}
    with made_in(output, conditions, overwrite, names) as record:
        stand = len(pairs) - len(left_to_make(pairs, record, overwrite, beside))

    def make(watch: Watch) -> Path:
        checked = replace(found.dreamer, on_step=watch.check)
        with made_in(output, conditions, overwrite, names) as record:
            left = left_to_make(pairs, record, overwrite, beside)
            work.done = len(pairs) - len(left)
            failed = []
            each = dream_each(left, checked, recipe.still.size, record, travels.of)
            if elsewhere is not None:
                place, made = output / WORK, elsewhere.made
                each = fetch_each(pairs, left, record, lambda wanted: made(wanted, conditions, place, watch, work))
            for error in each:
                failed += [] if error is None else [_left_out(error, watch)]
                if elsewhere is None:
                    work.done += 1
                    watch.made(Made(work.done, len(pairs)))
            if len(failed) < len(pairs):
                record.leave_recipe(travels.text)
            _check_all(failed, len(pairs), output, record)
        dreamer = found.dreamer
        watch.note(f"{output}: {len(pairs)} pictures, dreamed {dreamer.objective.brief} in {dreamer.precision}")
        return output

    notes = [*([f"continuing: {stand} of {len(pairs)} pictures are done"] if stand else []), *travels.notes]
    foretold = None if elsewhere is None else elsewhere.foretold([1.0] * (len(pairs) - stand))
    work = Work("pictures", len(pairs), make, done=stand, notes=notes, output=output, foretold=foretold)
    return work


def _left_out(error: MarianaError, watch: Watch) -> MarianaError:
    watch.note(f"left out: {error}")
    return error


def _check_all(failed: list[MarianaError], total: int, output: Path, record: Record) -> None:
    """Raises SourceError, naming some, where pictures could not be dreamed; without any, the batch is through."""
    if not failed:
        record.whole = True
        return
    named = "; ".join(str(error) for error in failed[:_NAMED])
    more = f"; and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
    raise SourceError(
        f"{len(failed)} of {total} pictures could not be dreamed: {named}{more}. The others are in {output}: "
        "put this right, and the same command makes only what is missing"
    )
