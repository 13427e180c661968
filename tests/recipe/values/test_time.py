"""Times as people write them: exact, everywhere the same, and one text each."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from mariana_video.errors import UsageError
from mariana_video.recipe.camera import Dive
from mariana_video.recipe.options import Span
from mariana_video.recipe.progression import Progress
from mariana_video.recipe.toml import plain
from mariana_video.recipe.values.schedule import Bounds
from mariana_video.recipe.values.time import Length, Time


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("1.5", Fraction(3, 2)),
        (".5", Fraction(1, 2)),
        ("2s", 2),
        (" 2 s ", 2),
        ("250ms", Fraction(1, 4)),
        ("2min", 120),
        ("2m", 120),
        ("1h 30min", 5400),
        ("1min5.5s", Fraction(131, 2)),
        ("0:02", 2),
        ("1:02.5", Fraction(125, 2)),
        ("90:00", 5400),
        ("01:02:03", 3723),
        ("1001/24000", Fraction(1001, 24000)),
        (2, 2),
        (0.1, Fraction(1, 10)),
        (np.float32(0.5), Fraction(1, 2)),
        (np.int64(3), 3),
        (Fraction(1, 3), Fraction(1, 3)),
    ],
)
def test_a_time_is_read_exactly(text: object, seconds: Fraction) -> None:
    assert Span(start=text).start == Time(Fraction(seconds))  # type: ignore[arg-type]
    assert Time.of(str(Time(Fraction(seconds)))) == Time(Fraction(seconds))


def test_every_way_to_write_a_time_is_the_same_job() -> None:
    texts = ["2", "2s", "2.0", "0:02", "2000ms", "00:00:02", 2, 2.0]
    assert {plain(Span(start=text))["start"] for text in texts} == {"2"}  # type: ignore[arg-type]
    assert plain(Dive(duration="1:02.5"))["duration"] == "62.5"  # type: ignore[arg-type]
    assert plain(Progress())["hold"] == plain(Progress(hold="1500ms"))["hold"] == "1.5"  # type: ignore[arg-type]
    assert plain(Span(start="75.0 %"))["start"] == "75%"  # type: ignore[arg-type]


def test_a_percentage_is_a_part_of_the_clip() -> None:
    assert Time.of("75%").seconds(Fraction(2)) == Fraction(3, 2)
    assert Time.of("1:00").seconds(Fraction(2)) == Time.of("1:00").seconds() == 60
    with pytest.raises(UsageError, match="75% of a clip that doesn't say how long it is: give seconds"):
        Time.of("75%").seconds(None)


@pytest.mark.parametrize(
    "text", ["", "two", "2x", "1,5", "nan", "inf", "1/0", ":", "s", "1:2:3:4", "٢", "9" * 99, True, None, [1]]
)
def test_what_is_no_time_is_told_with_examples(text: object) -> None:
    with pytest.raises(UsageError, match=r"^can't read .* as a time: write 90, 1.5s, 250ms, 2min or 1:02.5"):
        Time.of(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1:75", "after a colon, minutes and seconds are below 60"),
        ("1:60:00", "below 60"),
        ("101%", "at most 100%"),
        ("-1", "--start -1: give seconds of at least 0"),
        ("soon", "--start: can't read 'soon' as a time"),
    ],
)
def test_a_wrong_time_is_told_with_its_option(text: str, words: str) -> None:
    with pytest.raises(UsageError, match="--start") as told:
        Span(start=text)  # type: ignore[arg-type]
    assert words in str(told.value)


@pytest.mark.parametrize("option", ["duration", "channel_cycle"])
def test_without_a_clip_there_is_no_percentage(option: str) -> None:
    with pytest.raises(UsageError, match=f"--{option.replace('_', '-')}: '50%': there is no clip"):
        Dive(**{option: "50%"})  # type: ignore[arg-type]
    assert str(getattr(Dive(**{option: "1:30"}), option)) == "90"  # type: ignore[arg-type]


def test_bounds_of_times_are_in_seconds_or_percents() -> None:
    with pytest.raises(UsageError, match="--duration 0: give seconds above 0 and up to 36000"):
        Dive(duration="0:00")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="--duration 0%: give percents above 0 and up to 100"):
        Span(duration="0%")  # type: ignore[arg-type]
    Length.of(5).check("hold", Bounds(0, 5))
