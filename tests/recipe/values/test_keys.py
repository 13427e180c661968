"""Key-frame text: keys in frames or seconds, brackets within brackets, and the place of every mistake."""

from __future__ import annotations

import pytest

from mariana_video.errors import UsageError
from mariana_video.recipe.values.keys import read_keys
from mariana_video.recipe.values.timeline import Timeline


def test_text_without_keys_is_one_key_at_the_beginning() -> None:
    (key,) = read_keys("max(1, 2)")
    assert (key.at, key.text, key.place) == (0.0, "max(1, 2)", 0)


def test_keys_with_their_texts_and_places() -> None:
    text = "0:(1.2), 60 : (max(1, t)),2.5s:(3)"
    keys = read_keys(text)
    assert [(key.at, key.seconds, key.text) for key in keys] == [
        (0.0, False, "1.2"),
        (60.0, False, "max(1, t)"),
        (2.5, True, "3"),
    ]
    assert all(text[key.place : key.place + len(key.text)] == key.text for key in keys)


def test_a_key_in_seconds_does_not_change_with_the_rate() -> None:
    frames, seconds = read_keys("50:(1), 2s:(2)")
    assert [frames.moment(Timeline(rate), in_seconds=False) for rate in (25.0, 50.0)] == [50, 50]
    assert [frames.moment(Timeline(rate), in_seconds=True) for rate in (25.0, 50.0)] == [2, 1]
    assert [seconds.moment(Timeline(rate), in_seconds=True) for rate in (25.0, 50.0)] == [2, 2]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("0:(1), 60:(2", 11),
        ("0:(1) 60:(2)", 6),
        ("0:(1), sixty:(2)", 7),
        ("0:(1),", 7),
        ("0:()", 4),
        ("1.5:(2)", 1),
        ("0:1, 60:2", 1),
    ],
)
def test_a_mistake_is_answered_with_its_place(text: str, place: int) -> None:
    with pytest.raises(UsageError, match=rf"at character {place} ") as told:
        read_keys(text)
    assert repr(text) in str(told.value)
