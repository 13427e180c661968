"""Where a film stands still, place by place: its dream rests there, and the network is asked about what moves.

A place that has stood for longer than a second dreams every second dream frame, then every fourth, after four seconds
every eighth, as the clock has it for whole pictures. What a turn changes is shown bit by bit until the next one, or the
picture would pulse. Motion wakes a place at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dream.ascent import Pace
from mariana_video.dream.octaves import Octave
from mariana_video.dream.plain.resample import resize
from mariana_video.dream.score import Score
from mariana_video.loop.dream_clock import STANDS
from mariana_video.loop.dreamer import Ascended, Dreamer
from mariana_video.loop.newcomers import on_a_sheet
from mariana_video.loop.state import Moment, State
from mariana_video.loop.uncovered import Sheet, sheet_round
from mariana_video.motion.motion import Motion
from mariana_video.networks.network import CLASSES

_CELL = 8  # pixels a side of what stands or moves as one
_GRAIN = 4  # pixels over which a source's noise is averaged before it is compared
_ALIKE = 4 / 255  # the mean difference round a cell: what noise and coding leave of a picture that stands is below it
_FAR = 8 / 255  # that of a cell alone, which of thousands one or the other comes nearer to
_MOVES = 0.5  # of what moved lately
_ROOM = 3  # cells: what lies next to what moves is dreamed with it, for its motion is known to some pixels only
_FACTORS = (1, *(factor for _, factor in reversed(STANDS)))
_WORTH = 0.8  # of the usual cost: where boxes and turns save less than a fifth, it is as ever


@dataclass(frozen=True)
class Places:
    """Those of a picture of `shape` (height, width) that dream every so many dream frames, their `pace`.

    `cells` are theirs (1×1×h×w, 0 or 1). The network is asked about a `sheet` of boxes, or (None) the whole picture.
    """

    pace: int
    cells: Tensor
    shape: tuple[int, int]
    sheet: Sheet | None

    @classmethod
    def of(cls, pace: int, cells: Tensor, shape: tuple[int, int]) -> Places:
        """The same with their boxes."""
        sheet = sheet_round(cells[0, 0].cpu().numpy().astype(np.uint8), shape)
        return cls(pace, cells, shape, sheet if math.prod(sheet.shape) < _WORTH * math.prod(shape) else None)

    @property
    def cost(self) -> float:
        """That of a dream frame, of the whole picture's."""
        share = 1.0 if self.sheet is None else math.prod(self.sheet.shape) / math.prod(self.shape)
        return share / self.pace

    @cached_property
    def where(self) -> Tensor:
        """How far a place is one of them: 1×1×H×W, 0…1, with soft edges."""
        return resize(self.cells, self.shape)


@dataclass(frozen=True)
class Turn:
    """What is dreamed on in a dream frame: `places` (None: all), the `number`-th time; `draw` says which jitter."""

    number: int
    draw: int
    places: Places | None = None

    def ascended(self, dreamer: Dreamer, score: Score, begun: Ascended, octave: Octave, pace: Pace) -> Ascended:
        """`begun` with those places after the ascent on an octave, and nothing else of it changed."""
        if self.places is not None and self.places.sheet is not None:
            done = on_a_sheet(dreamer, score, begun, self.places.sheet, pace, octave.scale, self.draw)
        else:
            done = dreamer.ascend(begun.picture, score, (octave,), pace, self.draw)
            done = replace(done, pushed=begun.pushed + done.pushed)
        if self.places is None:
            return done
        return replace(done, picture=torch.lerp(begun.picture, done.picture, self.places.where))


@dataclass(frozen=True)
class Resting:
    """A frame's `places` by their paces (none: it is dreamed as a whole), and the `tensors` to know the next one's."""

    places: tuple[Places, ...] = ()
    tensors: Mapping[str, Tensor] = field(default_factory=dict)

    def turns(self, number: int, held: int) -> tuple[Turn, ...] | None:
        """What is dreamed on in dream frame `number`, jitter being `held` for so many; None: all of it."""
        if not self.places:
            return None
        due = ((number // one.pace, one) for one in self.places if number % one.pace == 0)
        return tuple(Turn(own, own // held, one) for own, one in due)

    @property
    def rests(self) -> Tensor | None:
        """1 where the dream goes on more slowly, else 0: 1×1×h×w, a value a cell; None: nowhere."""
        slow = [one.cells for one in self.places if one.pace > 1]
        return torch.stack(slow).sum(0) if slow else None

    def held(self, motion: Motion) -> Motion:
        """`motion` without what noise makes of it where the dream rests."""
        if self.rests is None:
            return motion
        rests = _pixels(self.rests, _CELL, motion.shape)
        return Motion(motion.flow * (1 - rests), torch.maximum(motion.visible, rests))

    def put_together(self, state: State, number: int, before: State, due: Tensor | None) -> State:
        """`state` after dream frame `number`, but where it was not their turn as it was `before`, on the same frame.

        What a turn changes is spread over the dream frames until the next one: `due` is what is still to come of the
        last one's (1×3×H×W; None: nothing).
        """
        target, shape = state.tensors["target"], self.places[0].shape
        cells = _sum((one.cells for one in self.places if number % one.pace == 0), target)
        shown = _sum((one.cells / (one.pace - number % one.pace) for one in self.places), target)
        awake = _sum((one.cells for one in self.places if one.pace == 1), target)
        where, shown, awake = resize(torch.cat([cells, shown, awake], 1), shape).chunk(3, 1)
        coming = (state.dream - before.dream) * where
        if due is not None:
            coming = coming + due * (1 - awake)
        tensors = {
            name: torch.lerp(before.tensors[name], state.tensors[name], share)
            for name, share in (("momentum", where), ("target", cells))
        }
        tensors["due"] = coming * (1 - shown)
        dream = (before.dream + coming * shown).clamp(0, 1)
        return replace(state, dream=dream, tensors={**state.tensors, **tensors})


def acting(turns: Sequence[Turn], like: Tensor) -> Tensor:
    """How far each place is dreamed on in a dream frame of such `turns`: as `like` (1×1×H×W), 0…1."""
    return _sum((torch.ones_like(like) if turn.places is None else turn.places.where for turn in turns), like)


def may_rest(moment: Moment) -> bool:
    """Whether places may go on more slowly: not where a step is one of the whole picture."""
    values = moment.values
    whole = values.temporal_weight or values.style.folds or any(CLASSES in term.kind.layers for term in values.terms)
    return moment.slower is not None and not whole


def resting(moment: Moment, state: State, moved: Tensor) -> Resting:
    """What of a frame rests, that goes on from `state`; `moved` is what moved lately (1×1×h×w, a value a cell)."""
    fine = _means(moment.source, _GRAIN)
    first, stood = state.tensors.get("first"), state.tensors.get("stood")
    if first is None or stood is None:  # a shot's second frame, or a job of a time when nothing rested
        first, stood = _means(state.source, _GRAIN), torch.zeros_like(moved)
    changed = _means((fine - first).abs().mean(1, keepdim=True), _CELL // _GRAIN)
    around = F.avg_pool2d(changed, _ROOM, 1, _ROOM // 2, count_include_pad=False)
    stands = 1 - _with_what_moves((changed >= _FAR) | (around >= _ALIKE), moved >= _MOVES).to(stood)
    stood = (stood + moment.elapsed) * stands
    first = torch.lerp(fine, first, _pixels(stands, _CELL // _GRAIN, fine.shape[-2:]))
    return Resting(_taking_turns(stood, moment), {"first": first, "stood": stood})


def _with_what_moves(changed: Tensor, moves: Tensor) -> Tensor:
    """The cells (1×1×h×w) that have `changed`, with those that move and hang together with them: plain things look the
    same while they move, and where nothing has changed at all motion is noise."""
    either = (changed | moves)[0, 0].cpu().numpy().astype(np.uint8)
    _, labels = cv2.connectedComponents(either, connectivity=8)
    found = np.isin(labels, labels[changed[0, 0].cpu().numpy()])
    return torch.from_numpy(found).to(changed.device)[None, None]


def rested(moment: Moment, state: State) -> Resting:
    """What of a frame rested that has come to `state`."""
    stood = state.tensors.get("stood")
    return Resting(_taking_turns(stood, moment)) if may_rest(moment) and stood is not None else Resting()


def _taking_turns(stood: Tensor, moment: Moment) -> tuple[Places, ...]:
    """A frame's places by their paces; none where all of it is dreamed at once.

    Some rest less than they may where that is cheaper: what lies in a box with what moves costs nothing more.
    """
    calm, slower = -F.max_pool2d(-stood, _ROOM, 1, _ROOM // 2), moment.slower or 1
    paces, shape = torch.ones_like(stood), (moment.source.shape[-2], moment.source.shape[-1])
    for begins, factor in reversed(STANDS):
        paces = torch.where(calm > float(begins), float(max(1, factor // slower)), paces)  # beside the clock's own
    if bool((paces == 1).all()):
        return ()
    ways = (torch.where(paces <= least, 1.0, paces) for least in _FACTORS)
    best = min((_places(way, shape) for way in ways), key=_cost)
    return best if _cost(best) < _WORTH else ()


def _cost(places: Iterable[Places]) -> float:
    return sum(one.cost for one in places)


def _places(paces: Tensor, shape: tuple[int, int]) -> tuple[Places, ...]:
    found = ((factor, (paces == factor).to(paces)) for factor in _FACTORS)
    return tuple(Places.of(factor, cells, shape) for factor, cells in found if bool(cells.any()))


def _sum(parts: Iterable[Tensor], like: Tensor) -> Tensor:
    return sum(parts, torch.zeros_like(like))


def _means(picture: Tensor, side: int) -> Tensor:
    return F.avg_pool2d(picture, side, ceil_mode=True, count_include_pad=False)


def _pixels(cells: Tensor, side: int, shape: Sequence[int]) -> Tensor:
    """`cells` as pixels of a picture of `shape` (height, width)."""
    return cells.repeat_interleave(side, -2).repeat_interleave(side, -1)[..., : shape[-2], : shape[-1]]
