"""Every channel its share: what is poor is worth more, a natural picture scores 1, each region has its own mixture."""

from __future__ import annotations

import pytest
import torch

from mariana_video.networks.natural import Alike, Natural, natural
from mariana_video.networks.regions import REGION, regions


def responses(seed: int, side: int = 20) -> torch.Tensor:
    loud = torch.tensor([4.0, 2.0, 1.0, 0.5]).view(1, -1, 1, 1)
    return loud * torch.randn(1, 4, side, side, generator=torch.Generator().manual_seed(seed)).relu()


@pytest.fixture
def usual() -> Natural:
    return natural([regions(responses(seed)) for seed in range(9)])


def test_a_natural_picture_scores_1(usual: Natural) -> None:
    assert float(usual.shares(responses(99)).mean()) == pytest.approx(1, rel=0.1)
    assert torch.allclose(usual.squares[0] / usual.squares[3], torch.tensor(64.0), rtol=0.2)


def test_what_is_poor_is_worth_more(usual: Natural) -> None:
    """Doubling the channel that has least gains more than doubling the one that has most; in a plain mean, less."""
    picture = responses(7) * torch.tensor([3.0, 1.0, 1.0, 0.3]).view(1, -1, 1, 1)
    gains = []
    for channel in (0, 3):
        more = picture.clone()
        more[:, channel] *= 2
        gains.append(float(usual.shares(more).mean()) - float(usual.shares(picture).mean()))
    assert gains[1] > 2 * gains[0] > 0


def test_how_loud_a_channel_naturally_is_does_not_matter() -> None:
    factor = torch.tensor([3.0, 0.5, 1.0, 2.0]).view(1, -1, 1, 1)
    plain = natural([regions(responses(seed)) for seed in range(4)])
    scaled = natural([regions(factor * responses(seed)) for seed in range(4)])
    assert torch.allclose(scaled.shares(factor * responses(5)), plain.shares(responses(5)), rtol=1e-3)


def test_each_region_has_its_own_mixture(usual: Natural) -> None:
    """What is rich on the left makes nothing on the right worth less."""
    wide = torch.cat([responses(1, 2 * REGION), 9 * responses(2, 2 * REGION)], 3)
    dull = torch.cat([responses(1, 2 * REGION), responses(2, 2 * REGION)], 3)
    found, alone = usual.shares(wide), usual.shares(dull)
    assert found.shape == alone.shape
    assert found.shape[-1] > found.shape[-2] > 2
    assert torch.allclose(found[..., :3], alone[..., :3])
    assert float(found[..., -1].mean()) > 9 * float(alone[..., -1].mean())


def alike(*pictures: torch.Tensor) -> torch.Tensor:
    found = Alike()
    for picture in pictures:
        found.add(picture)
    return found.counts()


def test_channels_that_say_the_same_count_less() -> None:
    """Three of a kind have a ninth each of what a channel of its own has, however loud they are."""
    alone = [responses(seed)[:, :2] for seed in range(9)]
    three = [torch.cat([one, 2 * one[:, 1:], 5 * one[:, 1:], 0 * one[:, 1:]], 1) for one in alone]
    counts = alike(*three)
    assert float(counts.mean()) == pytest.approx(1)
    assert torch.allclose(counts[0] / counts[1:4], torch.tensor(9.0), rtol=0.1)
    assert float(counts[4]) == pytest.approx(float(counts[0]), rel=0.1)
    assert torch.allclose(alike(torch.cat(three, 3)), counts)


def test_what_many_channels_have_is_worth_less_than_what_one_has() -> None:
    """A motif of which three channels tell gains less when it grows than one that is a channel's own; else, more."""
    pictures = [torch.cat([one, one[:, 1:2], one[:, 1:2]], 1) for one in (responses(seed)[:, :2] for seed in range(9))]
    for counts, richer in ((alike(*pictures), 0), (None, 1)):
        usual = natural([regions(picture) for picture in pictures], counts=counts)
        plain, gains = float(usual.shares(pictures[0]).mean()), []
        for grown in ([0], [1, 2, 3]):
            more = pictures[0].clone()
            more[:, grown] *= 2
            gains.append(float(usual.shares(more).mean()) - plain)
        assert plain == pytest.approx(1, rel=0.2)
        assert gains[richer] > 1.5 * gains[1 - richer] > 0


@pytest.mark.parametrize("shape", [(1, 1), (5, 40), (23, 24), (37, 90), (135, 240)])
def test_regions_leave_no_border_out(shape: tuple[int, int]) -> None:
    for edge in ((0, 0), (shape[0] - 1, shape[1] - 1)):
        spot = torch.zeros(1, 1, *shape)
        spot[0, 0, edge[0], edge[1]] = 1
        assert float(regions(spot).sum()) > 0
    assert torch.allclose(regions(torch.full((1, 2, *shape), 3.0)), torch.tensor(9.0))


def test_it_is_the_same_from_plain_values() -> None:
    usual = natural([regions(responses(seed)) for seed in range(9)], counts=torch.tensor([0.5, 2.0, 1.0, 0.5]))
    again = Natural.of(usual.to_dict(), 4)
    assert not torch.allclose(Natural(usual.squares, usual.share).shares(responses(3)), usual.shares(responses(3)))
    assert torch.allclose(again.shares(responses(3)), usual.shares(responses(3)), rtol=1e-2)


@pytest.mark.parametrize("squares", [[1.0, 2.0], [1.0, 2.0, 3.0, float("nan")], [1.0, 2.0, 3.0, -1.0], ["a"] * 4])
def test_what_can_t_be_is_refused(usual: Natural, squares: list[object]) -> None:
    with pytest.raises(ValueError, match=r"channels|float"):
        Natural.of({**usual.to_dict(), "squares": squares}, 4)
    with pytest.raises(ValueError, match="channels"):
        Natural.of({**usual.to_dict(), "share": 0}, 4)
    with pytest.raises(ValueError, match=r"count|float"):
        Natural.of({**usual.to_dict(), "counts": squares}, 4)


def test_the_gradient_has_the_same_bits_on_any_number_of_threads(usual: Natural) -> None:
    found = []
    before = torch.get_num_threads()
    for threads in (1, 2):
        torch.set_num_threads(threads)
        picture = responses(3, 150).contiguous(memory_format=torch.channels_last).requires_grad_(True)
        found += torch.autograd.grad(usual.shares(picture).mean(), picture)
    torch.set_num_threads(before)
    assert torch.equal(*found)
