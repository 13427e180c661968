"""Weights of bands: read from text as they are written, and nothing else."""

from __future__ import annotations

import pytest

from mariana_video.errors import UsageError
from mariana_video.recipe.options import recipe
from mariana_video.recipe.values.bands import Bands
from mariana_video.recipe.values.timeline import START
from tests.conftest import instant


def test_text_and_numbers_are_the_same() -> None:
    assert Bands.of("1, 0.5,0").at(START) == Bands.of((1, 0.5, 0)).at(START) == (1.0, 0.5, 0.0)
    assert Bands.of((1, 0.5, 0)) == Bands("1,0.5,0")
    assert Bands.of((0.7, 1, 1)) == recipe().dream.bands


def test_they_move_along_the_frames() -> None:
    moving = Bands("0:(0.5,1,1), 10:(1,1,0)")
    assert [moving.at(instant(frame)) for frame in (0, 5, 99)] == [(0.5, 1, 1), (0.75, 1, 0.5), (1, 1, 0)]
    assert not moving.needs_clock
    assert Bands("0:(1,1,1), 1s:(1,1,0)").needs_clock


@pytest.mark.parametrize(
    "wrong", ["", "1,1", "1,1,1,1", "a,b,c", "0,0,0", "-1,1,1", "nan,1,1", "101,1,1", 3, None, "0:(1,1,1), 9:(1,1)"]
)
def test_anything_else_is_refused_by_name(wrong: object) -> None:
    with pytest.raises(UsageError, match=r"--bands .*give three numbers from 0 to 100"):
        Bands.of(wrong)
