"""Flow where there is nothing to see: settled to its neighbours, or to stillness.

On flat or noisy ground a flow estimator finds whatever the noise looks like: several pixels of motion on a
grey wall. Two tests, both of which change the flow only where the picture is explained as well without it:

- `settle`: where texture does not stand out of what the flow leaves unexplained, and the forward-backward
  test fails all round or there is no texture at all, the flow is filled in from confident places near by
  (a pyramid of normalised averages, Knutsson and Westin, "Normalized and differential convolution", CVPR
  1993), and from stillness where there are none.
- `standing`: a flat region whose outline has not changed stands still, whatever moves round it: a logo.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mariana_video.motion.fields import Array, Bytes, at_shape, blur, box, flow_at_shape, ramp, sample

SIDE = 9  # pixels (of the half-size picture) over which texture is weighed against what is left of it
NOISE = 1 / 255  # differences below this are never evidence
FLAT = 2 / 255  # texture (standard deviation) that is flat beyond doubt; at 1.4 × this it is not
CONSISTENT = 0.7  # pixels of forward-backward error that count as agreement


def detail(grey: Bytes) -> Array:
    """What a half-size picture shows at the scale of a few pixels, without slow shading or brightness."""
    height, width = grey.shape
    small = at_shape(grey, (max(height // 2, 1), max(width // 2, 1))).astype(np.float32) / np.float32(255)
    small = blur(small, 0.8)
    return np.asarray(small - blur(small, 3.0), np.float32)


def settle(flow: Array, error: Array, here: Array, there: Array) -> tuple[Array, Array]:
    """Fill `flow` in where the picture gives it no hold.

    flow: H×W×2 from `here` to `there`; error: its forward-backward error at half size, pixels; here, there:
    `detail` of the two pictures. Returns the flow and, H×W, how far (pixels) what was filled in is in doubt
    because its neighbours disagree.
    """
    shape = flow.shape[0], flow.shape[1]
    small = flow_at_shape(flow, (here.shape[0], here.shape[1]))
    texture = box(here * here, SIDE)
    lost = np.maximum(
        ramp(box((error < CONSISTENT).astype(np.float32), 15), 0.8, 0.5),
        ramp(texture, (0.6 * NOISE) ** 2, (0.3 * NOISE) ** 2),  # there even agreement is chance
    )
    unexplained = _residue(here, there, small)
    confidence = (texture - 3 * unexplained - NOISE**2 / 4) / (texture + NOISE**2)
    confidence = np.clip(2 * confidence, 0, 1)
    filled, spread = _fill(small, np.minimum(confidence, 1 - lost))
    no_worse = ramp(_residue(here, there, filled) - 2 * unexplained, 1.5 * NOISE**2, 0.5 * NOISE**2)
    share = lost * (1 - confidence) * no_worse * ramp(texture, 2 * FLAT**2, FLAT**2)
    back = at_shape(np.dstack([filled, share, share * spread]) * _factors(flow, small), shape)
    mix = back[..., 2:3]
    settled = np.asarray(flow + mix * (back[..., :2] - flow), np.float32)
    return settled, np.ascontiguousarray(back[..., 3], np.float32)


def _factors(flow: Array, small: Array) -> Array:
    """What brings (x, y, share, spread) from half size to full."""
    across, down = flow.shape[1] / small.shape[1], flow.shape[0] / small.shape[0]
    return np.array([across, down, 1, across], np.float32)


def _residue(here: Array, there: Array, flow: Array) -> Array:
    """Mean square difference that `flow` leaves between the pictures."""
    difference = here - sample(there, flow)
    return box(difference * difference, SIDE)


def _fill(flow: Array, confidence: Array) -> tuple[Array, Array]:
    """`flow` from confident places near by, still where there are none, and how far those disagree.

    Each level of the pyramid is believed as far as it holds confident pixels: fully from 40 %, not below 10 %.
    """
    weighted = np.dstack([flow, (flow * flow).sum(-1), np.ones_like(confidence)]) * confidence[..., None]
    levels = [at_shape(weighted, _halved(confidence.shape))]
    while min(levels[-1].shape[:2]) > 1:
        levels.append(at_shape(levels[-1], _halved(levels[-1].shape)))
    estimate = np.zeros_like(levels[-1])
    for level in reversed(levels):
        held = level[..., 3:]
        trust = np.clip((held - 0.1) / 0.3, 0, 1)
        trust = trust * trust * (3 - 2 * trust)
        coarser = at_shape(estimate, level.shape[:2])
        estimate = trust * level / (held + 1e-6) + (1 - trust) * coarser
    estimate = at_shape(estimate, confidence.shape)
    mean = estimate[..., :2]
    return mean, np.sqrt(np.maximum(estimate[..., 2] - (mean * mean).sum(-1), 0))


def _halved(shape: tuple[int, ...]) -> tuple[int, int]:
    return max((shape[0] + 1) // 2, 1), max((shape[1] + 1) // 2, 1)


def standing(current: Bytes, previous: Bytes) -> NDArray[np.bool_]:
    """Pixels of flat regions that stand still, H×W: hardly any pixel inside their outline has changed.

    Only a region whose outline would have shown a motion counts: it has contrast across and down.
    """
    labels, count = _regions(current)

    def inside(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(labels[mask], minlength=count)

    changed = cv2.absdiff(current, previous) > 6
    outline = np.minimum(inside(_contrast(current, 7, 1)), inside(_contrast(current, 1, 7)))
    area = np.bincount(labels.ravel(), minlength=count)
    still = (area > 64) & (outline > np.sqrt(area)) & (inside(changed) <= 0.1 * outline)
    still[0] = False  # 0 is what is not flat
    return still[labels] & ~changed


def _regions(grey: Bytes) -> tuple[NDArray[np.int32], int]:
    """Labels of flat regions out to their very edge (0 = not flat), and how many labels there are."""
    smooth = cv2.blur(grey, (3, 3))
    across, down = cv2.Sobel(smooth, cv2.CV_16S, 1, 0), cv2.Sobel(smooth, cv2.CV_16S, 0, 1)
    flat = (np.abs(across) + np.abs(down) < 12).astype(np.uint8)  # 1.5 grey levels a pixel
    square = np.ones((5, 5), np.uint8)
    count, labels = cv2.connectedComponents(cv2.morphologyEx(flat, cv2.MORPH_OPEN, square), connectivity=4)
    # Blur and Sobel have taken two pixels off the edge: give them back (exact in float32 up to 2^24).
    grown = cv2.dilate(labels.astype(np.float32), square)
    return grown.astype(np.int32), count


def _contrast(grey: Bytes, across: int, down: int) -> NDArray[np.bool_]:
    """Where grey values within a window differ by more than 20 of 255."""
    window = np.ones((down, across), np.uint8)
    return cv2.subtract(cv2.dilate(grey, window), cv2.erode(grey, window)) > 20
