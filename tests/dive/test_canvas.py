"""The canvas of a dive: as large as its camera needs, and never bare."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mariana_video.dive.canvas import Canvas, beyond, canvas_for, covered, covering
from mariana_video.errors import UsageError
from tests.conftest import as_tensor, texture
from tests.dive.dives import SIZE, camera, descent, dreamer, pictures, steps


def test_a_canvas_is_no_larger_than_the_camera_needs() -> None:
    plain = canvas_for(SIZE, steps(zoom=1.5), loop=False)
    assert (plain.across, plain.down) == (0, 0)
    turning = canvas_for(SIZE, steps(zoom=1, rotate=30), loop=False)
    assert np.hypot(*SIZE) <= min(turning.shape) < np.hypot(*SIZE) + 2
    panning = canvas_for(SIZE, steps(zoom=1, pan_x=0.2), loop=False)
    assert (panning.across, panning.down) == (8, 8)
    assert canvas_for(SIZE, steps(zoom=1.5), loop=True).shape == tuple(reversed(covered(panning)))


def test_a_picture_lies_on_the_canvas_with_its_middle_in_the_frame() -> None:
    canvas = canvas_for(SIZE, steps(zoom=1.5), loop=True)
    picture = as_tensor(texture(canvas.shape[0], canvas.shape[1]))
    assert torch.equal(covering(picture, canvas, loop=True), picture)
    share = SIZE[0] / covered(canvas)[0]
    assert 0.8 <= share <= 0.9


@pytest.mark.parametrize(
    "speeds",
    [
        pytest.param({"zoom": 0.7}, marks=pytest.mark.long),
        pytest.param({"zoom": 1, "pan_x": 0.5}, marks=pytest.mark.long),
        {"zoom": 1, "rotate": 90},
    ],
)
def test_no_corner_is_ever_bare_or_smeared(speeds: dict[str, object]) -> None:
    """What comes into view is as lively as the rest: neither one colour nor lines pulled out of the border."""
    made = pictures(descent(dreamer(), camera(**speeds), duration=2))
    corners = [made[-1][:, rows, columns] for rows in (slice(0, 12), slice(-12, None))
               for columns in (slice(0, 12), slice(-12, None))]  # fmt: skip
    for corner in corners:
        assert corner.std((1, 2)).mean() > 0.02
        across, down = (np.abs(np.diff(corner, axis=axis)).mean() for axis in (2, 1))
        assert 1 / 6 < across / down < 6


def test_speeds_that_leave_their_bounds_are_told_with_their_frame() -> None:
    with pytest.raises(UsageError, match="--zoom 0 at frame 10"):
        descent(dreamer(), camera(zoom="1 - t/10"), duration=2)


@pytest.mark.parametrize("speeds", [{"pan_x": 0.4}, {"pan_x": -0.4}, {"pan_y": 0.4}, {"zoom": 0.6}])
def test_uncovered_ground_is_no_streak(speeds: dict[str, object]) -> None:
    """Beyond where the picture ended there is as much to see as in it, in the camera's direction too."""
    picture = as_tensor(texture(180, 240))
    made = pictures(descent(dreamer(steps=0), camera(**{"zoom": 1.0, **speeds}), picture, duration=1.0))
    whole, last = made[0], made[-1]
    width = last.shape[-1] // 5
    new = {"pan_x": last[..., -width:], "pan_y": last[:, -width:], "zoom": last[..., :width]}[next(iter(speeds))]
    new = last[..., :width] if speeds.get("pan_x") == -0.4 else new
    for axis in (1, 2):
        there, here = (np.abs(np.diff(part, axis=axis)).mean() for part in (whole, new))
        assert here > 0.5 * there, (axis, here, there)


def test_what_is_dreamed_beforehand_sets_in_softly_at_the_frames_edge() -> None:
    found = beyond(Canvas((80, 60), 12, 8))[0, 0]
    assert found.shape == (76, 104)
    assert float(found[8:68, 12:92].max()) == 0
    assert float(found[38].diff().abs().max()) < 0.3
    assert float(found[0, 0]) == 1
