"""Moving pictures whose motion is known exactly."""

import cv2
import numpy as np
import torch

from mariana_video.motion.warp import warp

HEIGHT, WIDTH = 144, 192
MARGIN = 40


def texture(seed: int, height: int = HEIGHT + 2 * MARGIN, width: int = WIDTH + 2 * MARGIN) -> np.ndarray:
    """A grey texture (float32, 0 … 255) with detail from one to ten pixels."""
    noise = np.random.default_rng(seed)
    picture = np.zeros((height, width), np.float32)
    for sigma in (1, 3, 8):
        layer = cv2.GaussianBlur(noise.standard_normal((height, width)).astype(np.float32), (0, 0), sigma)
        picture += layer / layer.std()
    return np.clip(128 + 30 * picture, 0, 255)


def moved(picture: np.ndarray, x: float, y: float) -> np.ndarray:
    """The middle HEIGHT×WIDTH of `picture` after its content has moved by (x, y) pixels."""
    matrix = np.array([[1, 0, x], [0, 1, y]], np.float32)
    shifted = cv2.warpAffine(picture, matrix, picture.shape[::-1], flags=cv2.INTER_CUBIC)
    return shifted[MARGIN : MARGIN + HEIGHT, MARGIN : MARGIN + WIDTH]


def grey(picture: np.ndarray, noise: float = 0.0, seed: int = 0) -> np.ndarray:
    """As uint8, with `noise` (standard deviation in grey levels) of a camera."""
    grain = np.random.default_rng(seed).standard_normal(picture.shape) * noise
    return np.clip(np.rint(picture + grain), 0, 255).astype(np.uint8)


def patch_over_ground() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(current, previous, flow on the current frame, seen in both): a patch moves (6, 3), the ground (−3, 0)."""
    ground, patch = texture(1), texture(2)

    def frame(time: int) -> tuple[np.ndarray, np.ndarray]:
        picture, on = moved(ground, -3 * time, 0), np.zeros((HEIGHT, WIDTH), bool)
        left, top = 60 + 6 * time, 40 + 3 * time
        on[top : top + 56, left : left + 64] = True
        picture[on] = patch[:56, :64].ravel()
        return picture, on

    (current, on), (previous, was_on) = frame(1), frame(0)
    flow = np.where(on[..., None], np.array([-6, -3]), np.array([3, 0])).astype(np.float32)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    x, y = columns + flow[..., 0].astype(int), rows + flow[..., 1].astype(int)
    inside = (x < WIDTH) & (y < HEIGHT) & (x >= 0) & (y >= 0)
    covered = was_on[np.clip(y, 0, HEIGHT - 1), np.clip(x, 0, WIDTH - 1)] & ~on
    return grey(current), grey(previous), flow, inside & ~covered


def composed(later: torch.Tensor, earlier: torch.Tensor) -> torch.Tensor:
    """One flow (1×2×H×W, pixels) for two steps: `later` to the middle frame, `earlier` on from there."""
    return later + warp(earlier, later, kernel="linear")
