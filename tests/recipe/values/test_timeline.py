"""What moves along a film goes by the film's own clock, however its frames are spaced."""

from __future__ import annotations

import pytest

from mariana_video.recipe.values.objective import Objective, Term
from mariana_video.recipe.values.schedule import Schedule
from mariana_video.recipe.values.timeline import START, Timeline
from tests.conftest import instant

GAPS = Timeline(10.0, (0.0, 0.1, 0.2, 1.9, 2.0, 3.0), (3, 5))


def along(text: str, timeline: Timeline = GAPS, frames: int = 6) -> list[float]:
    schedule = Schedule(text)
    return [schedule(one) for one in timeline.instants(frames)]


def test_sec_is_when_a_frame_is_shown() -> None:
    assert along("sec") == list(GAPS.times)
    assert along("t") == [0, 1, 2, 3, 4, 5]


def test_between_keys_in_seconds_a_number_goes_by_the_clock_and_between_frames_by_their_number() -> None:
    assert along("0s:(0), 2s:(1)") == pytest.approx([0, 0.05, 0.1, 0.95, 1, 1])
    assert along("0:(0), 4:(1)") == pytest.approx([0, 0.25, 0.5, 0.75, 1, 1])


def test_frames_and_seconds_in_one_text_go_by_the_clock() -> None:
    """Frame 3 is shown at 1.9 s, so its key comes after that of 1 s, though ten frames a second say otherwise."""
    assert along("3:(2), 0:(0), 1s:(1)") == pytest.approx([0, 0.1, 0.2, 2, 2, 2])
    objective = Objective("0:(a), 1s:(b), 3:(c)")
    assert [objective.at(GAPS.at(frame))[0] for frame in (0, 3)] == [Term("a"), Term("c")]
    assert Schedule("3:(2), 1s:(1)").needs_clock
    assert not Schedule("3:(2), 5:(1)").needs_clock
    assert Objective("0:(a), 1s:(b)").needs_clock


def test_past_its_last_frame_a_film_goes_on_at_its_rate() -> None:
    assert [GAPS.seconds(frame) for frame in (5, 6, 16)] == pytest.approx([3.0, 3.1, 4.1])
    assert along("0:(0), 15:(1), 1s:(0.5)")[-1] == pytest.approx(0.5 + 0.5 * 2 / 3)


def test_shots_are_signals() -> None:
    assert along("shot") == [0, 0, 0, 1, 1, 2]
    assert along("shot_sec") == pytest.approx([0, 0.1, 0.2, 0, 0.1, 0])
    assert Schedule("shot_sec").constant() is None
    assert Schedule("min(1, shot)").needs_clock


def test_without_cuts_there_is_one_shot() -> None:
    assert along("shot + shot_sec", Timeline(5.0), 3) == pytest.approx([0, 0.2, 0.4])


def test_the_beginning_is_the_same_at_any_rate() -> None:
    assert instant(0, 60) == START
    assert Schedule("1 + t + sec + shot + shot_sec")(START) == 1


def test_combinations_come_by_the_clock() -> None:
    """In three frames of this film 0.2 s pass, so a key at 1 s is not reached; in four, 1.9 s do."""
    objective = Objective("0s:(a), 1s:(b)")
    assert (Term("b"),) not in objective.combinations(3, GAPS)
    assert (Term("b"),) in objective.combinations(4, GAPS)
