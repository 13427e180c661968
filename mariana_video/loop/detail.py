"""The detail of a picture that is larger than it is dreamed at.

The composition is dreamed at one size for all pictures (see `dream.size`) and laid over the large one, where it would
be soft. A few steps on the larger octaves sharpen it. What they make is kept apart from the composition and holds
nothing but detail, so that shown small, a large film is the small film.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from mariana_video.dream.ascent import Pace
from mariana_video.dream.octaves import Octave
from mariana_video.dream.others import Others
from mariana_video.dream.plain.resample import resize
from mariana_video.dream.size import finer, is_near, laid_on
from mariana_video.loop.beside import others_of
from mariana_video.loop.dreamer import Ascended, Dreamer
from mariana_video.loop.newcomers import on_a_sheet
from mariana_video.loop.resting import Places, rested
from mariana_video.loop.state import Moment, State, Values
from mariana_video.loop.strength import braked, local_rms, step_gain
from mariana_video.motion.motion import Motion
from mariana_video.motion.warp import warp
from mariana_video.networks.device import give_back
from mariana_video.recipe.values.timeline import Instant

_FIRST = 2  # steps on each of the larger octaves of a first frame
SHARE = 0.12  # how strong the detail is beside the composition, measured: first frames have 0.06 to 0.12
_SPENT = 0.75  # of a pass a dream frame, over how many times as large the picture is as its composition
_MOMENTUM = 0.75  # of the detail that a step gives, so much comes later: it must not be seen which frames had a step
_GAPS = 1_000_000_000  # bytes that were freed and are kept for the next frame, at most
_CLOSEST = 1.5  # more octaves than this factor apart gives would only cost


def larger_octaves(shape: tuple[int, int], dreamed: tuple[int, int], scale: float) -> tuple[Octave, ...]:
    """The octaves of a picture of `shape` above the size it is `dreamed` at, small to large.

    They are about `scale` apart, 1.5 at least.
    """
    factor = min(shape) / min(dreamed)
    if factor < 1 or is_near(factor):
        return ()
    count = max(1, round(math.log(factor) / math.log(max(scale, _CLOSEST))))
    sizes = [factor ** (level / count) / factor for level in range(1, count)]
    return (*(Octave((round(shape[0] * size), round(shape[1] * size)), size) for size in sizes), Octave(shape, 1.0))


def round_of(octaves: tuple[Octave, ...], dreamed: tuple[int, int]) -> int:
    """Dream frames in which each of the larger octaves has one step: the larger the picture, the more."""
    passes = sum(octave.scale**2 for octave in octaves)
    return max(2, math.ceil(passes / _SPENT * min(octaves[-1].shape) / min(dreamed)))


def due(octaves: tuple[Octave, ...], dreamed: tuple[int, int], number: int) -> Iterator[Octave]:
    """The larger octaves whose turn it is at dream frame `number`."""
    dream_frames = round_of(octaves, dreamed) if octaves else 1
    for place, octave in enumerate(octaves):
        if number % dream_frames == place * dream_frames // len(octaves):
            yield octave


def steps_of(dreamer: Dreamer, shape: tuple[int, int], instant: Instant) -> int:
    """The steps in all that a picture of `shape` (height, width) takes, as the frame of a film at an instant."""
    values = dreamer.values(instant)
    score = dreamer.scored(values.terms)
    dreamed = dreamer.shape(shape, (instant,))
    larger = larger_octaves(shape, dreamed, values.octave_scale) if values.strength else ()
    composing = sum(map(len, values.first_lengths(len(dreamer.octaves(dreamed, score, values)))))
    return composing + first_steps(values) * len(larger)


def first_steps(values: Values) -> int:
    """The steps on each of the larger octaves of a first frame."""
    return min(_FIRST, values.first_steps)


def pace_at(values: Values, steps: int, level: int) -> Pace:
    """So many steps on one of the larger octaves, counted from 1, which are ever shorter."""
    return Pace(steps, values.step_size * values.strength / (1 + level / 4), values.jitter, style=values.style)


@dataclass(frozen=True)
class Sharpening:
    """How the detail of one picture grows: the larger `octaves` of a picture `dreamed` at (height, width).

    `reach` is how far each pixel of it is to step (1×1×H×W), `others` are the pictures that it goes by.
    """

    dreamer: Dreamer
    values: Values
    octaves: tuple[Octave, ...]
    dreamed: tuple[int, int]
    reach: Tensor
    others: Others = field(default_factory=Others)

    def begun(self, picture: Tensor, index: int) -> tuple[Tensor, int]:
        """The detail of a first frame over its `picture` (1×3×H×W), and the pixels that were pushed for it."""
        score, begun, pushed = self.dreamer.scored(self.values.terms), picture, 0
        for level, octave in enumerate(self.octaves, 1):
            pace = self._pace(first_steps(self.values), level, self.reach)
            done = self.dreamer.ascend(picture, score, (octave,), pace, index)
            picture, pushed = done.picture, pushed + done.pushed
        return finer(picture - begun, self.dreamed), pushed

    def gone_on(
        self,
        picture: Tensor,
        fine: Tensor,
        momentum: Tensor,
        aim: Tensor,
        dream_frames: range,
        kept: float,
        most: float = 4.0,
        places: tuple[Places, ...] = (),
    ) -> tuple[Tensor, Tensor, int]:
        """The detail `fine` over `picture` (1×3×H×W each) after some dream frames, its momentum, and the pixels pushed.

        Both are used up. The detail is held at the strength `aim` (1×1×h×w, a value a cell) by steps of at most `most`
        times their length; of what there is, so much is `kept` a dream frame. Where there are `places`, each goes on at
        its own pace.
        """
        pushed = 0
        for number in dream_frames:
            turns: Iterable[tuple[int, Places | None]] = [(number, None)]
            if places:
                turns = ((number // one.pace, one) for one in places if number % one.pace == 0)
            for own, one in turns:
                fine, more = self._one_on(picture, fine, momentum, aim, own, kept, most, one)
                pushed += more
        return fine, momentum, pushed

    def _one_on(
        self,
        picture: Tensor,
        fine: Tensor,
        momentum: Tensor,
        aim: Tensor,
        number: int,
        kept: float,
        most: float,
        places: Places | None,
    ) -> tuple[Tensor, int]:
        """The detail after one dream frame, and the pixels pushed; of some `places` alone where those are given.

        `momentum` is changed with it.
        """
        pushed, where = 0, None if places is None else resize(places.cells, picture.shape[-2:])
        fine, momentum = _scaled(fine, kept, where), _scaled(momentum, _MOMENTUM, where)
        for octave in due(self.octaves, self.dreamed, number) if self.values.steps else ():
            begun = torch.add(picture, fine).add_(momentum).clamp_(0, 1)
            gain = step_gain(aim, fine).clamp(max=most) * self.reach
            pace = self._pace(1, self.octaves.index(octave) + 1, gain)
            done = self._ascended(begun, octave, pace, number, places)
            step = finer(done.picture - begun, self.dreamed).mul_(1 - _MOMENTUM)
            momentum.add_(step if where is None else step.mul_(where))
            pushed += done.pushed
        if where is None:
            return braked(fine.add_(momentum), aim), pushed
        fine = fine.add_(momentum * where)
        return fine.lerp_(braked(fine, aim), where), pushed

    def _ascended(self, begun: Tensor, octave: Octave, pace: Pace, number: int, places: Places | None) -> Ascended:
        score = self.dreamer.scored(self.values.terms)
        if places is None or places.sheet is None:
            return self.dreamer.ascend(begun, score, (octave,), pace, number)
        sheet = places.sheet.enlarged(
            *(large / small for large, small in zip(begun.shape[-2:], places.shape, strict=True))
        )
        return on_a_sheet(self.dreamer, score, Ascended(begun, float("nan"), 0), sheet, pace, octave.scale, number)

    def _pace(self, steps: int, level: int, gain: Tensor) -> Pace:
        return replace(pace_at(self.values, steps, level), gain=gain, others=self.others)


def detailed(
    dreamer: Dreamer, before: State | None, state: State, moment: Moment, shown: Tensor
) -> tuple[State, Tensor, int]:
    """A film's finished frame at its own size: `shown` (1×3×h×w) is its dream at the size it was dreamed at.

    Gives the next state, the picture (1×3×H×W) and the pixels that went through the network for it.
    """
    whole, values = moment.whole, moment.values
    assert whole is not None, "who asks has a larger or a smaller picture"
    shape, dreamed = (whole.shape[-2], whole.shape[-1]), (shown.shape[-2], shown.shape[-1])
    octaves = larger_octaves(shape, dreamed, values.octave_scale)
    if not octaves or not values.strength:
        return state, laid_on(shown - moment.source, shape).add_(whole).clamp_(0, 1), 0
    give_back(0 if dreamer.room.tight else _GAPS)  # of what the small picture took, for the large one to take
    larger = min(shape) / min(dreamed)
    others = others_of(whole, moment.guide, dreamer.everywhere, scale=larger)
    reach = reach_at(dreamer, moment.source, shape)
    sharpening = Sharpening(dreamer, values, octaves, dreamed, reach, others)
    if before is None or moment.motion is None or values.carry == 0:
        fine, pushed = sharpening.begun(laid_on(shown - moment.source, shape).add_(whole).clamp_(0, 1), moment.index)
        state = _with(state, fine, (1 - values.carry) * fine)
    elif not moment.dream_frames:
        motion = at_size(moment.motion, shape)
        fine, pushed = (2 * motion.visible).clamp(max=1) * warp(state.tensors["fine"], motion.flow, kernel="lanczos"), 0
    else:
        rest = rested(moment, state)
        motion = at_size(rest.held(moment.motion), shape)
        fine, momentum = (
            warp(before.tensors[name], motion.flow, kernel="lanczos").mul_(motion.visible)
            for name in ("fine", "fine_momentum")
        )
        laid = laid_on(shown - moment.source, shape)
        aim, kept = SHARE * local_rms(laid), values.carry ** (1 / round_of(octaves, dreamed))
        fine, momentum, pushed = sharpening.gone_on(
            laid.add_(whole), fine, momentum, aim, moment.dream_frames, kept, places=rest.places
        )
        state = _with(state, fine, momentum)
    give_back(_GAPS + _GAPS // 2)  # of what the large one took, which waits for the next as long
    return state, laid_on(shown - moment.source, shape).add_(whole).add_(fine).clamp_(0, 1), pushed


def _scaled(picture: Tensor, factor: float, where: Tensor | None) -> Tensor:
    """`picture` times a factor, in place, as far as `where` has it (1×1×H×W, 0…1; None: everywhere)."""
    return picture.mul_(factor if where is None else 1 - (1 - factor) * where)


def _with(state: State, fine: Tensor, momentum: Tensor) -> State:
    return replace(state, tensors={**state.tensors, "fine": fine, "fine_momentum": momentum})


def reach_at(dreamer: Dreamer, source: Tensor, shape: tuple[int, int]) -> Tensor:
    """How far each pixel steps at `shape` (height, width), 1×1×H×W, as `source` (1×3×h×w) has it."""
    reach = dreamer.reach(source)
    return source.new_ones(1, 1, *shape) if reach is None else laid_on(reach, shape).clamp(0, 1)


def at_size(motion: Motion, shape: tuple[int, int]) -> Motion:
    """A motion found at another size, at `shape`."""
    factors = [shape[1] / motion.shape[1], shape[0] / motion.shape[0]]
    flow = laid_on(motion.flow, shape) * torch.tensor(factors).to(motion.flow)[:, None, None]
    return Motion(flow, laid_on(motion.visible, shape).clamp(0, 1))
