"""A dive broken off goes on: from any frame it is the same dive, and as a job the same film."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
import torch

from mariana_video.dive.film import dive, prepare, states
from mariana_video.job import job as jobs
from mariana_video.job.conditions import conditions_of
from mariana_video.job.job import open_job
from mariana_video.job.stores import segments
from mariana_video.job.stores.store import Film
from mariana_video.loop.dreamer import Dreamer
from mariana_video.recipe.camera import Camera, Dive
from mariana_video.recipe.job import Output
from mariana_video.recipe.options import recipe
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.schedule import Schedule
from tests.conftest import as_tensor, small_network, texture
from tests.job.jobs import seen

SIZE = (48, 32)


def descent(**options: object):  # type: ignore[no-untyped-def]
    which = Dreamer(small_network(), recipe(first_steps=2), Objective("conv3"), torch.device("cpu"), "fp32")
    camera = Camera(zoom=Schedule("3"), rotate=Schedule("5"))
    return prepare(which, camera, Dive(rate=10.0, **options), as_tensor(texture(32, 48)), SIZE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "loop", [None, *(pytest.param(loop, marks=pytest.mark.long) for loop in ("source", "structure"))]
)
def test_from_any_frame_on_the_dive_is_the_same(loop: str | None) -> None:
    made = descent(duration=1.2, loop=loop)
    whole = list(states(made))
    assert len(whole) == made.frames
    for first in (1, 7):
        later = list(states(made, whole[first - 1][0], first))
        assert [rendered.index for _, rendered in later] == list(range(first, made.frames))
        for (_, expected), (_, rendered) in zip(whole[first:], later, strict=True):
            assert torch.equal(rendered.picture, expected.picture)


def test_a_dive_is_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "LONGEST", 5)
    monkeypatch.setattr(jobs, "_EVERY", 0.0)
    made = descent(duration=1.5, loop="structure")

    def make(output: Path, stop: int | None) -> list[int]:
        dreamed: list[int] = []
        with open_job(str(output), None, Output()) as job:
            job.agree(conditions_of("zoom", {}, job.storage, made.dreamer, None))
            times = tuple(Fraction(index, 10) for index in range(made.frames))
            job.prepare(Film(None, SIZE, Fraction(10), times), frozenset(), print)

            def count(done) -> None:  # type: ignore[no-untyped-def]
                dreamed.append(done.rendered.index)
                if len(dreamed) == stop:
                    raise KeyboardInterrupt

            job.make(lambda state, first: dive(made, state, first), count)
            job.finish(print)
        return dreamed

    make(tmp_path / "whole.mp4", None)
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "film.mp4", 8)
    assert make(tmp_path / "film.mp4", None) == list(range(8, 15))
    assert seen(tmp_path / "film.mp4") == seen(tmp_path / "whole.mp4")
