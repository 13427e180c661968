"""Reading from the middle of a film gives what reading it from its beginning gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mariana_video.footage import reading
from mariana_video.footage.plan import make_plan
from mariana_video.footage.reading import read_on
from mariana_video.media.clip import Clip, Frame
from mariana_video.media.read.reader import read
from mariana_video.recipe.options import Span
from tests.api.shots import cut_clip


def test_a_clip_that_leads_elsewhere_is_read_from_its_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shot made alone begins with the picture that the plan saw there, wherever decoding began."""
    plan = make_plan(cut_clip(tmp_path / "clip.mp4", (20, 20)), Span())
    starts: list[object] = []

    def noted(clip: Clip, *, start: Fraction | None = None, **more: Any) -> Iterator[Frame]:
        starts.append(start)
        return read(clip, start=start, **more)

    monkeypatch.setattr(reading, "read", noted)
    shape = plan.size[1], plan.size[0]
    straight = list(read_on(plan, None, 0, shape))[30:]
    from_near = list(read_on(plan, None, 30, shape))
    other = tuple(print_ ^ (number == 30) for number, print_ in enumerate(plan.prints))
    from_begin = list(read_on(replace(plan, prints=other), None, 30, shape))
    assert [start is None for start in starts] == [True, False, True]
    for one, two, three in zip(straight, from_near, from_begin, strict=True):
        assert one[0] == two[0] == three[0]
        assert np.array_equal(one[1].rgb, two[1].rgb)
        assert np.array_equal(one[1].rgb, three[1].rgb)
