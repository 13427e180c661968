"""The ascent goes uphill, stays in range, keeps the source's detail, and gives the same bits however it is called."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from mariana_video.dream.ascent import Pace, ascend, shifted_gradient
from mariana_video.dream.octaves import Octave, octaves_of
from mariana_video.dream.rules import Length, moved
from mariana_video.dream.score import Score
from mariana_video.errors import DreamError, NetworkError, UsageError
from mariana_video.networks.network import Network
from tests.conftest import as_tensor, score_by, small_network, texture

SHAPE = (48, 64)


def score(network: Network, text: str = "conv3") -> Score:
    return score_by(network, text)


def dreamed(network: Network, picture: Tensor, steps: int = 5, seed: int = 0) -> Tensor:
    octaves = octaves_of(SHAPE, 2, 1.5, 16)
    *_, last = ascend(picture, score(network), octaves, Pace(steps, 0.02, 8), (seed, 0))
    return last.picture


def test_the_score_rises(network: Network) -> None:
    picture = as_tensor(texture(*SHAPE))
    before = float(score(network)(picture))
    assert float(score(network)(dreamed(network, picture))) > 2 * before


def test_results_stay_in_range(network: Network) -> None:
    result = dreamed(network, as_tensor(texture(*SHAPE)), steps=40)
    assert result.min() >= 0
    assert result.max() <= 1


def test_steps_shrink_near_black_and_white() -> None:
    picture = torch.tensor([0.5, 0.99, 0.99]).view(1, 3, 1, 1)
    up = torch.tensor([1.0, 1.0, -1.0]).view(1, 3, 1, 1)
    change = (moved(picture, up, Length(0.01)) - picture).flatten()
    assert change[0] == pytest.approx(0.01, abs=1e-6)
    assert 0 < change[1] < 0.002
    assert change[2] == pytest.approx(-0.01, abs=1e-6)


def test_a_small_octave_keeps_the_sources_detail(network: Network) -> None:
    """Only the smaller octave runs: what it can't hold, the finest detail, comes through untouched."""
    checker = torch.full((1, 3, *SHAPE), 0.5)
    checker[..., ::2, ::2] += 0.2
    checker[..., 1::2, 1::2] += 0.2
    octave = Octave((SHAPE[0] // 4, SHAPE[1] // 4), 0.25)
    *_, last = ascend(checker, score(network), (octave,), Pace(3, 0.02, 8), (0, 0))

    def finest(picture: Tensor) -> Tensor:
        return picture[..., ::2, ::2] - picture[..., ::2, 1::2]

    assert float((last.picture - checker).abs().mean()) > 0.005
    assert float((finest(last.picture) - finest(checker)).abs().mean()) < 0.1 * float(finest(checker).abs().mean())


def test_no_octave_is_refused_unless_asked_for_by_number() -> None:
    assert [octave.shape for octave in octaves_of((40, 60), None, 1.5, 30)] == [(40, 60)]
    with pytest.raises(UsageError, match=r"--octaves 3.*needs 30 pixels.*use at most 1"):
        octaves_of((40, 60), 3, 1.5, 30)


def test_a_picture_smaller_than_the_network_needs_can_dream(network: Network) -> None:
    *_, last = ascend(
        torch.rand(1, 3, 1, 5), score(network), octaves_of((1, 5), None, 1.5, 16), Pace(2, 0.1, 8), (0, 0)
    )
    assert last.picture.shape == (1, 3, 1, 5)


def test_the_same_seed_gives_the_same_bits_and_another_does_not(network: Network) -> None:
    picture = as_tensor(texture(*SHAPE))
    assert torch.equal(dreamed(network, picture), dreamed(network, picture))
    assert not torch.equal(dreamed(network, picture), dreamed(network, picture, seed=1))


_ON_THREADS = """
import sys, torch
torch.set_num_threads(int(sys.argv[1]))
from tests.dream.test_ascent import *
from mariana_video.loop.strength import braked, local_rms, step_gain
picture = as_tensor(texture(90, 120))
octaves = octaves_of((90, 120), 3, 1.5, 16)
gain = step_gain(torch.full((1, 1, 12, 15), 0.05), picture - 0.5)
*_, last = ascend(picture, score(small_network()), octaves, Pace(4, 0.02, 16, gain), (0, 0))
import hashlib
print(hashlib.sha256(braked(last.picture - picture, local_rms(picture - 0.5)).numpy().tobytes()).hexdigest())
"""


def test_the_same_bits_on_any_number_of_threads() -> None:
    """In processes of their own: the number of threads is set once, before anything runs."""

    def bits(threads: int) -> str:
        command = [sys.executable, "-c", _ON_THREADS, str(threads)]
        root = Path(__file__).parents[2]
        return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout

    one = bits(1)
    assert len(one.strip()) == 64
    assert one == bits(2)


def test_dreams_under_no_grad_and_inference_mode() -> None:
    network, picture = small_network(), as_tensor(texture(*SHAPE))
    plain = dreamed(network, picture)
    with torch.no_grad():
        assert torch.equal(dreamed(network, picture), plain)
    with torch.inference_mode():
        assert torch.equal(dreamed(network, picture.clone()), plain)
    assert torch.equal(dreamed(network, picture), plain)


def test_a_gradient_that_is_not_finite_stops_with_a_sentence() -> None:
    with pytest.raises(DreamError, match="not finite"):
        moved(torch.rand(1, 3, 4, 4), torch.full((1, 3, 4, 4), math.nan), Length(0.1))


def test_a_flat_gradient_changes_nothing() -> None:
    picture = torch.rand(1, 3, 4, 4)
    assert torch.equal(moved(picture, torch.zeros(1, 3, 4, 4), Length(0.1)), picture)


def test_a_gain_of_zero_leaves_a_pixel_alone(network: Network) -> None:
    picture = as_tensor(texture(*SHAPE))
    gain = torch.zeros(1, 1, *SHAPE)
    gain[..., 32:] = 1
    *_, last = ascend(picture, score(network), octaves_of(SHAPE, 1, 1.5, 16), Pace(3, 0.02, 8, gain), (0, 0))
    changed = (last.picture - picture).abs().amax((0, 1, 2))
    assert float(changed[:32].max()) == 0
    assert float(changed[32:].min()) > 0


def test_the_gradient_is_the_slope_of_the_score(network: Network) -> None:
    """Against finite differences, along the gradient itself and at the pixels well inside."""
    picture = as_tensor(texture(*SHAPE))
    gradient = shifted_gradient(score(network), picture, (3, 5), 8).gradient
    way = torch.zeros_like(gradient)
    way[..., 8:-8, 8:-8] = gradient[..., 8:-8, 8:-8]
    slope = float(way.norm())
    way = way * (0.005 / slope)
    up = shifted_gradient(score(network), picture + way, (3, 5), 8).score
    down = shifted_gradient(score(network), picture - way, (3, 5), 8).score
    assert slope == pytest.approx((up - down) / 0.01, rel=0.005)


def test_weights_of_layers_mean_something(network: Network) -> None:
    picture = as_tensor(texture(*SHAPE))
    one, other = float(score(network, "conv2")(picture)), float(score(network, "conv3")(picture))
    assert float(score(network, "conv2 + 0.5*conv3")(picture)) == pytest.approx(one + 0.5 * other, rel=1e-5)


def test_a_channel_the_layer_lacks_is_refused_with_its_range(network: Network) -> None:
    with pytest.raises(NetworkError, match=r"conv3\[16\].*channels 0 to 15"):
        score(network, "conv3[16]")


def test_what_a_place_steps_does_not_hang_on_what_lies_far_from_it() -> None:
    """Far off, a gradient a hundred times as large changes a step by less than a hundredth."""
    picture = torch.full((1, 3, 64, 640), 0.5)
    gradient = torch.randn(1, 3, 64, 640, generator=torch.Generator().manual_seed(0))
    louder = gradient.clone()
    louder[..., 480:] *= 100
    plain, beside = (moved(picture, one, Length(0.01))[..., :160] for one in (gradient, louder))
    change = plain - picture[..., :160]
    scale = ((beside - picture[..., :160]) * change).sum() / change.square().sum()
    assert abs(scale - 1) < 0.01
