"""A number along the frames: right at, between and past its keys, and refused where it leaves its bounds."""

from __future__ import annotations

import pytest

from mariana_video.errors import UsageError
from mariana_video.recipe.values.schedule import Bounds, Schedule
from tests.conftest import instant


@pytest.mark.parametrize(
    ("frame", "expected"),
    [(0, 1.0), (5, 1.0), (10, 1.0), (15, 1.5), (20, 2.0), (25, 3.0), (30, 4.0), (1000, 4.0)],
)
def test_at_between_and_past_its_keys(frame: int, expected: float) -> None:
    assert Schedule("10:(1), 20:(2), 30:(4)")(instant(frame)) == pytest.approx(expected)


def test_keys_may_come_in_any_order_and_the_later_of_two_at_one_frame_holds_from_there() -> None:
    assert Schedule("20:(2), 0:(1)")(instant(10)) == pytest.approx(1.5)
    jump = Schedule("0:(1), 10:(1), 10:(5)")
    assert [jump(instant(frame)) for frame in (9, 10, 11)] == [1, 5, 5]


def test_a_key_in_seconds_holds_at_any_rate() -> None:
    schedule = Schedule("0s:(0), 2s:(1)")
    assert schedule(instant(25)) == schedule(instant(50, 50)) == pytest.approx(0.5)


def test_expressions_with_commas_are_blended_between_keys() -> None:
    schedule = Schedule("0:(max(1, t/10)), 10:(min(t, 4))")
    assert schedule(instant(5)) == pytest.approx(0.5 * 1 + 0.5 * 4)
    assert schedule(instant(20)) == 4


def test_t_is_the_frame_and_sec_the_time() -> None:
    assert Schedule("t + 100*sec")(instant(50)) == 250


def test_a_constant_knows_that_it_is_one() -> None:
    assert Schedule("2*3").constant() == 6
    assert Schedule("0:(1), 5:(1)").constant() is None
    assert Schedule("t").constant() is None
    assert Schedule.of(0.5).constant() == 0.5
    assert Schedule.of("0:(1), 5:(2)") == Schedule("0:(1), 5:(2)")


def test_the_text_is_kept() -> None:
    assert str(Schedule("0:(1),  60:(2)")) == "0:(1),  60:(2)"


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (Bounds(0, 1), "from 0 to 1"),
        (Bounds(0, above=True), "above 0"),
        (Bounds(0), "of at least 0"),
        (Bounds(0, 2, above=True), "above 0 and up to 2"),
        (Bounds(), "that is finite"),
    ],
)
def test_bounds_say_what_would_do(bounds: Bounds, words: str) -> None:
    with pytest.raises(UsageError, match=rf"--zoom nan at frame 3: give a number {words}$"):
        bounds.check("zoom", float("nan"), " at frame 3")


def test_bounds_hold_their_ends_unless_told_otherwise() -> None:
    assert Bounds(0, 1).check("x", 0) == 0
    assert Bounds(0, 1).check("x", 1) == 1
    for bounds, value in ((Bounds(0, 1), -0.1), (Bounds(0, 1), 1.1), (Bounds(0, 1, above=True), 0)):
        with pytest.raises(UsageError):
            bounds.check("x", value)


def test_keys_that_are_plain_numbers_are_checked_before_a_film_is_begun() -> None:
    with pytest.raises(UsageError, match="--carry 2"):
        Schedule("0:(0.5), 9000:(2)").check("carry", Bounds(0, 1))
    Schedule("0:(0.5), 9000:(t)").check("carry", Bounds(0, 1))  # only its frames can tell
