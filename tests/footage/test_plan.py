"""The plan of a film: which frames begin a new shot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mariana_video.footage.plan import make_plan
from mariana_video.media.stills.pictures import write_picture
from mariana_video.recipe.options import Span
from tests.conftest import texture


@pytest.fixture(scope="module")
def two_shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four frames of one scene, then four of the same a little darker: some would say a cut, some would not."""
    folder = tmp_path_factory.mktemp("shots") / "frames"
    folder.mkdir()
    scene = texture(48, 64)
    for number in range(8):
        write_picture(folder / f"{number}.png", np.float32(scene * (1 if number < 4 else 0.7)))
    return folder


@pytest.mark.parametrize(("threshold", "cuts"), [(255, set()), (27, set()), (8, {4}), (2, {4})])
def test_a_lower_threshold_finds_more_cuts(two_shots: Path, threshold: float, cuts: set[int]) -> None:
    assert make_plan(two_shots, Span(cut_threshold=threshold)).cuts == cuts
