"""What stands still rests, place by place, while something else moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.frames import dreamed
from mariana_video.loop.resting import Resting, may_rest, resting
from mariana_video.loop.state import Moment, Rendered, State
from mariana_video.motion.motion import Motion
from tests.conftest import as_tensor, instant, texture
from tests.loop.moments import RATE, dreamer

HIGH, WIDE, SIDE = 160, 240, 24
LEFT, TOP = 24, 64  # where the thing is at first
CELLS = (HIGH // 8, WIDE // 8)
CORNER = (slice(None), slice(None), slice(0, 48), slice(160, 240))  # far from what moves


def tripod(which: Dreamer, frames: int, sigma: float = 2.0, first: int = 0, swing: int = 4) -> Iterator[Moment]:
    """A still texture with a camera's noise (`sigma` of 255), before which a square goes to and fro."""
    ground, thing = as_tensor(texture(HIGH, WIDE)), as_tensor(texture(SIDE, SIDE, seed=5))
    for index in range(first, first + frames):
        here, before = (LEFT + 2 * abs((number + swing) % (2 * swing) - swing) for number in (index, index - 1))
        noise = torch.randn(ground.shape, generator=torch.Generator().manual_seed(index))
        source, flow, visible = ground.clone(), torch.zeros(1, 2, HIGH, WIDE), torch.ones(1, 1, HIGH, WIDE)
        source[..., TOP : TOP + SIDE, here : here + SIDE] = thing
        visible[..., TOP : TOP + SIDE, before : before + SIDE] = 0
        flow[:, 0, TOP : TOP + SIDE, here : here + SIDE] = before - here
        visible[..., TOP : TOP + SIDE, here : here + SIDE] = 1
        motion = Motion(flow, visible) if index else None
        yield Moment(
            index,
            index / RATE,
            float(1 / RATE),
            (source + noise * sigma / 255).clamp(0, 1),
            which.values(instant(index)),
            motion,
            dream_frames=range(index, index + 1) if index else range(0),
            slower=1,
        )


def long_after(moments: Iterator[Moment], which: Dreamer) -> State:
    """The state after some moments, where all that stands has stood for five seconds."""
    *_, (state, _) = dreamed(which, moments)
    stood = state.tensors["stood"]
    return replace(state, tensors={**state.tensors, "stood": torch.where(stood > 0.4, 5.0, stood)})


@pytest.fixture(scope="module")
def begun() -> State:
    """That of a tripod film, frame 15 of which is the last."""
    which = dreamer()
    return long_after(tripod(which, 16), which)


NEXT = 16


def made(which: Dreamer, moments: Iterator[Moment], state: State | None = None) -> tuple[list[State], list[Rendered]]:
    states, shown = zip(*dreamed(which, moments, state), strict=True)
    return list(states), list(shown)


def rms(state: State, where: tuple[slice, ...] = CORNER) -> float:
    return float((state.dream - state.source)[where].square().mean().sqrt())


def test_the_network_is_asked_about_what_moves_and_every_eighth_dream_frame_about_the_rest(begun: State) -> None:
    which = dreamer()
    _, before = made(which, tripod(which, 8, first=1), made(which, tripod(which, 1))[0][0])
    _, after = made(which, tripod(which, 8, first=NEXT), begun)
    assert sum(one.passes for one in after) < 0.5 * sum(one.passes for one in before)
    assert min(one.passes for one in after) < 0.35 * before[-1].passes


def test_what_rests_keeps_its_strength_and_does_not_pulse_at_its_turns(begun: State) -> None:
    which = dreamer()
    states, _ = made(which, tripod(which, 40, first=NEXT, sigma=0), begun)
    assert rms(states[-1]) == pytest.approx(rms(begun), rel=0.05)
    dreams = [(one.dream - one.source)[CORNER] for one in states[-17:]]
    steps = [float((later - earlier).square().mean().sqrt()) for earlier, later in pairwise(dreams)]
    assert 0 < max(steps) < 1.6 * min(steps)


def test_what_moves_goes_on_as_if_nothing_rested(begun: State) -> None:
    which = dreamer()
    slow, _ = made(which, tripod(which, 24, first=NEXT), begun)
    ever, _ = made(which, (replace(one, slower=None) for one in tripod(which, 24, first=NEXT)), begun)
    thing = (slice(None), slice(None), slice(TOP, TOP + SIDE), slice(LEFT, LEFT + SIDE + 16))
    assert rms(slow[-1], thing) == pytest.approx(rms(ever[-1], thing), rel=0.1)


def rest_of(state: State, change: float, where: tuple[slice, ...], moved: Tensor | None = None) -> Resting:
    """Of a frame in which each value `where` is so much (of 255) more than it was."""
    moment = next(tripod(dreamer(), 1, first=NEXT, sigma=0))
    moment.source[where] = (moment.source[where] + change / 255).clamp(0, 1)
    return resting(moment, state, torch.zeros(1, 1, *CELLS) if moved is None else moved)


INNER = (0, 0, slice(1, 5), slice(21, 29))  # cells of the corner


def test_a_change_or_a_slow_fade_wakes_a_place_at_once_and_noise_does_not(begun: State) -> None:
    asleep, awake = rest_of(begun, 1, CORNER), rest_of(begun, 8, CORNER)
    assert asleep.rests is not None
    assert asleep.rests[INNER].all()
    assert awake.rests is not None
    assert not awake.rests[INNER].any()
    state = begun
    for fade in range(1, 8):  # each is as little as noise
        faded = rest_of(state, fade, CORNER)
        state = replace(state, tensors={**state.tensors, **faded.tensors})
    assert float((state.tensors["stood"][INNER] < 0.2).float().mean()) > 0.9  # the others are nearly white
    assert float(state.tensors["stood"][0, 0, 15, 25]) > 4


def test_a_plain_thing_moves_as_a_whole_and_noise_of_motion_is_none(begun: State) -> None:
    """What is plain looks the same while it moves: its outline tells."""
    moved = torch.zeros(1, 1, *CELLS)
    moved[INNER] = 1
    outline = (slice(None), slice(None), slice(8, 16), slice(168, 232))
    thing, nothing = (rest_of(begun, change, outline, moved).tensors["stood"][INNER] for change in (30, 0))
    assert not thing.any()
    assert nothing.all()


def test_a_cut_starts_anew_and_a_job_of_before_goes_on(begun: State) -> None:
    which = dreamer()
    moment = next(tripod(which, 1, first=NEXT))
    (anew,), _ = made(which, iter([replace(moment, motion=None)]), begun)
    assert not {"stood", "first", "due"} & anew.tensors.keys()
    old = {name: one for name, one in begun.tensors.items() if name not in ("stood", "first", "due")}
    (after,), _ = made(which, iter([moment]), replace(begun, tensors=old))
    assert float(after.tensors["stood"].max()) == pytest.approx(1 / 25)


@pytest.mark.parametrize(("slower", "pace"), [(1, 8), (2, 4), (4, 2), (8, None)])
def test_where_the_clock_goes_slower_places_do_not_do_so_once_more(begun: State, slower: int, pace: int | None) -> None:
    which = dreamer()
    moment = replace(next(tripod(which, 1, first=NEXT)), slower=slower)
    found = resting(moment, begun, torch.zeros(1, 1, *CELLS)).places
    assert max((one.pace for one in found), default=None) == pace


def test_what_moves_all_over_is_dreamed_as_a_whole(begun: State) -> None:
    """Boxes that are nearly the picture would cost more than it."""
    all_over = (slice(None), slice(None), slice(16, 144), slice(None, None, 16))
    assert rest_of(begun, 200, all_over).places == ()


@pytest.mark.parametrize("options", [{"temporal_weight": 1}, {"symmetry": 4, "symmetry_in": "loop"}])
def test_a_step_of_the_whole_picture_is_one(options: dict[str, object]) -> None:
    which = dreamer(**options)
    assert not may_rest(next(tripod(which, 1)))
    assert may_rest(next(tripod(dreamer(), 1)))


def test_the_same_bits_on_one_thread_and_two(begun: State) -> None:
    which, threads = dreamer(), torch.get_num_threads()
    dreams = []
    for count in (1, 2):
        torch.set_num_threads(count)
        dreams.append(made(which, tripod(which, 9, first=NEXT), begun)[0][-1].dream)
    torch.set_num_threads(threads)
    assert torch.equal(*dreams)


def test_the_detail_of_a_large_film_rests_likewise() -> None:
    which = dreamer(motif_size=0.4)

    def large(moments: Iterator[Moment]) -> Iterator[Moment]:
        for one in moments:
            whole = one.source.repeat_interleave(2, -1).repeat_interleave(2, -2)
            yield replace(one, whole=whole)

    begun = long_after(large(tripod(which, 12)), which)
    states, after = made(which, large(tripod(which, 8, first=12)), begun)
    _, ever = made(which, large(replace(one, slower=None) for one in tripod(which, 8, first=12)), begun)
    assert sum(one.passes for one in after) < 0.6 * sum(one.passes for one in ever)
    fine = [float(one.tensors["fine"][..., :96, 320:].square().mean().sqrt()) for one in (begun, states[-1])]
    assert fine[1] == pytest.approx(fine[0], rel=0.1)
