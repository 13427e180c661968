"""Laws of resampling: identity, shift, scale of small motion, sharpness, bounds, equal bits."""

import pytest
import torch

from mariana_video.errors import UsageError
from mariana_video.motion.warp import warp
from tests.motion.scenes import composed

SPLINES = ("spline3", "spline5", "spline7")
KERNELS = (*SPLINES, "lanczos", "linear")
SHAPE = (48, 64)


def picture(seed: int = 0, shape: tuple[int, int] = SHAPE) -> torch.Tensor:
    return torch.rand(1, 3, *shape, generator=torch.Generator().manual_seed(seed))


def uniform(x: float, y: float, shape: tuple[int, int] = SHAPE) -> torch.Tensor:
    return torch.tensor([float(x), float(y)])[None, :, None, None].repeat(1, 1, *shape)


def sharpness(image: torch.Tensor) -> float:
    inner = image[..., 12:-12, 12:-12]
    second = 4 * inner[..., 1:-1, 1:-1] - inner[..., :-2, 1:-1] - inner[..., 2:, 1:-1]
    second = second - inner[..., 1:-1, :-2] - inner[..., 1:-1, 2:]
    return float(second.pow(2).mean())


@pytest.mark.parametrize("kernel", KERNELS)
def test_no_motion_is_the_picture_itself(kernel):
    image = picture()
    unmoved = warp(image, uniform(0, 0), kernel=kernel)
    assert torch.equal(unmoved, image)
    unmoved += 1
    assert torch.equal(image, picture())
    # And nothing special hangs on the exact zero.
    assert (warp(image, uniform(1e-7, 0), kernel=kernel) - image).abs().max() < 2e-5


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_shift_by_whole_pixels_is_a_shift(kernel):
    image = picture()
    warped = warp(image, uniform(3, -2), kernel=kernel)
    assert (warped[..., 2:, :-3] - image[..., :-2, 3:]).abs().max() < 2e-5


@pytest.mark.parametrize("kernel", [*SPLINES, "linear"])
def test_a_ramp_moves_by_a_hundredth_of_a_pixel(kernel):
    ramp = torch.arange(64.0).expand(1, 1, *SHAPE) / 64
    moved = (warp(ramp, uniform(0.01, 0), kernel=kernel) - ramp)[0, 0, :, 16:48] * 64
    assert moved.min() > 0.009
    assert moved.max() < 0.011


def test_lanczos_tells_a_thirty_second_of_a_pixel_apart():
    ramp = torch.arange(64.0).expand(1, 1, *SHAPE) / 64
    for asked, found in ((1 / 32, 1 / 32), (0.51 + 1 / 16, 0.5 + 1 / 16)):
        moved = (warp(ramp, uniform(asked, 0), kernel="lanczos") - ramp)[0, 0, :, 16:48] * 64
        assert (moved - found).abs().max() < 0.007


@pytest.mark.parametrize("kernel", KERNELS)
def test_beyond_the_border_its_pixels_go_on(kernel):
    image = picture()
    far = warp(image, uniform(-100, 0), kernel=kernel)
    assert (far - image[..., :1]).abs().max() < 2e-5


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (3, 2), (5, 70)])
def test_any_size_works(shape):
    image = torch.rand(2, 4, *shape)
    assert (warp(image, uniform(1e-7, 0, shape)) - image).abs().max() < 2e-5


def test_a_hundred_warps_keep_a_picture_sharp_and_bounded():
    image = torch.nn.functional.avg_pool2d(picture(shape=(51, 67)), 4, stride=1)  # detail as in photographs
    dice = torch.Generator().manual_seed(1)
    warped = dict.fromkeys(KERNELS, image)
    for _ in range(50):
        x, y = (2 * torch.rand(2, generator=dice) - 1).tolist()
        for kernel in KERNELS:
            there = warp(warped[kernel], uniform(x, y), kernel=kernel)
            warped[kernel] = warp(there, uniform(-x, -y), kernel=kernel)
    left = {kernel: sharpness(warped[kernel]) / sharpness(image) for kernel in KERNELS}
    assert left["linear"] < 0.05 < left["spline3"] < left["spline5"] < left["spline7"] < 1
    assert left["spline7"] > 0.25
    assert left["spline5"] < left["lanczos"] < 1
    for kernel in SPLINES:
        inner, before = warped[kernel][..., 8:-8, 8:-8], image[..., 8:-8, 8:-8]
        assert inner.min() > before.min() - 0.1
        assert inner.max() < before.max() + 0.1
        assert (inner - before).mean().abs() < 1e-3


def test_the_same_bits_on_any_number_of_threads():
    image, flow = picture(shape=(97, 131)), 4 * torch.randn(1, 2, 97, 131)
    before = torch.get_num_threads()
    try:
        results = []
        for threads in (1, 2, 4):
            torch.set_num_threads(threads)
            results.append([warp(image, flow, kernel=kernel) for kernel in KERNELS])
    finally:
        torch.set_num_threads(before)
    for other in results[1:]:
        assert all(torch.equal(a, b) for a, b in zip(results[0], other, strict=True))


def test_composed_flows_warp_as_two_warps():
    image = torch.nn.functional.avg_pool2d(picture(shape=(55, 71)), 8, stride=1)
    later, earlier = uniform(1.5, 0.5), uniform(-0.25, 2)
    once = warp(image, composed(later, earlier))
    twice = warp(warp(image, earlier), later)
    assert (image - twice).abs().max() > 0.1
    assert (once - twice)[..., 12:-12, 12:-12].abs().max() < 6e-3


def test_a_flow_of_another_size_is_refused():
    with pytest.raises(UsageError, match="does not fit"):
        warp(picture(), uniform(0, 0, (8, 8)))


def test_an_unknown_kernel_names_the_known_ones():
    with pytest.raises(UsageError, match="spline5"):
        warp(picture(), uniform(0, 0), kernel="nearest")  # type: ignore[arg-type]  # wrong on purpose
