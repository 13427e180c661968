"""How a frame of a dive goes on from the one before: moved by the camera, its colours and its detail held."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.dive.canvas import mirrored
from mariana_video.dive.channel_cycle import cycled
from mariana_video.dive.descent import Descent
from mariana_video.dive.loop_blend import Blended, blended, remaining
from mariana_video.dive.low_frequencies import (
    Colours,
    cells_of,
    colours_of,
    held,
    held_colours,
    low_frequencies,
    muted,
    noise,
    rgb,
    sharpness_of,
    steadied,
)
from mariana_video.dream.ascent import Pace
from mariana_video.dream.others import Others
from mariana_video.loop.beside import guide_at_first, others_of
from mariana_video.loop.dream_clock import DREAM_RATE
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.dreaming import Start
from mariana_video.loop.finish import Finish
from mariana_video.loop.frames import NextStart
from mariana_video.loop.newcomers import young_after
from mariana_video.loop.state import Moment, State, Values
from mariana_video.loop.strength import carried_target
from mariana_video.motion.motion import Motion
from mariana_video.motion.warp import warp
from mariana_video.recipe.group import value_at

_AGREE = 0.08  # of the way in 1/25 s from the source's own strength to the dream's
_SOON = 0.15  # the same of its sharpness, as a power
_SOFTLY = 6.0  # times 1/25 s over which a dive's ascent sets in
_MOVING = 0.4  # a dive is so sharp, as energy, beside a dream of one picture: its detail is enlarged as it forms
_FIRM = 0.08  # how firmly sharpness is led in 1/25 s: this power of how far it is off
_FURTHEST = 3.0  # how far it may drive the full size's steps, or hold them back
_SETTLED = 2.0  # seconds before a dive that sets in softly is asked how sharp it has become
_AT_ONCE = 2.0  # the same of what it does at once, beside what it has learnt
_TOO_SHARP, _SOFTENED, _SOFTEST = 1.2, 0.15, 0.1  # times what is wanted; how much softer for it; the most in 1/25 s
_LIT = 0.7  # brightness on its axis under which a dive's detail is weaker: in the dark it would be cut off at black
_GRAINS = 0.008  # of the noise that --grain 1 adds in 1/25 s, the strongest that leaves a dream to be seen
_HARDEST = 1.5  # the most that steps are driven on where the detail is too weak: more would only burn
_KEPT = 0.95  # of how far new ground is from the mean, which it mirrors: else one colour would spread
_GONE = 0.02  # of a dream's strength: what is less left over a loop's picture is not scaled further
_TELLING = 0.3  # of its power: a dream of which less is left says nothing of its sharpness
UNCOVERED, GRAIN = 1, 2  # kinds of noise, so that no two draw the same


def values_at(descent: Descent, index: int) -> Values:
    dreamer, each = descent.dreamer, descent.dive.channel_cycle.amount
    values = dreamer.values(descent.timeline.at(index))
    steps = steps_at(values.steps, descent)
    size = values.step_size * values.steps / max(1, steps)
    values = replace(values, steps=steps, step_size=size, carry=1.0, mix=1.0, finish=Finish())
    if not each:
        return values
    length = descent.dive.duration.amount
    lap = round(length / each) if descent.dive.loop else None
    if lap is not None and lap < 2:  # too short a way to leave a landscape and come back
        return values
    place = float(index / descent.rate / (each if lap is None else length / lap))
    return replace(values, terms=cycled(dreamer.networks, values.terms, place, dreamer.recipe.dream.seed, lap))


def steps_at(steps: int, descent: Descent) -> int:
    """The steps of a frame that is asked for `steps` in 1/25 s.

    A slow film takes more of them a frame, not longer ones: those would overshoot, and leave grain.
    """
    return max(steps, round(steps * DREAM_RATE * descent.elapsed))


def next_start_of(descent: Descent, goal: Tensor | None, softly: bool) -> NextStart:
    """How a frame goes on from the one before: moved by the camera, its colours and its detail held.

    `goal`, where given, is the picture that the loop comes back to; `softly` lets the ascent set in bit by bit, so that
    frame 1 is no jump from a frame 0 that was not dreamed.
    """
    wanted = held_colours(descent.source)
    natural = natural_sharpness(descent)
    lit = min(1.0, float(wanted.mean[0, 0]) / _LIT)
    ways = remaining(descent.steps)

    def next_start(dreamer: Dreamer, state: State, moment: Moment, motion: Motion) -> Start:
        dream_frames = DREAM_RATE * moment.elapsed
        moved, young, edges = _moved(state, motion, wanted)
        moved, under = _without_under(state, motion, moved)
        begun = min(1.0, moment.index * dream_frames / _SOFTLY) if softly else 1.0
        strength_gain = min(_HARDEST if begun == 1 else begun, float(state.tensors["strength_gain"]))
        low, detail = _parted(descent, moved, moment, wanted, begun)
        sharp = float(state.tensors["sharp"])
        now = _found_sharpness(moved, under, sharp)
        sharp = sharpened(sharp, now if natural is None else natural * moment.values.strength**2, dream_frames)
        led = carried_target(state.tensors.get("led", state.tensors["target"]), motion)
        target = agreeing(led, dreamer.network.suited.strength * lit, dream_frames)
        known = min(1.0, float(moment.time) / _SETTLED) if softly else 1.0
        sharpness_gain = next_sharpness_gain(float(state.tensors["sharpness_gain"]), sharp, now, dream_frames * known)
        detail = softened(detail, now / max(sharp, 1e-9), dream_frames * begun**2)
        picture = (low + detail).clamp(0, 1)
        tensors = {
            "sharp": torch.tensor(sharp),
            "sharpness_gain": torch.tensor(sharpness_gain),
            "cells": cells_of(picture),
            "led": target,
            **edges,
        }
        drive = math.pow(sharpness_gain * _at_once(sharp, now), begun**2)
        start = Start(low, picture, target, strength_gain, motion.visible)
        start = replace(start, sharpness_gain=drive, young=young, seen=picture, tensors=tensors)
        if goal is None:
            return start
        passed, dreamed = moment.index / len(descent.steps), descent.dive.loop == "structure"
        part = blended(goal, ways[moment.index], descent.canvas, passed, moved, moment.elapsed, dreamed)
        return _blended_under(start, detail, part, None if under is None else under[:, 3:])

    return next_start


def _moved(state: State, motion: Motion, wanted: Colours) -> tuple[Tensor, Tensor | None, dict[str, Tensor]]:
    """The dream moved along, what of it is young (1×1×H×W), and how far its edges have passed, for the next frame.

    Most dives uncover nothing: then nothing is young, and nothing is to be kept.
    """
    dream, edges = steadied(state.dream, state.tensors["cells"]), state.tensors.get("edges")
    if edges is None and bool((motion.visible == 1).all()):
        return warp(dream, motion.flow), None, {}
    flow, edges = mirrored(motion, edges)
    young = young_after(state.tensors.get("young"), motion.flow, motion.visible)[:, :1]
    return _renewed(warp(dream, flow), motion, wanted), young, {"edges": edges}


def _without_under(state: State, motion: Motion, moved: Tensor) -> tuple[Tensor, Tensor | None]:
    """`moved` without what was laid under it, and that: it is laid anew, for moved along it would blur."""
    under = state.tensors.get("under")
    if under is None:
        return moved, None
    under = warp(under, motion.flow)
    return moved - under[:, :3], under


def _found_sharpness(moved: Tensor, under: Tensor | None, usual: float) -> float:
    """How sharp the dream in a `moved` picture is; the `usual` where what lies `under` it leaves too little to tell."""
    found = sharpness_of(moved)
    if under is None:
        return found
    whole = float(under[:, 3:].square().double().mean())
    return found / whole if whole > _TELLING else usual


def _at_once(wanted: float, found: float) -> float:
    """How much further this one frame's full size steps, beside what is learnt from frame to frame."""
    return min(_AT_ONCE, max(1 / _AT_ONCE, (wanted / max(found, 1e-9)) ** 2))


def next_sharpness_gain(sharpness_gain: float, wanted: float, found: float, dream_frames: float) -> float:
    """How much further the full size steps: more while the picture is less sharp than wanted, else less.

    Sharpening the picture itself would do no good: what it lifts is blobs and grain, and the dream goes on from them.
    """
    if min(wanted, found) <= 0:
        return sharpness_gain
    return min(_FURTHEST, max(1 / _FURTHEST, sharpness_gain * math.pow(wanted / found, _FIRM * dream_frames)))


def softened(detail: Tensor, over: float, dream_frames: float) -> Tensor:
    """`detail` (1×3×H×W) a little softer where the picture is `over` times as sharp as wanted.

    Shorter steps alone can't take away the grain that a dive may begin with.
    """
    share = min(_SOFTEST, max(0.0, _SOFTENED * (over - _TOO_SHARP))) * min(1.0, dream_frames)
    if not share:
        return detail
    around = F.avg_pool2d(F.pad(detail, (1, 1, 1, 1), mode="replicate"), 3, 1)
    return detail + share * (around - detail)


def begins_beside(descent: Descent, source: Tensor) -> Others:
    """What a dream of `source` (1×3×H×W) goes by where a dive begins."""
    guide = guide_at_first(descent.dreamer.recipe, descent.canvas.size[::-1])
    shown = None if guide is None else guide.to(source.device)
    return others_of(source, shown, descent.dreamer.everywhere)


def natural_sharpness(descent: Descent) -> float | None:
    """The sharpness that suits the dive at a strength of 1, found from a dream of its source alone.

    None where the layers change along the way, each with a sharpness of its own; there it is followed, not led.
    """
    dreamer, source, values = (
        descent.dreamer,
        descent.canvas.frame(descent.source),
        descent.dreamer.values(),
    )
    if not (values.first_steps and dreamer.objective.constant):
        return None
    score = dreamer.score()
    others = begins_beside(descent, source)
    pace = Pace(values.first_steps, values.step_size, values.jitter, style=values.style, others=others)
    octaves = dreamer.octaves((source.shape[-2], source.shape[-1]), score, values)
    change = dreamer.ascend(source, score, octaves, pace, 0).picture - source
    power = float((change - low_frequencies(change)).square().double().mean())
    if power <= 0:
        return None
    return _MOVING * sharpness_of(change) / power * dreamer.network.suited.strength**2


def _blended_under(start: Start, detail: Tensor, part: Blended, before: Tensor | None) -> Start:
    """`start` with frame 0 laid under its dream, whose `detail` gives way as far as it is to.

    `before` is how much of the dream was left in the frame before.
    """
    low = start.source + part.formed * (part.forms - start.source)
    if before is not None:
        detail = detail * (part.left / before.clamp_min(_GONE)).clamp(max=1)
    under = part.clear * part.fine
    picture = (low + under + detail).clamp(0, 1)
    return replace(
        start,
        source=low + under,
        picture=picture,
        tensors={
            **start.tensors,
            "cells": cells_of(picture),
            "under": torch.cat([under, part.left], 1),
            "clear": part.clear,
        },
        target=start.target * F.interpolate(part.left, start.target.shape[-2:], mode="area"),
        mask=(2 * part.left).clamp(max=1),
    )


def _renewed(moved: Tensor, motion: Motion, wanted: Colours) -> Tensor:
    """`moved`, whose uncovered ground mirrors what lies beside it, a little paler."""
    mean = rgb(wanted.mean)
    low = mean + _KEPT * (moved - mean)
    return moved * motion.visible + low.clamp(0, 1) * (1 - motion.visible)


def _parted(descent: Descent, moved: Tensor, moment: Moment, wanted: Colours, begun: float) -> tuple[Tensor, Tensor]:
    """Ground and detail of a moved picture: the one's colours held, the other kept (and given grain) as asked.

    `begun` is how far the dive has set in: what changes a source all at once would show as a jump.
    """
    dive, index = descent.dive, moment.index
    dream_frames = DREAM_RATE * moment.elapsed
    low = low_frequencies(moved)
    detail = moved - low
    if moment.values.steps:
        firm = dream_frames * begun**2
        low, detail = held(low, colours_of(moved), wanted, firm), muted(moved, low, wanted, firm) - low
    keep, grain = (value_at(dive, name, descent.timeline.at(index)) for name in ("keep", "grain"))
    detail = detail * math.pow(keep, dream_frames)
    if grain:
        drawn = noise(descent.canvas.shape, descent.dreamer.recipe.dream.seed, GRAIN, index, power=0.5)
        detail = detail + drawn.to(moved) * _GRAINS * grain * math.sqrt(dream_frames)
    return low, detail


def sharpened(own: float, wanted: float, dream_frames: float) -> float:
    """Sharpness on its way from the source's `own`, by factors: that of noise is many times what a dream has."""
    if min(own, wanted) <= 0:
        return wanted
    return own * math.pow(wanted / own, 1 - math.pow(1 - _SOON, dream_frames))


def agreeing(own: Tensor, wanted: float, dream_frames: float) -> Tensor:
    """Strength that begins as the source's `own`, on its way to what is wanted in the dream."""
    return own + (1 - math.pow(1 - _AGREE, dream_frames)) * (wanted - own)
