"""The steps of one dream: the picture at chosen steps, alone or beside others, for all to see it converge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from mariana_video.dream.ascent import Pace, Step
from mariana_video.dream.plain.symmetry import kaleidoscope
from mariana_video.dream.size import fitted, laid_on
from mariana_video.errors import UsageError
from mariana_video.loop.beside import guide_at_first, others_of
from mariana_video.loop.detail import Sharpening, larger_octaves, reach_at
from mariana_video.loop.dreamer import Dreamer
from mariana_video.motion.camera import camera
from mariana_video.motion.warp import warp
from mariana_video.recipe.values.schedule import Schedule
from mariana_video.recipe.values.timeline import Instant


@dataclass(frozen=True)
class Progressed:
    """The picture (1×3×H×W) after `step` of `steps`; 0 is the source, with an octave of 0 and no score (nan).

    `change` is the RMS of what the last step changed, `last` that step itself (None: the source).
    """

    step: int
    steps: int
    octave: int
    octaves: int
    score: float
    change: float
    picture: Tensor
    last: Step | None = None

    def __str__(self) -> str:
        if not self.step:
            return "source"
        octave = f" · octave {self.octave}/{self.octaves}" if self.octaves > 1 else ""
        return f"step {self.step}{octave} · score {self.score:.3g}"


def steps_in_all(dreamer: Dreamer, shape: tuple[int, int]) -> int:
    """Steps that a picture of `shape` (height, width) takes, all octaves together."""
    octaves = dreamer.octaves(dreamer.shape(shape), dreamer.score())
    return sum(map(len, dreamer.values().first_lengths(len(octaves))))


def chosen(total: int, every: int | None, frames: int | None, usual: int) -> tuple[int, ...]:
    """Which of `total` steps are shown: the source (0), every N-th one or `frames` ever further apart, and the last.

    Without either, `usual` of them. Raises UsageError where both are asked for.
    """
    if every is not None and frames is not None:
        raise UsageError(f"--every {every} and --frames {frames} both say which steps are shown: give one of them")
    if every is not None:
        return tuple(sorted({*range(0, total + 1, every), total}))
    count = min(usual if frames is None else frames, total + 1)
    if count < 2:
        return (0,) if total == 0 else (0, total)
    return _spaced(total, count)


def _spaced(total: int, count: int) -> tuple[int, ...]:
    """`count` whole numbers from 0 to `total`, each at least as far from the last as that was, as evenly as can be."""
    found = [0]
    for left in range(count - 1, 0, -1):
        # From the number before, the rest is shared out in equal ratios; but no two fall together.
        before = found[-1] + 1
        nearest = before * (total / before) ** (1 / left) if left > 1 else total
        found.append(int(min(max(before, round(nearest)), total - left + 1)))
    return tuple(found)


def progress(
    dreamer: Dreamer, picture: Tensor, shown: Sequence[int], after: Progressed | None = None
) -> Iterator[Progressed]:
    """The dream of `picture` (1×3×H×W, 0…1) at the steps `shown`, in order; or those of them `after` one of them.

    Pictures are of the size that is dreamed at: `at_full_size` shows them at that of the source.
    """
    picture = _start(dreamer, picture)
    score, values = dreamer.score(), dreamer.values()
    octaves = dreamer.octaves((picture.shape[-2], picture.shape[-1]), score, values)
    size, others = values.step_size * values.strength, others_of(picture, _guide(dreamer, picture), dreamer.everywhere)
    reach, bare = dreamer.reach(picture), dreamer.bare(picture)
    lengths = values.first_lengths(len(octaves))
    pace = Pace(values.first_steps, size, values.jitter, reach, None, bare, values.style, others, lengths)
    total, wanted = sum(map(len, lengths)), set(shown)
    if after is None and 0 in wanted:
        yield Progressed(0, total, 0, len(octaves), float("nan"), 0.0, picture)
    done, last = (0, None) if after is None else (after.step, after.last)
    before = picture if last is None else last.picture
    for number, step in enumerate(dreamer.steps(picture, score, octaves, pace, 0, last), done + 1):
        dreamer.on_step(step)
        if number in wanted:
            change = float((step.picture - before).double().square().mean().sqrt())
            yield Progressed(number, total, step.octave, step.octaves, step.score, change, step.picture, step)
        before = step.picture


def at_full_size(dreamer: Dreamer, source: Tensor, item: Progressed) -> Tensor:
    """The picture of a step at the size of its `source` (1×3×H×W), with detail of its own where that is larger."""
    source, values = source.to(dreamer.device), dreamer.values()
    if not item.step:
        return source
    source, start = kaleidoscope(source, values.style.folds), _start(dreamer, source)
    picture = item.picture if start.shape == source.shape else _enlarged(dreamer, source, start, item.picture)
    return values.finish.of(picture, source)


def _enlarged(dreamer: Dreamer, source: Tensor, start: Tensor, dream: Tensor) -> Tensor:
    """The `dream` of `start`, at the size of `source` (all 1×3×…)."""
    shape, dreamed = (source.shape[-2], source.shape[-1]), (start.shape[-2], start.shape[-1])
    picture = (source + laid_on(dream - start, shape)).clamp(0, 1)
    values = dreamer.values()
    octaves = larger_octaves(shape, dreamed, values.octave_scale)
    if not octaves or not values.strength:
        return picture
    larger = min(shape) / min(dreamed)
    others = others_of(source, _guide(dreamer, start), dreamer.everywhere, scale=larger)
    reach = reach_at(dreamer, start, shape)
    fine, _ = Sharpening(dreamer, values, octaves, dreamed, reach, others).begun(picture, 0)
    return (picture + fine).clamp(0, 1)


def _start(dreamer: Dreamer, picture: Tensor) -> Tensor:
    start = fitted(picture.to(dreamer.device), dreamer.shape((picture.shape[-2], picture.shape[-1])))
    return kaleidoscope(start, dreamer.values().style.folds)


def _guide(dreamer: Dreamer, picture: Tensor) -> Tensor | None:
    """A guide's first picture, as `picture` (1×3×H×W) goes by it."""
    guide = guide_at_first(dreamer.recipe, (picture.shape[-2], picture.shape[-1]))
    return None if guide is None else guide.to(picture.device)


def side_by_side(
    cells: Sequence[Iterator[Progressed]], last: Sequence[Progressed | None] = ()
) -> Iterator[tuple[Progressed, ...]]:
    """One picture of each cell at a time; a cell that is through shows its `last`."""
    known = list(last) or [None] * len(cells)
    while True:
        news = [next(cell, None) for cell in cells]
        if not any(news):
            return
        known = [new or old for new, old in zip(news, known, strict=True)]
        yield tuple(item for item in known if item is not None)


def nearer(picture: Tensor, zoom: Schedule, instant: Instant) -> Tensor:
    """`picture` as the camera sees it at an instant, having gone in by `zoom` a second since frame 0."""
    timeline = instant.timeline
    ways = [zoom(timeline.at(before)) ** (1 / timeline.rate) for before in range(1, instant.frame + 1)]
    factor = float(np.prod(ways)) if ways else 1.0
    if factor == 1:
        return picture
    motion = camera((picture.shape[-2], picture.shape[-1]), zoom=factor)
    return warp(picture, motion.flow.to(picture)).clamp(0, 1)
