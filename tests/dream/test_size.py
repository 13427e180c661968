"""One size for all: what is fitted is the picture, and detail is what a small one lacks."""

import numpy as np
import pytest
import torch

from mariana_video.dream.size import dream_shape, finer, fitted, laid_on, usual_shape
from tests.conftest import as_tensor, texture


@pytest.mark.parametrize(
    ("shape", "side", "expected"),
    [
        ((360, 640), 360, (360, 640)),
        ((1080, 1920), 360, (360, 640)),
        ((180, 320), 360, (360, 640)),
        ((1920, 1080), 360, (640, 360)),
        ((352, 640), 360, (352, 640)),  # near enough: nothing is resampled
        ((400, 711), 360, (360, 640)),
        ((90, 120), None, (90, 120)),
    ],
)
def test_the_shorter_side_is_one_for_all(shape: tuple[int, int], side: float | None, expected: tuple[int, int]) -> None:
    assert dream_shape(shape, side) == expected


def test_a_very_small_picture_is_not_enlarged_all_the_way() -> None:
    assert usual_shape((48, 64), 360) == (96, 128)
    assert usual_shape((180, 320), 360) == (360, 640)
    assert dream_shape((48, 64), 360) == (360, 480)


def test_enlarged_and_shrunk_again_a_picture_is_what_it_was() -> None:
    picture = as_tensor(texture(45, 80))
    large = fitted(picture, (90, 160))
    assert float((laid_on(large, (45, 80)) - picture).abs().max()) < 0.005
    plain = torch.nn.functional.interpolate(picture, (90, 160), mode="bilinear")
    assert float((laid_on(plain, (45, 80)) - picture).abs().max()) > 0.005


def test_what_is_fitted_stays_a_picture() -> None:
    hard = torch.zeros(1, 3, 20, 30)
    hard[..., 10:] = 1
    for shape in ((40, 60), (10, 15)):
        assert 0 <= float(fitted(hard, shape).min()) <= float(fitted(hard, shape).max()) <= 1


def test_detail_is_not_seen_when_it_is_small() -> None:
    change = torch.from_numpy(np.random.default_rng(0).standard_normal((1, 3, 96, 160)).astype(np.float32))
    kept = finer(change, (48, 80))
    assert float(laid_on(kept, (48, 80)).square().mean()) < 0.05 * float(laid_on(change, (48, 80)).square().mean())
    assert float(kept.square().mean()) > 0.5 * float(change.square().mean())


def test_the_bits_do_not_hang_on_threads() -> None:
    picture, found = as_tensor(texture(45, 83)), []
    threads = torch.get_num_threads()
    try:
        for count in (1, 3):
            torch.set_num_threads(count)
            found.append(torch.cat([fitted(picture, (90, 166)).flatten(), fitted(picture, (20, 37)).flatten()]))
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(*found)
