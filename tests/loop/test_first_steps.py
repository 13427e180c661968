"""A first frame goes as far as plain steps by fewer and longer ones, where nothing hangs on how many there are."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from mariana_video.dream.ascent import Pace, Step, ascend
from mariana_video.dream.octaves import eased, octaves_of
from mariana_video.dream.plain.measure import rms
from mariana_video.footage.film import dream_picture
from mariana_video.loop.dreamer import Dreamer
from tests.conftest import as_tensor, score_by, small_network, texture
from tests.loop.moments import dreamer

SOURCE = texture(96, 128)


@pytest.mark.parametrize(("steps", "count"), [(1, 2), (2, 3), (10, 2), (10, 3), (15, 4), (60, 3)])
def test_larger_octaves_have_fewer_steps_which_grow_shorter(steps: int, count: int) -> None:
    lengths = eased(steps, count)
    numbers = [len(octave) for octave in lengths]
    assert len(numbers) == count
    assert numbers == sorted(numbers, reverse=True)
    assert 1 <= numbers[-1] <= 0.6 * steps + 0.5
    assert numbers[0] <= steps
    for octave in lengths:
        assert all(before > after for before, after in pairwise(octave))
        assert 0.5 * steps < sum(octave) < 1.5 * steps
    assert [2 * sum(octave) for octave in lengths] == pytest.approx([sum(octave) for octave in eased(2 * steps, count)])


def test_a_single_octave_has_plain_steps_and_no_steps_are_none() -> None:
    assert eased(7, 1) == ((1.0,) * 7,)
    assert eased(0, 3) == ((), (), ())


def test_steps_are_as_long_as_said_and_go_on_from_any_of_them() -> None:
    score, octaves = score_by(small_network(), "conv3"), octaves_of((96, 128), 2, 1.5, 16)
    picture, plain = as_tensor(SOURCE), Pace(1, 0.02, 8)
    laid = replace(plain, lengths=((2.0, 0.5), (1.5,)))
    steps = list(ascend(picture, score, octaves, laid, (0, 0)))
    assert [(one.octave, one.step, one.steps) for one in steps] == [(1, 1, 2), (1, 2, 2), (2, 1, 1)]
    twice = next(ascend(picture, score, octaves, replace(plain, size=0.04), (0, 0)))
    assert torch.equal(steps[0].picture, twice.picture)
    for number, after in enumerate(steps, 1):
        again = list(ascend(picture, score, octaves, laid, (0, 0), after))
        assert [one.picture.tolist() for one in again] == [one.picture.tolist() for one in steps[number:]]


def taken(which: Dreamer) -> list[tuple[int, int]]:
    """Octave and steps on it, of the steps that a picture takes."""
    steps = list[Step]()
    dream_picture(which, SOURCE, on_step=steps.append)
    return [(one.octave, one.steps) for one in steps if one.step == one.steps]


@pytest.mark.parametrize(
    "look", [{"decay": 0.1}, {"blur": 1}, {"clip_norm": 0.1}, {"clip_contribution": 0.1}, {"step_rule": "adam"}]
)
def test_what_counts_steps_has_all_of_them(look: dict[str, object]) -> None:
    plain, fewer = (taken(dreamer(first_steps=5, octaves=2, **options)) for options in (look, {}))
    assert plain == [(1, 5), (2, 5)]
    assert [octave for octave, _ in fewer] == [1, 2]
    assert all(steps < 5 for _, steps in fewer)


def test_fewer_steps_dream_as_strongly() -> None:
    """Of the usual ten on three octaves, beside an octave after octave of plain ones."""
    which = dreamer(first_steps=10, octaves=3)
    pace = Pace(10, which.values().step_size, which.values().jitter, reach := which.reach(as_tensor(SOURCE)))
    octaves = which.octaves((96, 128), which.score())
    assert reach is not None
    plain = which.ascend(as_tensor(SOURCE), which.score(), octaves, pace, 0)
    fewer = dream_picture(which, SOURCE)
    strong = [rms(picture - as_tensor(SOURCE)) for picture in (fewer.picture, plain.picture)]
    assert strong[0] == pytest.approx(strong[1], rel=0.15)
    assert fewer.passes * SOURCE[..., 0].size < 0.7 * plain.pushed
