"""What newly appears dreams as a first frame would, octave by octave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from mariana_video.dream.ascent import Pace
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.frames import dreamed
from mariana_video.loop.newcomers import BUDGET, grown, put_together, ungrown, young_after
from mariana_video.loop.state import Moment
from mariana_video.motion.motion import Motion
from mariana_video.networks.network import Network
from tests.conftest import as_tensor, instant, small_network, texture
from tests.loop.moments import RATE, SHAPE, dreamer, moving, states


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
        values = which.values(instant(index))
        dream_frames = range(index, index + 1) if index else range(0)
        yield Moment(index, index / RATE, float(1 / RATE), source, values, motion, dream_frames=dream_frames)


NEW = (slice(None), slice(None), slice(48, 144), slice(64, 176))


def test_what_newly_appears_dreams_by_its_fifth_frame_as_a_first_frame_would() -> None:
    """In its own place, and nothing else is changed by it."""
    which = dreamer()
    moments = list(coming(which, 8))
    *_, last = states(which, iter(moments))
    alone = states(which, iter([replace(moments[-1], motion=None)]))[0]
    power = [float((one.dream - one.source)[NEW].square().mean().sqrt()) for one in (last, alone)]
    assert 0.75 < power[0] / power[1] < 1.3
    scores = [float(which.score()(picture[NEW])) for picture in (last.dream, alone.dream, last.source)]
    assert scores[0] - scores[2] > 0.7 * (scores[1] - scores[2])  # 0.74 to 0.76, as the processor rounds


def test_what_newly_appears_is_dreamed_on_octave_by_octave() -> None:
    which = dreamer()
    source = as_tensor(texture(192, 256))
    young = torch.zeros(1, 1, 192, 256)
    young[..., 64:112, 96:160] = 1.0
    score = which.score(instant(1))
    octaves = which.octaves((192, 256), score)
    picture, left, pushed = source, young, 0
    for dream_frame in range(len(octaves)):
        found = grown(which, score, octaves, source, picture, left, Pace(1, 0.02, 4), dream_frame)
        assert torch.allclose(found.where, young, atol=1e-6)
        assert float(found.young[young > 0].mean()) == pytest.approx(1 - (dream_frame + 1) / len(octaves), abs=1e-5)
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
    for moment, (_, rendered) in zip(moments, dreamed(which, moments), strict=True):
        assert torch.equal(rendered.picture[..., :40], moment.source[..., :40])
        assert not torch.equal(rendered.picture, moment.source)


def test_much_that_is_new_is_dreamed_over_several_frames_within_a_budget() -> None:
    """What there is no room for stays young, and has its turn in a later frame."""
    which, shape = dreamer(), (320, 480)
    source, young = as_tensor(texture(*shape)), torch.zeros(1, 1, *shape)
    for first in (0, 128, 256, 384):
        young[..., first : first + 88] = 1
    score = which.score(instant(1))
    left, picture, spent = young, source, []
    for number in range(8):
        found = grown(which, score, which.octaves(shape, score), source, picture, left, Pace(1, 0.02, 4), number)
        left, picture = found.young, found.done.picture
        spent.append(found.done.pushed / (shape[0] * shape[1]))
    assert max(spent) < 2 * BUDGET  # begun within the budget, one box goes beyond it
    assert len([one for one in spent if one > 0]) > len(which.octaves(shape, score))  # else a frame each would do
    assert spent[-1] == 0 == float(left.max())


def test_a_state_that_knows_of_no_strips_is_gone_on_with() -> None:
    """A film that was begun when a state had two maps."""
    found = young_after(torch.ones(1, 2, 16, 24), torch.zeros(1, 2, 16, 24), torch.ones(1, 1, 16, 24))
    assert found.shape == (1, 3, 16, 24)
    assert not found.any()


def test_strips_are_dreamed_anew_as_one_as_soon_as_they_are_wide() -> None:
    """What comes in slowly shows a strip at a time: what is wide enough for large motifs is to have them."""
    source = as_tensor(texture(160, 240))
    dream = source.flip(-1)
    young, narrow = torch.zeros(1, 1, 160, 240), torch.zeros(1, 1, 160, 240)
    young[..., 24:136, 40:64], narrow[..., 24:136, 64:112] = 1, 1
    begun = ungrown(dream, young, narrow)
    same, nowhere = put_together(begun, source, 3, 88)  # 72 pixels so far
    assert same is begun
    assert not nowhere.any()
    young[..., 24:136, 24:40] = 1
    found, together = put_together(ungrown(dream, young, narrow), source, 3, 88)
    assert torch.equal(together > 0, (young + narrow) > 0)
    assert torch.equal(found.young, together)
    assert not found.narrow.any()
    assert torch.equal(found.done.picture[..., 32:128, 72:104], source[..., 32:128, 72:104])
    assert torch.equal(found.done.picture[..., 120:], dream[..., 120:])


def test_what_comes_in_strip_by_strip_has_its_octaves_again() -> None:
    which, count = wide_eyed(), 3
    source, score = as_tensor(texture(192, 256)), wide_eyed().score(instant(1))
    octaves = which.octaves((192, 256), score, replace(which.values(), octaves=count))
    young, picture, narrow = torch.zeros(1, 1, 192, 256), source, None
    firsts = []
    for number in range(4):
        young[..., 32:160, 72 + 24 * number : 96 + 24 * number] = 1
        found = grown(which, score, octaves, source, picture, young, Pace(1, 0.02, 4), number, narrow)
        young, narrow, picture = found.young, found.narrow, found.done.picture
        firsts.append(round(float(young[..., 32:160, 72:96].mean()) * count))
    assert firsts == [2, 1, 0, 2]
    assert float(narrow.max()) == 0


def wide_eyed() -> Dreamer:
    """A dreamer whose layer looks at 88 pixels."""
    network = small_network()
    layers = {name: replace(layer, view=88) for name, layer in network.layers.items()}
    seeing = Network(replace(network.description, layers=layers), network.body)
    return replace(dreamer(), network=seeing, networks={})
