"""The loop of frames: the dream goes along with the motion, keeps its strength, and begins anew where it must."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mariana_video.dream.octaves import octaves_of
from mariana_video.dream.plain.measure import rms
from mariana_video.loop.carried import start_on, warped_dream
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.dreaming import in_turn
from mariana_video.loop.frames import dreamed
from mariana_video.loop.state import Moment
from mariana_video.motion.warp import warp
from tests.conftest import as_tensor, texture
from tests.loop.moments import SHAPE, correlation, dreamer, moving, states


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
    assert rms(frame.dream - frame.source) > 1.4 * rms(change.dream - change.source)


def test_where_something_newly_appears_the_source_is_seen() -> None:
    which = dreamer(carry=1, steps=0, first_steps=5)
    _, second = states(which, moving(which, 2, 8))
    assert torch.equal(second.dream[..., :8], second.source[..., :8])
    assert not torch.equal(second.dream[..., 20:], second.source[..., 20:])


def test_a_cut_starts_afresh() -> None:
    which = dreamer(first_steps=3)
    moments = list(moving(which, 2, 4))
    cut = Moment(1, moments[1].time, moments[1].elapsed, moments[1].source, moments[1].values, motion=None)
    ((alone, _),) = dreamed(which, [cut])
    *_, after = states(which, iter([moments[0], cut]))
    assert torch.equal(after.dream, alone.dream)


def test_steps_zero_is_the_source() -> None:
    which = dreamer(steps=0)
    for state in states(which, moving(which, 3, 4)):
        assert torch.equal(state.dream, state.source)


def test_mix_is_laid_over_the_result_and_not_carried() -> None:
    half, whole = dreamer(mix=0.5), dreamer()
    for (mixed, shown), (plain, _) in zip(
        dreamed(half, moving(half, 3, 2)), dreamed(whole, moving(whole, 3, 2)), strict=True
    ):
        assert torch.equal(mixed.dream, plain.dream)
        assert torch.allclose(shown.picture, (plain.dream + plain.source) / 2, atol=1e-6)


@pytest.mark.parametrize("carry", [0.8, 0.95, 1.0])
def test_strength_is_held_on_a_still_scene(carry: float) -> None:
    which = dreamer(carry=carry)
    strengths = [rms(state.dream - state.source) for state in states(which, moving(which, 40, 0))]
    assert np.mean(strengths[1:5]) == pytest.approx(np.mean(strengths[-10:]), rel=0.15)
    assert np.mean(strengths[-10:]) == pytest.approx(strengths[0], rel=0.2)


def test_a_still_picture_goes_on_changing_and_smoothly() -> None:
    """What changes in a frame goes on in the next: much comes of it in time, and little of it is shivering."""
    which = dreamer()
    changes = [state.dream - state.source for state in states(which, moving(which, 45, 0))][2:]
    turns = [after - before for before, after in pairwise(changes)]
    assert np.mean([correlation(before, after) for before, after in pairwise(turns)]) > 0.2
    assert np.mean([1 - correlation(a, b) for a, b in zip(changes, changes[20:], strict=False)]) > 0.05


def test_more_momentum_is_smoother() -> None:
    def shivering(momentum: float) -> float:
        which = dreamer(momentum=momentum)
        changes = [state.dream - state.source for state in states(which, moving(which, 30, 0))][2:]
        turns = [after - before for before, after in pairwise(changes)]
        return float(np.mean([correlation(before, after) for before, after in pairwise(turns)]))

    assert shivering(0.9) > shivering(0.65) + 0.05 > shivering(0) + 0.1


@pytest.mark.parametrize(("hold", "draws"), [(0, 24), (0.04, 24), (0.48, 3), (1, 1)])
def test_the_jitter_is_held_as_long_as_asked(monkeypatch: pytest.MonkeyPatch, hold: float, draws: int) -> None:
    which, asked = dreamer(jitter_hold=hold), set()
    ascend = Dreamer.ascend

    def noting(self: Dreamer, *given: Any) -> Any:
        asked.add(given[-1])
        return ascend(self, *given)

    monkeypatch.setattr(Dreamer, "ascend", noting)
    states(which, moving(which, 25, 0))
    assert abs(len(asked - {0}) - draws) <= 1


def test_momentum_goes_along_with_a_known_motion() -> None:
    which, shift = dreamer(), 4
    first, second, third = moving(which, 3, shift)
    assert third.motion is not None
    *_, before = states(which, iter([first, second]))
    start = start_on(warped_dream(which, before, third, third.motion), third)
    assert start.momentum is not None
    was, goes_on = before.tensors["momentum"], start.momentum
    shifted = torch.roll(was, shift, -1)
    inside = (..., slice(8, -8))
    assert correlation(goes_on[inside], shifted[inside]) > 0.99
    assert 0.5 < rms(goes_on[inside]) / rms(shifted[inside]) < 0.8
    assert float(goes_on[..., :shift].abs().max()) < 0.05 * float(goes_on.abs().max())


def test_24_and_60_frames_a_second_look_alike() -> None:
    def strength(rate: int) -> float:
        which = dreamer(carry=0.9)
        *_, last = states(which, moving(which, rate, 0, Fraction(rate)))
        return rms(last.dream - last.source)

    assert strength(60) == pytest.approx(strength(24), rel=0.1)


def test_a_carried_frame_costs_less_than_a_full_size_pass() -> None:
    which = dreamer()
    passes = [rendered.passes for _, rendered in dreamed(which, moving(which, 12, 1))]
    assert np.mean(passes[1:]) <= 1
    octaves = octaves_of(SHAPE, 3, 1.5, 16)
    assert {octave for index in range(4) for octave, _ in in_turn(octaves, index, 1)} == set(octaves)


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
    tensors = {"source": last.source, "dream": last.dream, **last.tensors}
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, tmp_path / "state.safetensors")
    back = load_file(tmp_path / "state.safetensors")
    assert all(torch.equal(back[name], tensor) for name, tensor in tensors.items())
