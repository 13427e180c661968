"""Weights of bands: read from text as they are written, and nothing else."""

from __future__ import annotations

import pytest

from mariana_video.errors import UsageError
from mariana_video.recipe.options import recipe
from mariana_video.recipe.values.bands import Bands


def test_text_and_numbers_are_the_same() -> None:
    assert Bands.of("1, 0.5,0") == Bands.of((1, 0.5, 0)) == Bands(1.0, 0.5, 0.0)
    assert Bands.of(str(Bands(0.7, 1.0, 1.0))) == recipe().dream.bands


@pytest.mark.parametrize("wrong", ["", "1,1", "1,1,1,1", "a,b,c", "0,0,0", "-1,1,1", "nan,1,1", "101,1,1", 3, None])
def test_anything_else_is_refused_by_name(wrong: object) -> None:
    with pytest.raises(UsageError, match=r"--bands .*give three numbers from 0 to 100"):
        Bands.of(wrong)
