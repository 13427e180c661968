"""How a film's dream goes on: warped onto the next frame along the motion, and dreamed on from there."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dream.plain.resample import resize
from mariana_video.dream.pull import Pull
from mariana_video.dream.score import Score
from mariana_video.loop.dream_clock import DREAM_RATE
from mariana_video.loop.dreamer import Ascended, Dreamer
from mariana_video.loop.dreaming import DreamFrame, Start, next_frame
from mariana_video.loop.newcomers import young_after
from mariana_video.loop.resting import Resting, may_rest, resting
from mariana_video.loop.state import Moment, State
from mariana_video.loop.strength import carried_target, first_strength_gain, restored
from mariana_video.motion.motion import Motion
from mariana_video.motion.recall import moved_lately, recall
from mariana_video.motion.warp import warp

_BLUNTED = 0.024  # how much nearer to the mean of its neighbours a warp brings a pixel, measured by sharpness
_LONGER = 8.0  # where the dreamed frame is carried, the source comes through so many times more slowly …
_OVERGROWS, _OVERGROWN = 1.015, 0.2  # … and the dream becomes so much stronger a dream frame, up to that
_MOTION_GAIN = 3.0  # the step's factor on what moves, in place of the gain that makes up for what still parts forget


@dataclass(frozen=True)
class Warped:
    """A dream warped onto a frame, before it is dreamed on: its `change` to the frame's source and its `momentum`.

    `target` is the strength that it is held at (1×1×h×w), `visible` how much of a place was there before (1×1×H×W),
    `moves` how much a place moves (likewise, 0…1), `between` how far from whole pixels it moves in a dream frame
    (likewise, 0…2: a warp by whole pixels blunts nothing), `young` how much of a place is still to be dreamed, what was
    dreamed in strips and what is dreamed apart (1×3×H×W), `tensors` what else the next frame needs, `whole` whether the
    dreamed frame is carried, and `resting` what goes on more slowly.
    """

    change: Tensor
    momentum: Tensor
    target: Tensor
    strength_gain: float
    visible: Tensor
    moves: Tensor
    between: Tensor
    young: Tensor
    tensors: dict[str, Tensor]
    whole: bool = False
    resting: Resting = field(default_factory=Resting)

    def before(self, moment: Moment) -> State:
        """It as a state: that of a frame in which nothing is dreamed on."""
        tensors = {**self.tensors, "target": self.target, "momentum": self.momentum}
        return State(moment.index, moment.source, (moment.source + self.change).clamp(0, 1), tensors)

    def after(self, state: State) -> Warped:
        """The same after a dream frame on the same frame, where all that is there was seen before."""
        change, strength_gain = state.dream - state.source, float(state.tensors["strength_gain"])
        seen = torch.ones_like(self.visible)
        young, target = state.tensors.get("young", self.young), state.tensors["target"]
        momentum = state.tensors["momentum"]
        return replace(
            self,
            change=change,
            momentum=momentum,
            target=target,
            strength_gain=strength_gain,
            visible=seen,
            young=young,
        )

    def blunted(self) -> Warped:
        """The same a dream frame later: what moves would have been warped once more by then, and be blunter."""
        around = F.avg_pool2d(F.pad(self.change, (1, 1, 1, 1), mode="replicate"), 3, 1)
        return replace(self, change=self.change + _BLUNTED * self.between * (around - self.change))


def carried_frame(
    dreamer: Dreamer, score: Score, state: State, moment: Moment, motion: Motion, pull: Pull | None = None
) -> tuple[State, Ascended, float]:
    """A frame that goes on from the dream before: the next state, what is shown, and the share that was carried.

    A frame between two dream frames shows what lies between the last two dreams, each brought onto it; places in doubt,
    which at a dream frame are dreamed on, keep what they have.
    """
    if not moment.dream_frames:
        change = torch.lerp(state.tensors["before"], state.dream - state.source, moment.share)
        shown = moment.source + (2 * motion.visible).clamp(max=1) * warp(change, motion.flow)
        return state, Ascended(shown.clamp(0, 1), float("nan"), 0), float(motion.visible.mean())
    held = max(1, round(float(dreamer.recipe.carry.jitter_hold.amount) * DREAM_RATE))
    now = before = warped_dream(dreamer, state, moment, motion)
    carried_share, pushed, done = float(now.visible.mean()), 0, Ascended(moment.source, float("nan"), 0)
    for number in moment.dream_frames:
        begins = now if number == moment.dream_frames.start else now.blunted()
        frame = DreamFrame(number, number // held, turns=now.resting.turns(number, held))
        due = state.tensors.get("due")
        state, done = next_frame(dreamer, score, moment, start_on(begins, moment), frame, pull)
        if frame.turns is not None:
            state = now.resting.put_together(state, number, begins.before(moment), due)
            done = replace(done, picture=state.dream)
        before, now, pushed = now, now.after(state), pushed + done.pushed
    earlier = torch.lerp(now.change, before.change, before.visible)
    state = replace(state, tensors={**state.tensors, "before": earlier})
    if moment.share < 1:
        shown = (moment.source + torch.lerp(earlier, now.change, moment.share)).clamp(0, 1)
        done = replace(done, picture=shown)
    return state, replace(done, pushed=pushed), carried_share


def warped_dream(dreamer: Dreamer, state: State, moment: Moment, motion: Motion) -> Warped:
    """The warped dream of the frame before, over the frame's own source.

    What stands still is let go where its scene has slowly gone.
    """
    moved = moved_lately(motion.flow, state.tensors.get("moved"), moment.elapsed)
    rest = resting(moment, state, moved) if may_rest(moment) else Resting()
    motion, moves = rest.held(motion), resize(moved, motion.shape)
    recalled, seen = recall(motion, moment.source, state.tensors.get("seen"), moment.elapsed)
    visible = torch.lerp(recalled.visible, motion.visible, moves)
    whole = dreamer.recipe.carry.carried == "frame"
    target = carried_target(state.tensors["target"], Motion(motion.flow, visible), moment.source, rest.rests)
    change, momentum = _warped(dreamer, state, moment.source, motion)
    tensors = {"seen": seen, "moved": moved, "strong": state.tensors["strong"], **rest.tensors}
    between = (motion.flow * (math.pi / max(1.0, DREAM_RATE * moment.elapsed))).sin().square().sum(1, keepdim=True)
    young = young_after(state.tensors.get("young"), motion.flow, visible)
    gain = float(state.tensors["strength_gain"])
    return Warped(change, momentum, target, gain, visible, moves, between, young, tensors, whole, rest)


def start_on(now: Warped, moment: Moment) -> Start:
    """Where a dream frame begins.

    What moves is kept a little more than what stands still, and less is added to it: what changes on a moving thing
    reads as flicker. What it loses on the way, by doubt and by the warp, is given back. Steps ride along too, as
    momentum: what they have in common adds up, what the jitter makes of each is averaged away, so that the dream
    changes smoothly rather than by shivering.
    """
    visible = now.visible
    carry = moment.values.carry ** (1 / _LONGER if now.whole else 1)
    faded = carry + (1 - carry) * carry * now.moves
    faded = torch.lerp(faded, torch.ones_like(faded), now.young[:, 2:])
    aim = now.target * moment.values.strength * resize(faded, now.target.shape[-2:])
    change = restored(faded * visible * now.change, aim, visible)
    momentum = moment.values.momentum * visible * now.momentum
    return Start(
        moment.source,
        (moment.source + change + momentum).clamp(0, 1),
        overgrown(now.target) if now.whole else now.target,
        now.strength_gain,
        visible,
        momentum=momentum,
        young=now.young[:, :1],
        narrow=now.young[:, 1:2],
        most=first_strength_gain(carry),
        motion_gain=1 + (_MOTION_GAIN / max(now.strength_gain, 1.0) - 1) * now.moves * visible,
        tensors=now.tensors,
    )


def overgrown(target: Tensor) -> Tensor:
    """The strength a dream frame later, where the dreamed frame itself is carried: the scene slowly gives way to it."""
    return torch.where(target < _OVERGROWN, (target * _OVERGROWS).clamp(max=_OVERGROWN), target)


def _warped(dreamer: Dreamer, state: State, source: Tensor, motion: Motion) -> tuple[Tensor, Tensor]:
    """What is laid over the source to go on from, and the momentum (a change in a dream frame).

    The first is the warped change, or the warped dream itself as a change.
    """
    whole = dreamer.recipe.carry.carried == "frame"
    both = torch.cat([state.dream if whole else state.dream - state.source, state.tensors["momentum"]], 1)
    change, momentum = warp(both, motion.flow).chunk(2, 1)
    return change - source if whole else change, momentum
