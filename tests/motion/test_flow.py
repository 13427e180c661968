"""Optical flow against motion that is known exactly."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from mariana_video.errors import MotionError
from mariana_video.motion.flow import Estimator
from mariana_video.motion.view import View
from mariana_video.motion.warp import warp
from tests.motion.scenes import HEIGHT, WIDTH, grey, moved, patch_over_ground, texture


@pytest.fixture(autouse=True)
def one_thread():
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(before)


def field(current: np.ndarray, previous: np.ndarray, method: str = "dis", **options) -> tuple[np.ndarray, np.ndarray]:
    motion = Estimator(method, **options).between(View(current), View(previous))
    return motion.flow[0].permute(1, 2, 0).numpy(), motion.visible[0, 0].numpy()


def wrong(flow: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return np.linalg.norm(flow - truth, axis=-1)


@pytest.mark.parametrize("method", ["dis", "farneback"])
def test_a_moving_patch_is_found_and_what_it_uncovers_is_not_visible(method):
    current, previous, truth, seen = patch_over_ground()
    flow, visible = field(current, previous, method)
    error = wrong(flow, truth)
    assert np.median(error) < 0.1
    kept = visible > 0.5
    assert (error[kept] > 3).mean() < 0.03
    assert kept[~seen].mean() < 0.15
    assert kept[seen & (error < 1)].mean() > 0.85
    assert visible.min() >= 0
    assert visible.max() <= 1


def test_the_right_sign_beats_no_warp_and_the_wrong_sign_is_worse():
    current, previous, _, seen = patch_over_ground()
    flow = Estimator().between(View(current), View(previous)).flow
    now, before = (torch.tensor(picture)[None, None] / 255 for picture in (current, previous))
    mask = torch.tensor(seen)

    def left(warped: torch.Tensor) -> float:
        return float((warped - now).abs()[0, 0][mask].mean())

    assert left(warp(before, flow)) < 0.3 * left(before)
    assert left(warp(before, -flow)) > 1.1 * left(before)


@pytest.mark.parametrize("way", [(0.1, 0.0), (9.0, 4.0), (-3.5, 2.25)])
def test_a_pan_is_measured(way):
    ground = texture(3)
    flow, visible = field(grey(moved(ground, *way), 1, 1), grey(moved(ground, 0, 0), 1, 2))
    inner = np.s_[16:-16, 16:-16]
    assert wrong(flow, -np.array(way))[inner].mean() < 0.06
    assert (visible[inner] > 0.5).mean() > 0.97


@pytest.mark.parametrize("level", [0, 16, 120, 255])
@pytest.mark.parametrize("noise", [0, 1, 3])
def test_flat_ground_stands_still_and_is_visible(level, noise):
    ground = np.full((HEIGHT, WIDTH), float(level))
    flow, visible = field(grey(ground, noise, 1), grey(ground, noise, 2))
    assert np.linalg.norm(flow, axis=-1).mean() < 0.1
    assert (visible > 0.5).mean() > 0.95


def test_flat_ground_stands_still_through_compression():
    def coded(seed: int) -> np.ndarray:
        noisy = grey(np.full((HEIGHT, WIDTH), 120.0), 3, seed)
        return cv2.imdecode(cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], 0)

    flow, visible = field(coded(1), coded(2))
    assert np.linalg.norm(flow, axis=-1).mean() < 0.1
    assert (visible > 0.5).mean() > 0.95


@pytest.mark.parametrize("logo", ["plain", "textured"])
def test_a_still_logo_over_moving_ground_stands_still(logo):
    ground = texture(4)
    current, previous = moved(ground, 4, 1.5), moved(ground, 0, 0)
    on = np.s_[20:60, 100:180]
    current[on] = previous[on] = 235 if logo == "plain" else texture(5)[:40, :80]
    flow, visible = field(grey(current, 1, 1), grey(previous, 1, 2))
    assert np.linalg.norm(flow[on], axis=-1).mean() < 0.2
    assert (visible[on] > 0.5).mean() > 0.8
    assert wrong(flow, np.array([-4, -1.5]))[70:130, 10:-10].mean() < 0.1


def test_a_panning_sky_without_texture_moves_with_the_land():
    scene = texture(6)
    scene[:110] = np.linspace(190, 150, 110)[:, None]
    flow, _ = field(grey(moved(scene, 5, 0), 1, 1), grey(moved(scene, 0, 0), 1, 2))
    assert wrong(flow, np.array([-5, 0]))[:60, 10:-10].mean() < 1


def test_something_else_in_place_of_the_old_is_not_visible():
    _, visible = field(grey(moved(texture(7), 0, 0)), grey(moved(texture(8), 0, 0)))
    assert (visible > 0.5).mean() < 0.05


def test_none_moves_nothing_and_sees_everything():
    flow, visible = field(grey(moved(texture(1), 5, 0)), grey(moved(texture(1), 0, 0)), "none")
    assert not flow.any()
    assert (visible == 1).all()


def test_the_very_same_picture_twice_stands_still_without_being_looked_at(monkeypatch: pytest.MonkeyPatch):
    scene = np.random.default_rng(0).random((48, 64, 3), np.float32)
    view = View(grey(255 * scene[..., 0]), scene)
    estimator = Estimator()
    looked = []
    monkeypatch.setattr(estimator, "_flow", lambda *given: looked.append(given))
    motion = estimator.between(view, View(view.grey.copy(), scene.copy()))
    assert not looked
    assert not motion.flow.any()
    assert bool((motion.visible == 1).all())


def test_half_scale_gives_pixels_of_the_full_picture():
    ground = texture(9)
    flow, _ = field(grey(moved(ground, 6, -2)), grey(moved(ground, 0, 0)), scale=0.5)
    assert wrong(flow, np.array([-6, 2]))[16:-16, 16:-16].mean() < 0.3


@pytest.mark.parametrize("shape", [(1, 1), (15, 40), (16, 16), (17, 33), (45, 71)])
def test_any_size_works(shape):
    noise = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    motion = Estimator().between(View(noise), View(noise))
    assert motion.flow.shape == (1, 2, *shape)
    assert motion.visible.shape == (1, 1, *shape)
    assert motion.flow.abs().max() < 0.05


def test_an_estimator_used_again_gives_the_same():
    current, previous, _, _ = patch_over_ground()
    estimator = Estimator()
    first = estimator.between(View(current), View(previous))
    estimator.between(View(previous), View(current))
    again = estimator.between(View(current), View(previous))
    assert torch.equal(first.flow, again.flow)
    assert torch.equal(first.visible, again.visible)


def test_frames_of_two_sizes_are_refused():
    with pytest.raises(MotionError, match="one size"):
        Estimator().between(View(np.zeros((32, 32), np.uint8)), View(np.zeros((32, 40), np.uint8)))


def test_an_unknown_method_names_the_known_ones():
    with pytest.raises(MotionError, match="farneback"):
        Estimator("lucas")  # type: ignore[arg-type]


def test_missing_raft_weights_are_named(tmp_path: Path):
    with pytest.raises(MotionError, match=r"absent\.pth not found"):
        Estimator("raft", tmp_path / "absent.pth")


def test_weights_of_another_kind_are_refused(tmp_path: Path):
    other = tmp_path / "other.pth"
    torch.save({"conv.weight": torch.zeros(1)}, other)
    with pytest.raises(MotionError, match="raft_small"):
        Estimator("raft", other)
    other.write_bytes(b"not weights at all")
    with pytest.raises(MotionError, match="raft_small"):
        Estimator("raft", other)


def test_raft_takes_sides_that_are_no_multiple_of_eight(tmp_path: Path):
    from torchvision.models.optical_flow import raft_small

    path = tmp_path / "small.pth"
    torch.manual_seed(0)
    torch.save(raft_small().state_dict(), path)
    picture = np.random.default_rng(0).integers(0, 256, (133, 139)).astype(np.uint8)
    motion = Estimator("raft", path).between(View(picture), View(picture))
    assert motion.flow.shape == (1, 2, 133, 139)
    assert motion.flow.isfinite().all()
