"""The loop of frames: the dream goes along with the motion, keeps its strength, and starts afresh where it must."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from mariana_video.dream.ascent import Pace
from mariana_video.dream.octaves import octaves_of
from mariana_video.loop.carried import arrived, riding
from mariana_video.loop.dream_clock import turns
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.dreaming import in_turn
from mariana_video.loop.frames import dream_frames
from mariana_video.loop.newcomers import grown
from mariana_video.loop.state import Moment, State
from mariana_video.loop.strength import carried_target, local_rms, mean_rms, pushed_on, restored, step_gain
from mariana_video.motion.motion import Motion
from mariana_video.motion.warp import warp
from mariana_video.recipe.objective import Objective
from mariana_video.recipe.options import recipe
from tests.conftest import as_tensor, small_network, texture

SHAPE = (64, 96)
RATE = Fraction(25)


def dreamer(**options: object) -> Dreamer:
    return Dreamer(small_network(), recipe(**options), Objective("conv3"), torch.device("cpu"), "fp32")


def moving(which: Dreamer, frames: int, shift: int, rate: Fraction = RATE) -> Iterator[Moment]:
    """A window on a large texture that moves right by `shift` pixels a frame, with its true motion."""
    wide = as_tensor(texture(SHAPE[0], SHAPE[1] + shift * frames))
    clock = turns([index / rate for index in range(frames)], ())
    for index, turn in enumerate(clock):
        since = index - (turn.previous or 0)
        left = shift * (frames - index)
        source = wide[..., left : left + SHAPE[1]]
        flow = torch.zeros(1, 2, *SHAPE)
        flow[:, 0] = -shift * since
        visible = torch.ones(1, 1, *SHAPE)
        visible[..., : shift * since] = 0
        motion = Motion(flow, visible) if index else None
        values, elapsed = which.values(index, rate), float(max(1, since) / rate)
        yield Moment(index, index / rate, elapsed, source, values, motion, beats=turn.beats, share=turn.share)


def states(which: Dreamer, moments: Iterator[Moment]) -> list[State]:
    return [state for state, _ in dream_frames(which, moments)]


def correlation(a: Tensor, b: Tensor) -> float:
    return float(np.corrcoef(a.flatten().numpy(), b.flatten().numpy())[0, 1])


@pytest.mark.parametrize("carried", ["change", "frame"])
def test_the_dream_goes_along_with_a_known_motion(carried: str) -> None:
    """Without ascent the second dream is the first, shifted; with the wrong sign it is further off than unshifted."""
    which = dreamer(carry=1, steps=0, first_steps=5, carried=carried)
    first, second = states(which, moving(which, 2, 4))
    inside = (..., slice(8, -8))
    before, after = first.dream - first.source, second.dream - second.source
    shifted, unshifted, wrong = (torch.roll(before, by, -1)[inside] for by in (4, 0, -4))
    right = float((after[inside] - shifted).abs().mean())
    assert right < 0.1 * float((after[inside] - unshifted).abs().mean())
    assert float((after[inside] - unshifted).abs().mean()) < float((after[inside] - wrong).abs().mean())


def test_a_carried_frame_overgrows_its_scene_and_a_carried_change_does_not() -> None:
    change, frame = (
        states(dreamer(carried=one, step_size=0.006), moving(dreamer(carried=one, step_size=0.006), 75, 0))[-1]
        for one in ("change", "frame")
    )
    assert mean_rms(frame.dream - frame.source) > 1.4 * mean_rms(change.dream - change.source)


def test_where_something_newly_appears_the_source_is_seen() -> None:
    which = dreamer(carry=1, steps=0, first_steps=5)
    _, second = states(which, moving(which, 2, 8))
    assert torch.equal(second.dream[..., :8], second.source[..., :8])
    assert not torch.equal(second.dream[..., 20:], second.source[..., 20:])


def test_a_cut_starts_afresh() -> None:
    which = dreamer(first_steps=3)
    moments = list(moving(which, 2, 4))
    cut = Moment(1, moments[1].time, moments[1].elapsed, moments[1].source, moments[1].values, motion=None)
    ((alone, _),) = dream_frames(which, [cut])
    *_, after = states(which, iter([moments[0], cut]))
    assert torch.equal(after.dream, alone.dream)


def test_steps_zero_is_the_source() -> None:
    which = dreamer(steps=0)
    for state in states(which, moving(which, 3, 4)):
        assert torch.equal(state.dream, state.source)


def test_mix_is_laid_over_the_result_and_not_carried() -> None:
    half, whole = dreamer(mix=0.5), dreamer()
    for (mixed, shown), (plain, _) in zip(
        dream_frames(half, moving(half, 3, 2)), dream_frames(whole, moving(whole, 3, 2)), strict=True
    ):
        assert torch.equal(mixed.dream, plain.dream)
        assert torch.allclose(shown.picture, (plain.dream + plain.source) / 2, atol=1e-6)


@pytest.mark.parametrize("carry", [0.8, 0.95, 1.0])
def test_strength_is_held_on_a_still_scene(carry: float) -> None:
    which = dreamer(carry=carry)
    strengths = [mean_rms(state.dream - state.source) for state in states(which, moving(which, 40, 0))]
    assert np.mean(strengths[1:5]) == pytest.approx(np.mean(strengths[-10:]), rel=0.15)
    assert np.mean(strengths[-10:]) == pytest.approx(strengths[0], rel=0.2)


def test_a_still_picture_goes_on_changing_and_smoothly() -> None:
    """What changes in a frame goes on in the next: much comes of it in time, and little of it is shivering."""
    which = dreamer()
    changes = [state.dream - state.source for state in states(which, moving(which, 45, 0))][2:]
    turns = [after - before for before, after in pairwise(changes)]
    assert np.mean([correlation(before, after) for before, after in pairwise(turns)]) > 0.2
    assert np.mean([1 - correlation(a, b) for a, b in zip(changes, changes[20:], strict=False)]) > 0.05


def test_momentum_goes_along_with_a_known_motion() -> None:
    which, shift = dreamer(), 4
    first, second, third = moving(which, 3, shift)
    assert third.motion is not None
    *_, before = states(which, iter([first, second]))
    start = riding(arrived(which, before, third, third.motion), third)
    assert start.momentum is not None
    was, goes_on = before.memory["momentum"], start.momentum
    shifted = torch.roll(was, shift, -1)
    inside = (..., slice(8, -8))
    assert correlation(goes_on[inside], shifted[inside]) > 0.99
    assert 0.5 < mean_rms(goes_on[inside]) / mean_rms(shifted[inside]) < 0.8
    assert float(goes_on[..., :shift].abs().max()) < 0.05 * float(goes_on.abs().max())


def test_24_and_60_frames_a_second_look_alike() -> None:
    def strength(rate: int) -> float:
        which = dreamer(carry=0.9)
        *_, last = states(which, moving(which, rate, 0, Fraction(rate)))
        return mean_rms(last.dream - last.source)

    assert strength(60) == pytest.approx(strength(24), rel=0.1)


def test_a_carried_frame_costs_less_than_a_full_size_pass() -> None:
    which = dreamer()
    passes = [rendered.passes for _, rendered in dream_frames(which, moving(which, 12, 1))]
    assert np.mean(passes[1:]) <= 1
    octaves = octaves_of(SHAPE, 3, 1.5, 16)
    assert {octave for index in range(4) for octave, _ in in_turn(octaves, index, 1)} == set(octaves)


def test_the_target_moves_with_the_picture() -> None:
    target = torch.zeros(1, 1, 8, 12)
    target[..., 2:4, 2:4] = 1
    flow = torch.zeros(1, 2, *SHAPE)
    flow[:, 0] = -16
    moved = carried_target(target, Motion(flow, torch.ones(1, 1, *SHAPE)))
    assert torch.allclose(moved[..., 2:4, 4:6], torch.ones(1, 1, 2, 2), atol=1e-5)


def test_places_above_the_target_step_less() -> None:
    change = as_tensor(texture(*SHAPE)) - 0.5
    now = local_rms(change)
    assert float(step_gain(now * 2, change).mean()) > 1.5
    assert float(step_gain(now, change).mean()) == pytest.approx(1, abs=1e-3)
    assert float(step_gain(now / 2, change).mean()) < 0.4


def test_what_was_lost_on_the_way_is_given_back_where_it_was_seen() -> None:
    change = as_tensor(texture(*SHAPE)) - 0.5
    target, seen = local_rms(change), torch.ones(1, 1, *SHAPE)
    assert torch.allclose(restored(0.95 * change, target, seen), change, rtol=0.05, atol=0.005)
    assert torch.equal(restored(0.95 * change, target, 0 * seen), 0.95 * change)
    assert torch.equal(restored(change, target / 2, seen), change)


def test_a_bright_remnant_does_not_glow_for_its_surroundings() -> None:
    remnant, even = (torch.zeros(1, 3, *SHAPE) for _ in range(2))
    remnant[..., 16:24, 16:24] = 0.2
    even[..., 8:32, 8:32] = 0.06
    seen = torch.ones(1, 1, *SHAPE)
    target = torch.full_like(local_rms(even), 0.08)
    glow = [restored(change, target, seen)[0, 0, 19, 19] / change[0, 0, 19, 19] for change in (remnant, even)]
    assert glow[0] < 1.02 < 1.05 < glow[1]


def test_what_newly_appears_does_not_drive_the_steps_of_the_rest() -> None:
    change = torch.full((1, 3, *SHAPE), 0.1)
    change[..., SHAPE[1] // 2 :] = 0.02
    target, visible = torch.full_like(local_rms(change), 0.1), torch.ones(1, 1, *SHAPE)
    visible[..., SHAPE[1] // 2 :] = 0
    assert pushed_on(1.0, target, change, visible, 1.0, 8.0) < 1.1
    assert pushed_on(1.0, target, change, torch.ones_like(visible), 1.0, 8.0) > 1.1


def test_what_is_lost_on_the_way_is_never_stepped_over() -> None:
    """However weak a dream has become, its steps stay as large as a still picture needs at most."""
    change, visible = torch.full((1, 3, *SHAPE), 0.05), torch.ones(1, 1, *SHAPE)
    target = torch.full_like(local_rms(change), 0.1)
    push = 1.0
    for _ in range(20):
        push = pushed_on(push, target, change, visible, 1.0, 1.5)
    assert push == 1.5


def coming(which: Dreamer, frames: int) -> Iterator[Moment]:
    """A still texture, over which another one lies from frame 3 on."""
    ground, thing = as_tensor(texture(192, 256)), as_tensor(texture(192, 256, seed=5))
    for index in range(frames):
        source, visible = ground.clone(), torch.ones(1, 1, 192, 256)
        if index >= 3:
            source[NEW] = thing[NEW]
        if index == 3:
            visible[NEW] = 0
        motion = Motion(torch.zeros(1, 2, 192, 256), visible) if index else None
        values = which.values(index, RATE)
        beats = range(index, index + 1) if index else range(0)
        yield Moment(index, index / RATE, float(1 / RATE), source, values, motion, beats=beats)


NEW = (slice(None), slice(None), slice(48, 144), slice(64, 176))


def test_what_newly_appears_dreams_by_its_fifth_frame_as_a_first_frame_would() -> None:
    """In its own place, and nothing else is changed by it."""
    which = dreamer()
    moments = list(coming(which, 8))
    *_, last = states(which, iter(moments))
    alone = states(which, iter([replace(moments[-1], motion=None)]))[0]
    power = [float((one.dream - one.source)[NEW].square().mean().sqrt()) for one in (last, alone)]
    assert 0.75 < power[0] / power[1] < 1.3
    scores = [float(which.score(0, RATE)(picture[NEW])) for picture in (last.dream, alone.dream, last.source)]
    assert scores[0] - scores[2] > 0.75 * (scores[1] - scores[2])


def test_what_newly_appears_is_dreamed_on_octave_by_octave() -> None:
    which = dreamer()
    source = as_tensor(texture(192, 256))
    young = torch.zeros(1, 1, 192, 256)
    young[..., 64:112, 96:160] = 1.0
    score = which.score(1, RATE)
    octaves = which.octaves((192, 256), score)
    picture, left, pushed = source, young, 0
    for beat in range(len(octaves)):
        found = grown(which, score, octaves, source, picture, left, Pace(1, 0.02, 4), beat)
        assert torch.allclose(found.where, young, atol=1e-6)
        assert float(found.young[young > 0].mean()) == pytest.approx(1 - (beat + 1) / len(octaves), abs=1e-5)
        picture, left, pushed = found.done.picture, found.young, pushed + found.done.pushed
    change = (picture - source).abs().mean(1, keepdim=True)
    assert change[young > 0].mean() > 0.05
    assert change[young == 0].mean() < 0.1 * change[young > 0].mean()
    assert pushed < 10 * 192 * 256
    done = grown(which, score, octaves, source, picture, left, Pace(1, 0.02, 4), 9)
    assert done.done.pushed == 0
    assert torch.equal(done.done.picture, picture)


def test_a_transparent_place_is_never_dreamed() -> None:
    which = dreamer()
    mask = torch.ones(1, 1, *SHAPE)
    mask[..., :40] = 0
    moments = [replace(moment, mask=mask) for moment in moving(which, 3, 0)]
    for moment, (_, rendered) in zip(moments, dream_frames(which, moments), strict=True):
        assert torch.equal(rendered.picture[..., :40], moment.source[..., :40])
        assert not torch.equal(rendered.picture, moment.source)


def test_warping_by_a_known_flow_is_a_shift() -> None:
    picture = as_tensor(texture(*SHAPE))
    flow = torch.zeros(1, 2, *SHAPE)
    flow[:, 1] = 5
    assert torch.allclose(warp(picture, flow)[..., :-6, :], picture[..., 5:-1, :], atol=1e-4)


def test_rooms_may_be_read_from_anywhere(tmp_path: Path) -> None:
    """A state is plain tensors: what a job stores comes back as it was."""
    from safetensors.torch import load_file, save_file

    which = dreamer()
    *_, last = states(which, moving(which, 2, 3))
    tensors = {"source": last.source, "dream": last.dream, **last.memory}
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, tmp_path / "state.safetensors")
    back = load_file(tmp_path / "state.safetensors")
    assert all(torch.equal(back[name], tensor) for name, tensor in tensors.items())
