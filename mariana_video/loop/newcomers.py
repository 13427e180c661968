"""What newly appears in a film, dreamed as a first frame is: octave by octave, small to large, one a dream frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mariana_video.dream.ascent import Pace
from mariana_video.dream.octaves import Octave
from mariana_video.dream.score import Score
from mariana_video.loop.dreamer import Ascended, Dreamer
from mariana_video.loop.uncovered import Box, Sheet, boxes_round, sheet_of, thick_parts
from mariana_video.motion.warp import warp

FIRST, LAST = 10, 3  # steps on the smallest octave and on the full size; on those between something between
BOLD = 1.6  # how many times a plain step each of them is: together they go as far as a first frame's
BUDGET = 1.5  # of a pass a dream frame: what is begun with less spent is still dreamed
FADES = 0.97  # of what is young but too thin to be dreamed apart, so much still is after a dream frame
REMEMBERED = 0.5 ** (1 / 15)  # of a strip, after a dream frame: within 15 it can become part of something wide
_NEW = 0.5  # less of a place seen before makes it new
_GREY = 0.5
_SOFT = 9  # pixels over which the edge of what is dreamed is softened


@dataclass(frozen=True)
class Grown:
    """A picture after its newcomers were dreamed on, `where` that was done, and what is still `young` of it.

    All are 1×1×H×W, 0…1; of a place that has had k of n octaves, 1 − k/n is young. `narrow` is what was lately dreamed
    in strips, for no more of it was to be seen. `apart` is where nothing else is to be dreamed in this dream frame:
    what was dreamed on, and what waits for it.
    """

    done: Ascended
    young: Tensor
    narrow: Tensor
    where: Tensor
    apart: Tensor

    @property
    def kept(self) -> Tensor:
        """What `young_after` makes the next frame's of: 1×3×H×W."""
        return torch.cat([self.young, self.narrow, self.apart], 1)


def young_of(visible: Tensor, before: Tensor | None) -> Tensor:
    """How much of a place's dream is missing: all of it where it is new, else what was missing `before`, in place."""
    new = (visible < _NEW).to(visible)
    return new if before is None else torch.maximum(new, before)


def young_after(before: Tensor | None, flow: Tensor, visible: Tensor) -> Tensor:
    """What is young of a frame, what of it was dreamed in strips, and what apart (1×3×H×W), by that of a frame ago."""
    if before is None or before.shape[1] != 3:  # a job's state may be of a time when strips were not known
        before = torch.zeros_like(visible.expand(-1, 3, -1, -1))
    young, narrow, apart = warp(before, flow, kernel="linear").chunk(3, 1)
    return torch.cat([young_of(visible, young), narrow * visible, apart * visible], 1)


def ungrown(picture: Tensor, young: Tensor, narrow: Tensor | None = None) -> Grown:
    """`picture` as it is."""
    nowhere = torch.zeros_like(young)
    narrow = nowhere if narrow is None else narrow
    return Grown(Ascended(picture, float("nan"), 0), young, narrow, nowhere, nowhere)


def put_together(begun: Grown, source: Tensor, count: int, wide: int) -> tuple[Grown, Tensor]:
    """`begun` with its strips to be dreamed anew as one, where they have become `wide` (pixels), and where that is.

    Something that comes in slowly shows a strip a frame. Each dreamed by itself has room for small faces only, and
    whatever steps follow never make large ones of them. So, as soon as strips and what is new together are as wide as
    what a position of the deepest layer looks at, all of them are new once more; `count` is that of the octaves.
    """
    new = begun.young > 1 - 0.5 / count
    strips = (begun.narrow > _NEW) & ~new
    together = thick_parts((strips | new).to(source), wide)
    again = together * strips
    if not bool(again.any()):
        return begun, together
    picture = torch.lerp(begun.done.picture, source, _softly(again))
    done = replace(begun.done, picture=picture)
    young, narrow = torch.maximum(begun.young, again), begun.narrow * (1 - together)
    return replace(begun, done=done, young=young, narrow=narrow), together


def grown(
    dreamer: Dreamer,
    score: Score,
    octaves: tuple[Octave, ...],
    source: Tensor,
    picture: Tensor,
    young: Tensor,
    pace: Pace,
    draw: int,
    narrow: Tensor | None = None,
) -> Grown:
    """`picture` (1×3×H×W) with what is `young` of it dreamed on, each place on the octave that it has come to.

    They are asked for in boxes with room round them, so that what comes joins what is there, the largest first. What is
    seen for one frame only costs no more than the smallest octave. What was dreamed in strips (`narrow`, 1×1×H×W) is
    dreamed anew with them where they have become wide. `pace` says how long a plain step is.
    """
    count, left, reach = len(octaves), BUDGET * picture.shape[-1] * picture.shape[-2], dreamer.reach(source)
    now, together = put_together(ungrown(picture, young, narrow), source, count, score.view)
    stage = ((1 - now.young) * count).round()
    apart, narrow = torch.zeros_like(young), now.narrow
    for number, octave in enumerate(octaves):
        steps, here = steps_on(number, count), (stage == number).to(young)
        boxes = boxes_round(here)
        apart = torch.maximum(apart, here * _inside(boxes, here))
        boxes = _affordable(boxes, left / (steps * octave.scale**2))
        left -= sum(box.pixels for box in boxes) * steps * octave.scale**2
        here = here * _inside(boxes, here)
        if boxes:
            soft = _softly(here)
            far = soft if reach is None else soft * reach
            bold = replace(pace, steps=steps, size=BOLD * pace.size, gain=far)
            done = on_a_sheet(dreamer, score, now.done, sheet_of(boxes), bold, octave.scale, draw)
            now = replace(now, done=done, young=now.young - here / count, where=torch.maximum(now.where, here))
            narrow = narrow if number else torch.maximum(narrow, here * (1 - together))
    left_over = now.young.clamp(0, 1) * torch.where(apart > 0, 1.0, FADES)
    return replace(now, young=left_over, narrow=narrow * REMEMBERED, apart=apart)


def _softly(where: Tensor) -> Tensor:
    """`where` (1×1×H×W, 0 or 1) with soft edges: whole numbers are added up exactly, in whichever order."""
    ones = where[0, 0].cpu().numpy()
    soft = _added(ones) / _added(np.ones_like(ones))
    return torch.from_numpy(soft)[None, None].to(where)


def _added(ones: NDArray[np.float32]) -> NDArray[np.float32]:
    found = cv2.boxFilter(ones, -1, (_SOFT, _SOFT), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(found, np.float32)


def on_a_sheet(
    dreamer: Dreamer, score: Score, begun: Ascended, sheet: Sheet, pace: Pace, scale: float, draw: int
) -> Ascended:
    """`begun` with the boxes of a `sheet` dreamed on together at `scale`, as far as the gain of `pace` has it.

    Beside a guide that is the whole picture: at the edges of boxes nothing is as it is in the guide.
    """
    if "guide" in score.beside:
        sheet = sheet_of((Box(0, begun.picture.shape[-2], 0, begun.picture.shape[-1]),))
    looked_at = "source" in score.beside or pace.style.compares
    height, width = (max(1, round(side * scale)) for side in sheet.shape)
    pace = replace(
        pace,
        gain=None if pace.gain is None else sheet.taken(pace.gain, 0.0),
        bare=None if pace.bare is None else sheet.taken(pace.bare, 0.0),
        style=replace(pace.style, folds=0),  # of the whole picture, not of a sheet
        others=pace.others.over(lambda picture: sheet.taken(picture, _GREY)) if looked_at else pace.others.guide_only(),
    )
    done = dreamer.ascend(sheet.taken(begun.picture, _GREY), score, (Octave((height, width), scale),), pace, draw)
    return Ascended(sheet.given_back(begun.picture, done.picture), done.score, begun.pushed + done.pushed)


def _inside(boxes: tuple[Box, ...], like: Tensor) -> Tensor:
    inside = torch.zeros_like(like)
    for box in boxes:
        box.of(inside).fill_(1)
    return inside


def steps_on(number: int, count: int) -> int:
    """The steps on octave `number` of so many, which are counted from 0, small to large."""
    return round(FIRST + (LAST - FIRST) * number / (count - 1)) if count > 1 else FIRST


def _affordable(boxes: tuple[Box, ...], budget: float) -> tuple[Box, ...]:
    """The first of `boxes`, until they hold `budget` pixels together: the last may be larger than what is left."""
    before = accumulate((box.pixels for box in boxes), initial=0)
    return tuple(box for box, spent in zip(boxes, before, strict=False) if spent < budget)
