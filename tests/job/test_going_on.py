"""The loop of frames entered in the middle: from any frame on, the film is bit for bit the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from mariana_video.footage.film import film
from mariana_video.footage.plan import Plan, make_plan
from mariana_video.footage.reading import read_on
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.state import Finished, State
from mariana_video.recipe.options import recipe
from mariana_video.recipe.values.objective import Objective
from tests.conftest import small_network
from tests.loop.little import moving_clip


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return moving_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", frames=64)


def dreamed(
    plan: Plan, state: State | None = None, first: int = 0, count: int = 100, **options: float
) -> list[Finished]:
    options = {"first_steps": 2, **options}
    which = Dreamer(small_network(), recipe(**options), Objective("conv3"), torch.device("cpu"), "fp32")
    with film(plan, which, state, first) as frames:
        return [done for done, _ in zip(frames, range(count), strict=False)]


@pytest.mark.parametrize("start", [pytest.param(None, marks=pytest.mark.long), 0.5])
def test_from_any_frame_on_the_film_is_the_same(clip: Path, start: float | None) -> None:
    plan = make_plan(clip, recipe(start=start, size="48x32").span)
    whole = dreamed(plan)
    for first in (1, 20, 45):
        later = dreamed(plan, whole[first - 1].state, first, 3)
        for expected, done in zip(whole[first : first + 3], later, strict=True):
            assert done.rendered.index == expected.rendered.index
            assert np.array_equal(done.rgb, expected.rgb)
            assert torch.equal(done.state.dream, expected.state.dream)


@pytest.mark.parametrize(
    "motif_size", [pytest.param(0.2, marks=pytest.mark.long), 1]
)  # dreamed at 180×120, and at 36×24 with detail of its own
def test_nor_does_it_matter_at_another_size(clip: Path, motif_size: float) -> None:
    plan = make_plan(clip, recipe(size="96x64").span)
    whole = dreamed(plan, count=25, motif_size=motif_size)
    assert ("fine" in whole[0].state.tensors) == (motif_size == 1)
    for first in (1, 17):
        later = dreamed(plan, whole[first - 1].state, first, 6, motif_size=motif_size)
        for expected, done in zip(whole[first : first + 6], later, strict=True):
            assert np.array_equal(done.rgb, expected.rgb)
            assert torch.equal(done.state.dream, expected.state.dream)


def test_without_a_state_a_frame_starts_afresh(clip: Path) -> None:
    plan = make_plan(clip, recipe(size="48x32").span)
    (alone,) = dreamed(plan, None, 30, 1)
    assert alone.rendered.index == 30
    assert alone.rendered.carried == 0


def test_a_seek_that_lands_elsewhere_is_noticed(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that gives another picture after a seek: the clip is then read from its beginning."""
    from mariana_video.footage import reading

    plan = make_plan(clip, recipe(size="48x32").span)
    (before,) = dreamed(plan, None, 49, 1)
    begins = []
    true_from = reading._from

    def wrong_from(which: Plan, begin: int):  # type: ignore[no-untyped-def]
        begins.append(begin)
        for position, frame in true_from(which, begin):
            yield position, (frame if begin == 0 else type(frame)(1 - frame.rgb, frame.grey, frame.pts))

    monkeypatch.setattr(reading, "_from", wrong_from)
    position, frame = next(read_on(plan, before.state, 50, (32, 48)))
    assert begins == [24, 0]
    assert position == 49
    assert np.array_equal(frame.rgb, before.state.source[0].permute(1, 2, 0).numpy())
