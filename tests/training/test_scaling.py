"""What a teacher says is scaled so that all of it counts."""

from __future__ import annotations

import torch

from mariana_video.training.scaling import Scaling, by_size, whitening


def answers() -> list[torch.Tensor]:
    """Four channels: three that say the same, loudly, and a faint one of its own."""
    generator = torch.Generator().manual_seed(0)
    loud, own = torch.randn(2, 6, 1, 20, 20, generator=generator)
    return [torch.cat([9 * loud[i], 9 * loud[i], 9 * loud[i], 0.9 * own[i]])[None] + 2 for i in range(6)]


def moments(scaling: Scaling) -> tuple[torch.Tensor, torch.Tensor]:
    rows = torch.cat([scaling.of(answer) for answer in answers()]).permute(1, 0, 2, 3).flatten(1)
    return rows.square().mean(1), torch.cov(rows)


def test_channels_are_made_alike_in_size() -> None:
    size, _ = moments(by_size(answers()))
    torch.testing.assert_close(size, torch.ones(4), rtol=1e-3, atol=1e-3)


def test_whitened_what_many_say_counts_once() -> None:
    _, plain = moments(by_size(answers()))
    _, white = moments(whitening(answers()))
    largest = torch.linalg.eigvalsh(plain)[-1], torch.linalg.eigvalsh(white)[-1]
    assert largest[0] > 2.5
    assert largest[1] < 1.0


def test_a_scaling_is_the_same_from_its_state() -> None:
    for scaling in (by_size(answers()), whitening(answers())):
        torch.testing.assert_close(Scaling(*scaling.state()).of(answers()[0]), scaling.of(answers()[0]))
