"""The temporal loss: its gradient, and that it holds a dream together where nothing is carried."""

import pytest
import torch
from torch import Tensor

from mariana_video.dream.pull import Pull
from mariana_video.loop.state import State
from mariana_video.motion.warp import warp
from tests.loop.test_frames import dreamer, moving, states


def test_its_gradient_is_that_of_the_loss() -> None:
    generator = torch.Generator().manual_seed(0)
    aim, start = (torch.rand(1, 3, 8, 12, generator=generator) for _ in range(2))
    visible = torch.rand(1, 1, 8, 12, generator=generator)
    x = start.clone().requires_grad_()
    loss = -3 * (visible * ((x - aim) / 0.2) ** 2).sum() / (3 * visible.sum())
    loss.backward()
    assert torch.allclose(Pull(aim, visible, 3, 0.2).gradient(start), x.grad, atol=1e-6)


def test_at_the_aim_and_where_nothing_is_seen_it_does_not_pull() -> None:
    aim, visible = torch.rand(1, 3, 8, 12), torch.ones(1, 1, 8, 12)
    visible[..., :6] = 0
    assert Pull(aim, visible, 3, 0.2).gradient(aim).abs().max() == 0
    pulled = Pull(aim, visible, 3, 0.2).gradient(aim / 2)
    assert pulled[..., :6].abs().max() == 0
    assert pulled[..., 6:].min() > 0  # towards the aim


def apart(pair: tuple[State, State], shift: int) -> float:
    """RMS between the second dream and the first one moved along, over what is seen in both."""
    first, second = pair
    flow = torch.zeros(1, 2, *first.dream.shape[-2:])
    flow[:, 0] = -shift
    difference: Tensor = (second.dream - warp(first.dream, flow))[..., shift:]
    return float(difference.square().mean().sqrt())


@pytest.mark.parametrize("carry", [0, 0.5])
def test_the_harder_it_pulls_the_nearer_the_next_dream_is(carry: float) -> None:
    distances = []
    for weight in (0, 3, 10):  # far above, the normalised steps go past the aim
        which = dreamer(carry=carry, steps=6, first_steps=6, temporal_weight=weight)
        first, second = states(which, moving(which, 2, 4))
        distances.append(apart((first, second), 4))
    assert distances[0] > distances[1] > distances[2]


def test_its_scale_is_the_first_frames_strength_for_good() -> None:
    which = dreamer(carry=0.9, steps=3, first_steps=6, temporal_weight=3)
    first, *_, last = states(which, moving(which, 4, 2))
    strong = float((first.dream - first.source).square().mean().sqrt())
    assert float(first.tensors["strong"]) == pytest.approx(strong, rel=1e-5)
    assert float(last.tensors["strong"]) == float(first.tensors["strong"])
