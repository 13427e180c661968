"""A dive's frames at their own size, where they are larger or smaller than what is dreamed on.

As with a film, what the enlarged dream lacks is detail, which is kept apart, moves with the camera, and is sharpened by
a few steps on the larger octaves. A dive begins with the picture's own detail, and a loop comes back to it.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from mariana_video.dive.descent import Descent, Shown
from mariana_video.dive.loop_blend import seen_from
from mariana_video.dive.low_frequencies import low_frequencies
from mariana_video.dream.octaves import Octave
from mariana_video.dream.size import finer, laid_on
from mariana_video.loop.beside import others_of
from mariana_video.loop.detail import SHARE, Sharpening, larger_octaves
from mariana_video.loop.state import Moment, State
from mariana_video.loop.strength import local_rms
from mariana_video.motion.camera import affine_motion
from mariana_video.motion.warp import warp

GOAL = "goal_fine"  # among a state's tensors: the detail that a loop comes back to
_KEPT = 0.93  # of the detail in 1/25 s, where something is dreamed
_SETS_IN = 1.0  # seconds in which it comes to that: before a picture is dreamed on, it has nothing to sharpen
_MIDDLE = 0.5


def shown(descent: Descent, before: State | None, state: State, moment: Moment | None) -> tuple[State, Tensor, int]:
    """A finished frame at its own size, the state after it, and the pixels that went through the network for it.

    `before` is the state of the frame before, `moment` what the loop got for this one; without them it is frame 0.
    """
    small, large = descent.canvas.frame(state.dream), descent.shown
    if large is None:
        return state, small, 0
    dreamed = small.shape[-2], small.shape[-1]
    base = laid_on(small, large.shape)
    octaves = larger_octaves(large.shape, dreamed, descent.dreamer.values().octave_scale)
    if not octaves:
        return state, base.clamp(0, 1), 0
    if moment is None or before is None:
        fine = state.tensors.get("fine", large.canvas.frame(large.source) - base)
        momentum, pushed = torch.zeros_like(base), 0
    elif "fine" not in before.tensors:
        fine, momentum, pushed = torch.zeros_like(base), torch.zeros_like(base), 0
    else:
        fine, momentum, pushed = _gone_on(descent, large, before, state, moment, octaves, base)
    picture = base + (fine if moment is None else _with_goal(descent, large, state, moment.index, fine))
    state = replace(state, tensors={**state.tensors, "fine": fine, "fine_momentum": momentum})
    return state, picture.clamp(0, 1), pushed


def finished(descent: Descent, index: int, picture: Tensor) -> Tensor:
    """The `picture` (1×3×H×W) of frame `index` with all that is done to one after it was dreamed.

    Which colours stay was seen to while it was dreamed: a dive's picture soon is another than its source.
    """
    finish = replace(descent.dreamer.values(descent.timeline.at(index)).finish, colour="free")
    return finish.of(picture, descent.canvas.frame(descent.source))


def _gone_on(
    descent: Descent,
    large: Shown,
    before: State,
    state: State,
    moment: Moment,
    octaves: tuple[Octave, ...],
    base: Tensor,
) -> tuple[Tensor, Tensor, int]:
    """The detail moved by the camera and sharpened on, its momentum, and the pixels pushed."""
    small = descent.canvas.frame(state.dream - low_frequencies(state.dream))
    everywhere = torch.ones_like(base[:, :1])
    dreamed = small.shape[-2], small.shape[-1]
    others = others_of(base, moment.guide, descent.dreamer.everywhere, base, min(base.shape[-2:]) / min(dreamed))
    sharpening = Sharpening(descent.dreamer, moment.values, octaves, dreamed, everywhere, others)
    motion = affine_motion(large.shape, large.steps[moment.index - 1])
    flow, visible = motion.flow.to(base), motion.visible.to(base)
    fine, momentum = (
        visible * warp(before.tensors[name], flow, kernel="lanczos") for name in ("fine", "fine_momentum")
    )
    most = min(1.0, moment.index / float(descent.rate) / _SETS_IN)
    kept = 1 - (1 - _KEPT) * most if moment.values.steps and moment.values.strength else 1.0
    aim = torch.maximum(SHARE * local_rms(laid_on(small, large.shape)), kept * local_rms(fine))
    return sharpening.gone_on(base, fine, momentum, aim, moment.dream_frames, kept, most)


def _with_goal(descent: Descent, large: Shown, state: State, index: int, fine: Tensor) -> Tensor:
    """The detail shown: the dream's own gives way to that of the picture a loop comes back to."""
    clear = state.tensors.get("clear")
    if clear is None:
        return fine
    left, clear = (
        laid_on(descent.canvas.frame(part), large.shape).clamp(0, 1) for part in (state.tensors["under"][:, 3:], clear)
    )
    if not bool((clear > 0).any()):
        return fine * left
    goal = state.tensors.get(GOAL)
    if goal is None:
        goal = finer(large.source, (descent.canvas.shape[0], descent.canvas.shape[1]))
    seen = seen_from(_MIDDLE + goal, large.ways[index]) - _MIDDLE
    return fine * left + large.canvas.frame(seen) * clear


def goal_of(large: Shown, fine: Tensor) -> Tensor:
    """The detail of frame 0 on the canvas, none beyond its frame."""
    goal = torch.zeros_like(large.source)
    large.canvas.frame(goal).copy_(fine)
    return goal
