"""A progression broken off goes on: from any picture it is the same, and as a job the same film and the same curve."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mariana_video.job import job as jobs
from mariana_video.job.conditions import conditions_of
from mariana_video.job.job import open_job
from mariana_video.job.stores.store import Film
from mariana_video.meters.convergence import Curve, table
from mariana_video.progression.film import Cell, Progression, frames
from mariana_video.recipe.job import Output
from mariana_video.recipe.progression import Progress
from mariana_video.recipe.values.schedule import Schedule
from tests.conftest import texture
from tests.job.jobs import seen
from tests.progression.test_steps import dreamer

STILL = 2


def shown(cells: int = 2) -> Progression:
    """Two dreams side by side, the second through before the first."""
    first = Cell("a", "", dreamer(steps=4, octaves=2), (0, 1, 3, 4, 6, 8))
    second = Cell("b", "", dreamer("conv2", steps=3, octaves=1), (0, 2, 3))
    made = [first, second][:cells]
    options = Progress(rate=10.0, hold=0.2, label=True, zoom=Schedule("1.5"))
    return Progression(texture(48, 64), made, cells, options, [Curve(cell.column) for cell in made])


@pytest.mark.parametrize("cells", [1, 2])
def test_from_any_picture_on_it_is_the_same(cells: int) -> None:
    whole = shown(cells)
    with frames(whole, STILL, None, 0) as coming:
        made = list(coming)
    assert len(made) == 6 + STILL
    for first in range(1, len(made)):
        again = shown(cells)
        with frames(again, STILL, made[first - 1].state, first) as coming:
            later = list(coming)
        assert len(later) == len(made) - first
        for expected, found in zip(made[first:], later, strict=True):
            assert np.array_equal(expected.rgb, found.rgb)
        assert table(again.curves) == table(whole.curves)


def test_it_is_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_EVERY", 0.0)

    def make(output: Path, stop: int | None) -> tuple[int, str]:
        which, made = shown(), 0
        with open_job(str(output), None, Output()) as job:
            job.agree(conditions_of("progress", {}, job.storage, which.cells[0].dreamer, None))
            times = tuple(Fraction(index, 10) for index in range(6 + STILL))
            job.prepare(Film(None, which.size, Fraction(10), times), frozenset(), print)

            def count(_done: object) -> None:
                nonlocal made
                made += 1
                if made == stop:
                    raise KeyboardInterrupt

            job.make(lambda state, first: frames(which, STILL, state, first), count)
            job.finish(print)
        return made, table(which.curves)

    made, curve = make(tmp_path / "whole.mp4", None)
    assert made == 6 + STILL
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "film.mp4", 3)
    assert make(tmp_path / "film.mp4", None) == (made - 3, curve)
    assert seen(tmp_path / "film.mp4") == seen(tmp_path / "whole.mp4")
